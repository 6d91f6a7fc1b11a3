import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { allOf, comparedIn, giveCard, line, openRig, type Rig } from './rig.ts';

// Credit that is set off against an invoice that Stripe collects, and that is paid out through it.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('set-off');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const theirs = (id: string) =>
  allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id);
const notes = (id: string) =>
  allOf(rig.sim, 'credit_note')
    .filter(({ invoice }) => invoice === theirs(id)?.id)
    .map(({ amount, memo }) => [amount, memo]);
const differences = async (): Promise<unknown[]> => (await comparedIn(rig)).data;
const credit = (customer: string, amount: number): Promise<Invoice> =>
  rig.invoice(customer, [line(-amount, 'Sorry')]);
const payOut = (customer: string, body: object) =>
  rig.core.admin('POST', `/v1/customers/${customer}/balance/payouts`, body);

test('Stripe charges what is left, and the books agree', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await credit(customer, 400);
  expect((await rig.post(id, 'set-off', { amount: '150' })).status).toBe(200);
  await rig.settle();
  expect((await rig.post(id, 'set-off', {})).status).toBe(200);
  await rig.settle();
  expect(notes(id).toSorted()).toEqual([
    [150, 'From your credit'],
    [250, 'From your credit'],
  ]);
  expect(theirs(id)).toMatchObject({ status: 'open', amount_remaining: 600 });
  expect(await differences()).toEqual([]);
  await giveCard(rig, { id: customer, card: CARD });
  await rig.stripe.invoices.pay(theirs(id)?.id ?? '');
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '600', set_off: '400' });
  expect(await differences()).toEqual([]);
});

test('what is paid by credit alone is charged to nobody', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await credit(customer, 1_500);
  expect((await rig.post(id, 'set-off', {})).status).toBe(200);
  await rig.settle();
  expect(theirs(id)).toMatchObject({ status: 'paid' });
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '0', due: '0' });
  expect(await differences()).toEqual([]);
});

test('it is told before the card is charged, where Stripe has not heard of it yet', async () => {
  const customer = await rig.customer(CARD);
  const { id } = await rig.invoice(customer);
  await credit(customer, 400);
  await rig.post(id, 'set-off', {});
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '600', set_off: '400' });
  expect(await differences()).toEqual([]);
});

test('a void gives it back, and Stripe asks for nothing any more', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await credit(customer, 400);
  await rig.post(id, 'set-off', {});
  await rig.settle();
  const { status } = await rig.core.admin('POST', `/v1/invoices/${id}/void`);
  expect(status).toBe(200);
  await rig.settle();
  expect(theirs(id)?.status).toBe('void');
  expect(await differences()).toEqual([]);
});

test('a payout through Stripe goes back to the card that paid', async () => {
  const customer = await rig.customer(CARD);
  const { id } = await rig.invoice(customer);
  await rig.settle();
  await credit(customer, 300);
  expect((await payOut(customer, { method: 'stripe' })).status).toBe(400);
  const answer = await payOut(customer, { method: 'stripe', invoice_id: id });
  expect(answer.status, answer.text).toBe(201);
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '700', set_off: '300' });
  const refunds = allOf(rig.sim, 'refund').map(({ amount, status }) => [amount, status]);
  expect(refunds).toEqual([[300, 'succeeded']]);
  expect(notes(id)).toEqual([]);
  expect(await differences()).toEqual([]);
});

test('of what came another way nothing goes out through Stripe', async () => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.post(id, 'payments', { method: 'transfer' });
  await credit(customer, 300);
  expect((await payOut(customer, { method: 'stripe', invoice_id: id })).status).toBe(409);
  expect((await payOut(customer, { method: 'transfer', invoice_id: id })).status).toBe(201);
  await rig.settle();
  expect(await differences()).toEqual([]);
});
