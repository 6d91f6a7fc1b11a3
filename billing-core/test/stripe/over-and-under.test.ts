import { afterAll, beforeAll, expect, test } from 'vitest';
import { allOf, comparedIn, DAY, giveCard, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('over-and-under');
});
afterAll(() => rig.close());

const differences = async (id: string): Promise<unknown[]> =>
  (await comparedIn(rig)).data
    .filter(({ subject_id }) => subject_id === id)
    .map(({ kind, here, there }) => [kind, here, there]);
const theirs = (id: string): string =>
  allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id)?.id ?? '';

test('another amount that is left to be paid at Stripe is a difference', async () => {
  const { id } = await rig.invoice(await rig.customer());
  await rig.settle();
  Object.assign(rig.sim.world.tables.invoice.get(theirs(id)) ?? {}, { amount_remaining: 600 });
  expect(await differences(id)).toEqual([['remaining', '1000', '600']]);
});

test('what came twice is a difference until it was given back', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await giveCard(rig, { id: customer, card: 'pm_card_visa' });
  // By card there while somebody writes down a transfer here.
  await rig.stripe.invoices.pay(theirs(id));
  await rig.post(id, 'payments', { method: 'transfer' });
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '2000' });
  expect(await differences(id)).toEqual([['overpaid', '1000', '2000']]);
  await rig.post(id, 'payments', { kind: 'refund', method: 'stripe' });
  await rig.settle();
  expect(await differences(id)).toEqual([]);
});

test('a credit note of what is written off is told once that was paid', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await rig.post(id, 'uncollectible');
  await rig.settle();
  await rig.post(id, 'credit-notes', { reason: 'Agreed', amount: '200' });
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'uncollectible', due: '800' });
  const notes = () => allOf(rig.sim, 'credit_note').filter((note) => note.invoice === theirs(id));
  expect([notes(), await differences(id)]).toEqual([[], []]);
  await giveCard(rig, { id: customer, card: 'pm_card_visa' });
  await rig.stripe.invoices.pay(theirs(id));
  await rig.settle();
  expect(notes()).toMatchObject([{ amount: 200, out_of_band_amount: 200 }]);
  expect(await differences(id)).toEqual([]);
});

test('a credit note of what is written off is told with the transfer of the rest', async () => {
  const { id } = await rig.invoice(await rig.customer());
  await rig.settle();
  await rig.post(id, 'uncollectible');
  await rig.settle();
  await rig.post(id, 'credit-notes', { reason: 'Agreed', amount: '200' });
  await rig.post(id, 'payments', { method: 'transfer' });
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '800', credited: '200' });
  const notes = allOf(rig.sim, 'credit_note').filter((note) => note.invoice === theirs(id));
  expect(notes).toMatchObject([{ amount: 200, out_of_band_amount: 200 }]);
  expect(await differences(id)).toEqual([]);
});

test('Stripe’s invoices are found by an installation whose clock is ahead', async () => {
  const { id } = await rig.invoice(await rig.customer());
  await rig.settle();
  const { clock, wallClock } = rig.kit;
  const wall = wallClock();
  rig.kit.wallClock = () => wall;
  rig.kit.clock = () => wall + 200 * DAY;
  const later = await rig.invoice(await rig.customer());
  await rig.core.sql`alter table invoices disable trigger user`;
  await rig.core.sql`update invoices set finalized_at = ${new Date(wall + 199 * DAY)}
    where id = ${later.id}`;
  await rig.core.sql`alter table invoices enable trigger user`;
  await rig.settle();
  expect(await differences(later.id)).toEqual([]);
  Object.assign(rig.kit, { clock, wallClock });
  expect(await differences(id)).toEqual([]);
});
