import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Repair, ShownDifference } from '../../src/contract/reconciliation.ts';
import { recordCollected } from '../../src/payments/actions.ts';
import { repair } from '../../src/reconciliation/repair.ts';
import { exchange } from '../../src/stripe/jobs.ts';
import { allOf, comparedIn, giveCard, openRig, type Books, type Rig } from './rig.ts';

// A repair says what it came to: that it did away with the difference, or why not.

vi.setConfig({ testTimeout: 60_000 });
const CARD = 'pm_card_visa';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('repairs');
});
afterAll(() => rig.close());
// Each test leaves the books as clean as it found them.
beforeEach(async () => {
  const { data } = await comparedIn(rig);
  if (data.length > 0) throw new Error(`not clean: ${JSON.stringify(data)}`);
});

const theirs = (id: string) => {
  const found = allOf(rig.sim, 'invoice').find((one) => one.metadata?.['tollgate_invoice'] === id);
  if (found === undefined) throw new Error('not at Stripe');
  return found;
};
const owed = async (): Promise<{ id: string; customer: string }> => {
  const customer = await rig.customer();
  const { id } = await rig.invoice(customer);
  await rig.settle();
  return { id, customer };
};
const told = ({ data }: Books) => data.map(({ kind, here, there }) => [kind, here, there]);

/** Has the first difference repaired; out: what is said of it then. */
async function repaired({ id }: Books, how?: Repair): Promise<ShownDifference> {
  await repair(rig.kit, { id, position: 0 }, how);
  await rig.settle();
  const { body } = await rig.core.admin('GET', `/v1/reconciliations/${id}/differences`);
  const [first] = body['data'] as unknown as ShownDifference[];
  if (first === undefined) throw new Error('no difference');
  return first;
}
const said = async (books: Books, how?: Repair): Promise<[boolean, string]> => {
  const { repaired_at, repair_said } = await repaired(books, how);
  return [repaired_at !== null, repair_said];
};
const DONE = [true, ''];
const balanceOf = async (customer: string): Promise<unknown> =>
  (await rig.core.admin('GET', `/v1/customers/${customer}/balance`)).body['amount'];

/** By card there while somebody writes down a transfer here. */
async function paidTwice(): Promise<{ id: string; customer: string }> {
  const ours = await owed();
  await giveCard(rig, { id: ours.customer, card: CARD });
  await rig.stripe.invoices.pay(theirs(ours.id).id);
  await rig.post(ours.id, 'payments', { method: 'transfer' });
  await rig.settle();
  return ours;
}

describe('what was paid too much', () => {
  test('goes back through Stripe when an admin says so, once', async () => {
    const { id } = await paidTwice();
    const books = await comparedIn(rig);
    expect(told(books)).toEqual([['overpaid', '1000', '2000']]);
    expect(books.data[0]?.repairs).toEqual(['refund_over', 'credit_over']);
    expect(await said(books)).toEqual(DONE);
    expect(await said(books)).toEqual(DONE);
    const refunds = allOf(rig.sim, 'refund').filter(({ status }) => status === 'succeeded');
    expect(refunds.map(({ amount }) => amount)).toEqual([1_000]);
    expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '1000' });
  });

  test('becomes credit that the next invoice takes, also a second time', async () => {
    const { id, customer } = await paidTwice();
    expect(await said(await comparedIn(rig), 'credit_over')).toEqual(DONE);
    expect(await rig.read(id)).toMatchObject({ state: 'paid', to_balance: '1000', due: '0' });
    expect(await balanceOf(customer)).toBe('1000');
    expect((await comparedIn(rig)).data).toEqual([]);
    // More comes for it, such as a transfer that was on its way.
    await rig.core.sql.begin(async (tx) => {
      const actor = { kind: 'system', id: 'test' } as const;
      const now = rig.core.clock.now;
      const doing = { tx, actor, now, requestId: 'req_test' };
      const entry = { kind: 'payment', method: 'transfer', reference: '' } as const;
      await recordCollected(doing, id, { ...entry, amount: 300n, receivedAt: now });
    });
    await rig.settle();
    expect(await said(await comparedIn(rig), 'credit_over')).toEqual(DONE);
    expect(await balanceOf(customer)).toBe('1300');
    const next = await rig.invoice(customer, [{ description: 'Next', amount: '1300' }]);
    expect(next).toMatchObject({ state: 'paid', from_balance: '1300' });
  });

  test('and came by no card says that nothing goes back that way', async () => {
    const { id, customer } = await paidTwice();
    const books = await comparedIn(rig);
    await rig.post(id, 'payments', { kind: 'refund', method: 'stripe', amount: '1000' });
    await rig.settle();
    expect(await said(books)).toEqual([false, 'Nothing was paid too much']);
    expect(await said(books, 'credit_over')).toEqual([false, 'Nothing was paid too much']);
    expect(await balanceOf(customer)).toBe('0');
  });
});

describe('money at Stripe for an invoice that is void here', () => {
  const paidVoid = async (): Promise<string> => {
    const { id, customer } = await owed();
    await giveCard(rig, { id: customer, card: CARD });
    await rig.post(id, 'void');
    // On Stripe's page, before it hears of that.
    await rig.stripe.invoices.pay(theirs(id).id);
    await rig.settle();
    return id;
  };

  test('is named, and goes back when an admin says so', async () => {
    const id = await paidVoid();
    const books = await comparedIn(rig);
    expect(told(books)).toEqual([['paid_though_void', '0', '1000']]);
    expect(await said(books)).toEqual(DONE);
    expect(await said(books)).toEqual(DONE);
    expect(await rig.payments(id)).toEqual([]);
    expect(await rig.read(id)).toMatchObject({ state: 'void', paid: '0' });
  });

  test.each(['lose_reply', 'error_reply', 'error', 'rate_limit'] as const)(
    'goes back once, whatever becomes of the call: %s',
    async (fault) => {
      const id = await paidVoid();
      const books = await comparedIn(rig);
      rig.fault({ fault, method: 'POST', path: '/v1/refunds' });
      // As a job that fails is tried again.
      await repair(rig.kit, { id: books.id, position: 0 }).catch(() => {});
      expect(await said(books)).toEqual(DONE);
      const { customer } = theirs(id);
      const charges = allOf(rig.sim, 'charge').filter((one) => one.customer === customer);
      expect(charges.map(({ amount_refunded }) => amount_refunded)).toEqual([1_000]);
    },
  );

  test('of which a part has gone back is named with the rest', async () => {
    const id = await paidVoid();
    const intent = allOf(rig.sim, 'payment_intent').find(
      ({ customer, status }) => customer === theirs(id).customer && status === 'succeeded',
    );
    await rig.stripe.refunds.create({ payment_intent: intent?.id ?? '', amount: 300 });
    await rig.settle();
    const books = await comparedIn(rig);
    expect(told(books)).toEqual([['paid_though_void', '0', '700']]);
    expect(await said(books)).toEqual(DONE);
  });
});

test('void at Stripe, a part of which came by bank: the rest is credited', async () => {
  const { id } = await owed();
  await rig.post(id, 'payments', { method: 'transfer', amount: '400' });
  await rig.settle();
  await rig.stripe.invoices.voidInvoice(theirs(id).id);
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'open', due: '600' });
  const books = await comparedIn(rig);
  expect(told(books)).toEqual([['state', 'open', 'void']]);
  expect(books.data[0]?.repairs).toEqual(['credit_rest']);
  expect(await said(books)).toEqual(DONE);
  expect(await said(books)).toEqual(DONE);
  expect(await rig.read(id)).toMatchObject({ state: 'paid', due: '0', credited: '600' });
});

describe('a repair that does not do away with the difference says so', () => {
  test('where Stripe says what it said before', async () => {
    const { id } = await owed();
    const at = theirs(id);
    Object.assign(at, { status: 'paid' });
    const books = await comparedIn(rig);
    expect(told(books)).toEqual([['state', 'open', 'paid']]);
    expect(await said(books)).toEqual([false, 'It still differs: open here, paid at Stripe']);
    Object.assign(at, { status: 'open' });
    expect(await said(books)).toEqual(DONE);
  });

  test('and where Stripe refuses, in its words', async () => {
    const { id } = await owed();
    const { customer = '' } = await rig.stripe.invoices.retrieve(theirs(id).id);
    const metadata = { tollgate_invoice: id };
    const twin = await rig.stripe.invoices.create({ customer: customer as string, metadata });
    await rig.stripe.invoices.addLines(twin.id, { lines: [{ amount: 500, description: 'x' }] });
    await rig.stripe.invoices.finalizeInvoice(twin.id);
    const books = await comparedIn(rig);
    const kept = rig.sim.world.tables.invoice.get(twin.id);
    Object.assign(kept ?? {}, { status: 'paid' });
    const [isDone, why] = await said(books);
    expect([isDone, why.length > 10]).toEqual([false, true]);
    Object.assign(kept ?? {}, { status: 'open' });
    expect(await said(books)).toEqual(DONE);
  });
});

test.each([
  ['of another kind', { position: 0, repair: 'refund_void' }, 409],
  ['that there is not', { position: 0, repair: 'burn' }, 400],
  ['of no kind', { position: 0, repair: null }, 400],
  ['of no difference', { position: 7, repair: 'tell_again' }, 404],
])('a repair %s is refused', async (_what, body, status) => {
  const { id } = await owed();
  const at = theirs(id);
  Object.assign(at, { status: 'void' });
  const books = await comparedIn(rig);
  const path = `/v1/reconciliations/${books.id}/repairs`;
  expect((await rig.core.admin('POST', path, body)).status).toBe(status);
  Object.assign(at, { status: 'open' });
  await exchange(rig.kit);
});

test('one that is asked for is under way until it is known what came of it', async () => {
  const { id } = await owed();
  Object.assign(theirs(id), { status: 'paid' });
  const books = await comparedIn(rig);
  const path = `/v1/reconciliations/${books.id}`;
  const asked = await rig.core.admin('POST', `${path}/repairs`, { position: 0 });
  expect([asked.status, asked.body['repairing']]).toEqual([202, true]);
  const jobs = await rig.work();
  await vi.waitFor(
    async () => {
      const { body } = await rig.core.admin('GET', `${path}/differences`);
      const [first] = body['data'] as unknown as ShownDifference[];
      expect(first).toMatchObject({ repairing: false, repaired_at: null });
      expect(first?.repair_said).toContain('It still differs');
    },
    { timeout: 20_000, interval: 50 },
  );
  await jobs.stop();
  Object.assign(theirs(id), { status: 'open' });
});
