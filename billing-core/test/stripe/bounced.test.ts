import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { customerWith, person, type Person } from '../../src/test/core.ts';
import { allOf, comparedIn, giveCard, openRig, type Rig } from './rig.ts';

// Money that came another way and went back is collected by Stripe again.

vi.setConfig({ testTimeout: 60_000 });
const CARD = 'pm_card_visa';

let rig: Rig;
let owner: Person;
beforeAll(async () => {
  rig = await openRig('bounced');
  owner = await person(rig.core);
});
afterAll(() => rig.close());

const theirs = (id: string) => {
  const found = allOf(rig.sim, 'invoice').find((one) => one.metadata?.['tollgate_invoice'] === id);
  if (found === undefined) throw new Error('not at Stripe');
  return found;
};
/** Credit notes at Stripe, those that count. */
const notes = (id: string): number[] =>
  allOf(rig.sim, 'credit_note')
    .filter(({ invoice, status }) => invoice === theirs(id).id && status === 'issued')
    .map(({ amount }) => amount)
    .toSorted((one, other) => one - other);
const came = async (id: string, amount: number): Promise<void> => {
  await rig.post(id, 'payments', { amount: String(amount), method: 'transfer' });
};
const back = async (id: string, amount: number): Promise<void> => {
  const entry = { kind: 'refund', amount: String(amount), method: 'transfer' };
  expect((await rig.post(id, 'payments', entry)).status).toBe(201);
};
const owed = async (): Promise<{ id: string; customer: string }> => {
  const { id: customer } = await customerWith(rig.core, { owner });
  const { id } = await rig.invoice(customer);
  await rig.settle();
  return { id, customer };
};
const clean = async (): Promise<void> => {
  expect((await comparedIn(rig)).data).toEqual([]);
};

test('a part that bounced is charged with the rest, and the books are clean', async () => {
  const { id, customer } = await owed();
  await came(id, 400);
  await rig.settle();
  expect([theirs(id).amount_remaining, notes(id)]).toEqual([600, [400]]);
  await clean();
  await back(id, 400);
  await rig.settle();
  expect([theirs(id).amount_remaining, notes(id)]).toEqual([1_000, []]);
  await clean();
  await giveCard(rig, { id: customer, card: CARD });
  const path = `/portal/v1/customers/${customer}/invoices/${id}/charge`;
  expect((await owner.call('POST', path)).status).toBe(204);
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '1000' });
  expect(theirs(id).amount_paid).toBe(1_000);
  await clean();
});

test.each([
  ['of two parts one and a half', [400, 300], 500, [200]],
  ['the newer of two parts', [400, 300], 300, [400]],
  ['a half of one', [400], 150, [250]],
  ['both of two', [400, 300], 700, []],
])('what is left of %s stays told', async (_what, parts, gone, left) => {
  const { id } = await owed();
  for (const part of parts) {
    await came(id, part);
    await rig.settle();
  }
  await back(id, gone);
  await rig.settle();
  expect(notes(id)).toEqual(left);
  await clean();
  // And what comes then is told as before.
  await came(id, 100);
  await rig.settle();
  const sum = notes(id).reduce((all, one) => all + one, 0);
  expect(sum).toBe(parts.reduce((all, one) => all + one, 100) - gone);
  await clean();
});

test('what bounced before Stripe heard of it is never told', async () => {
  const { id } = await owed();
  await came(id, 1_000);
  await back(id, 1_000);
  await rig.settle();
  expect(allOf(rig.sim, 'credit_note').filter((one) => one.invoice === theirs(id).id)).toEqual([]);
  expect(theirs(id)).toMatchObject({ status: 'open', amount_remaining: 1_000 });
  await clean();
});

test('before Stripe has heard that it bounced, nothing is charged', async () => {
  const { id, customer } = await owed();
  await came(id, 400);
  await rig.settle();
  await giveCard(rig, { id: customer, card: CARD });
  await back(id, 400);
  const path = `/portal/v1/customers/${customer}/invoices/${id}/charge`;
  expect((await owner.call('POST', path)).status).toBe(503);
  expect(theirs(id).amount_paid).toBe(0);
  await rig.settle();
  await clean();
});

describe('whatever becomes of the call', () => {
  const FAULTS = ['lose_reply', 'error', 'error_reply', 'conflict'] as const;
  const PATHS = ['/v1/credit_notes/:id/void', '/v1/credit_notes'];
  const cases = FAULTS.flatMap((fault) => PATHS.map((path) => [fault, path] as const));
  test.each(cases)('%s at %s: what is left is told once', async (fault, path) => {
    const { id } = await owed();
    await came(id, 400);
    await rig.settle();
    await back(id, 150);
    const rule = rig.fault({ fault, method: 'POST', path });
    await rig.settle();
    expect(rule.hit).toBe(1);
    expect([theirs(id).amount_remaining, notes(id)]).toEqual([750, [250]]);
    await clean();
  });
});

test('what was paid at Stripe meanwhile is owed here, and holds up nothing', async () => {
  const { id, customer } = await owed();
  await came(id, 400);
  await rig.settle();
  await giveCard(rig, { id: customer, card: CARD });
  // At Stripe, of which we have not heard when the transfer goes back.
  await rig.stripe.invoices.pay(theirs(id).id);
  await back(id, 400);
  await rig.settle();
  expect(notes(id)).toEqual([400]);
  expect(await rig.read(id)).toMatchObject({ state: 'open', due: '400' });
  const stuck = await rig.core.sql`select from stripe_queue where customer_id = ${customer}`;
  expect(stuck).toHaveLength(0);
  await clean();
});
