import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { takeEvents } from '../../src/stripe/run.ts';
import { allOf, comparedIn, giveCard, line, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('small-amounts');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const inv = async (customer: string, amount: number): Promise<Invoice> => {
  const made = await rig.invoice(customer, [line(amount)]);
  await rig.settle();
  return made;
};
const theirs = ({ id }: { id: string }) =>
  allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id);
const entries = async ({ id }: Invoice) =>
  (await rig.payments(id))
    .map(({ kind, method, amount }) => [kind, method, amount])
    // What was booked within the same millisecond is in no order.
    .toSorted((one, other) => String(one).localeCompare(String(other)));
const balanceOf = (ours: Invoice): number | undefined =>
  rig.sim.world.tables.customer.get(String(theirs(ours)?.customer))?.balance;
const inCurrency = async (currency: string): Promise<string> => {
  const body = { name: `In ${currency}`, currency };
  const { id } = (await rig.core.admin('POST', '/v1/customers', body)).body as { id: string };
  await giveCard(rig, { id, card: CARD });
  return id;
};
const clean = async (): Promise<void> => {
  expect((await comparedIn(rig)).data).toEqual([]);
};

describe('an amount that Stripe does not charge by itself', () => {
  test.each([
    ['USD', 40],
    ['GBP', 29],
    ['JPY', 49],
    ['SEK', 299],
  ])(
    'of %s is settled by what Stripe carries, and the next charge pays it',
    async (code, small) => {
      const customer = await inCurrency(code);
      const first = await inv(customer, small);
      expect(await rig.read(first.id)).toMatchObject({ state: 'paid', due: '0' });
      expect(await entries(first)).toEqual([['payment', 'carried at stripe', String(small)]]);
      expect(balanceOf(first)).toBe(small);
      await clean();
      const next = await inv(customer, 5_000);
      expect(theirs(next)?.amount_paid).toBe(5_000 + small);
      expect(await rig.read(next.id)).toMatchObject({ state: 'paid', paid: '5000', due: '0' });
      expect(await entries(next)).toEqual([
        ['payment', 'stripe', String(5_000 + small)],
        ['refund', 'carried at stripe', String(small)],
      ]);
      expect(balanceOf(first)).toBe(0);
      await rig.core.sql`update stripe_events set applied_at = null`;
      await takeEvents(rig.kit);
      expect(await entries(next)).toHaveLength(2);
      await clean();
    },
  );

  test('of one that is void here by then is asked of nobody', async () => {
    const customer = await rig.customer(CARD);
    const first = await rig.invoice(customer, [line(40)]);
    const { finalizeInvoice } = rig.kit.stripe.invoices;
    // It is voided here while Stripe finalizes it.
    rig.kit.stripe.invoices.finalizeInvoice = async (...asked: never[]) => {
      const answer = await Reflect.apply(finalizeInvoice, rig.kit.stripe.invoices, asked);
      await rig.post(first.id, 'void');
      return answer;
    };
    await rig.settle();
    rig.kit.stripe.invoices.finalizeInvoice = finalizeInvoice;
    expect((await rig.read(first.id)).state).toBe('void');
    expect(balanceOf(first)).toBe(0);
    const next = await inv(customer, 5_000);
    expect(theirs(next)?.amount_paid).toBe(5_000);
    expect(await rig.read(next.id)).toMatchObject({ state: 'paid', paid: '5000' });
  });

  test('is left for a later one when the next is paid beside Stripe or voided', async () => {
    const customer = await rig.customer();
    const first = await inv(customer, 40);
    const beside = await inv(customer, 5_000);
    expect(theirs(beside)?.amount_due).toBe(5_040);
    await rig.post(beside.id, 'payments', { method: 'transfer' });
    await rig.settle();
    expect(await rig.read(beside.id)).toMatchObject({ state: 'paid', paid: '5000' });
    expect(balanceOf(first)).toBe(40);
    const gone = await inv(customer, 3_000);
    await rig.post(gone.id, 'void');
    await rig.settle();
    expect(balanceOf(first)).toBe(40);
    await giveCard(rig, { id: customer, card: CARD });
    const last = await inv(customer, 2_000);
    expect(await rig.read(last.id)).toMatchObject({ state: 'paid', paid: '2000' });
    expect(theirs(last)?.amount_paid).toBe(2_040);
    expect(balanceOf(first)).toBe(0);
  });
});

describe('a credit made by hand at Stripe', () => {
  const credited = async (card?: string): Promise<string> => {
    const customer = await rig.customer(CARD);
    const first = await inv(customer, 1_000);
    const there = String(theirs(first)?.customer);
    await rig.stripe.customers.createBalanceTransaction(there, { amount: -2_000, currency: 'usd' });
    if (card !== undefined) await giveCard(rig, { id: customer, card });
    return customer;
  };

  test('settles of the next invoice what it takes off there', async () => {
    const customer = await credited();
    const ours = await inv(customer, 5_000);
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '5000', due: '0' });
    expect(await entries(ours)).toEqual([
      ['payment', 'carried at stripe', '2000'],
      ['payment', 'stripe', '3000'],
    ]);
    await clean();
  });

  test('lowers what is due of one that is not paid, and comes back when it is void', async () => {
    const customer = await credited('pm_card_chargeCustomerFail');
    const ours = await inv(customer, 5_000);
    expect(await rig.read(ours.id)).toMatchObject({ state: 'open', due: '3000' });
    await clean();
    await rig.stripe.invoices.voidInvoice(theirs(ours)?.id ?? '');
    await rig.settle();
    expect(await rig.read(ours.id)).toMatchObject({ state: 'void', paid: '0' });
    expect(balanceOf(ours)).toBe(-2_000);
    await clean();
  });
});
