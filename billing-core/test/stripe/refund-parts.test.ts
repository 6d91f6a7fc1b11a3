import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDispute } from '../../../stripe-sim/src/objects/dispute.ts';
import { keep, mint } from '../../../stripe-sim/src/world/world.ts';
import type { Collection } from '../../src/contract/dispute.ts';
import { takeInvoice } from '../../src/stripe/take-invoice.ts';
import { person } from '../../src/test/core.ts';
import { allOf, comparedIn, DAY, openRig, type Rig } from './rig.ts';

// A refund through Stripe goes back of all payments that came for its invoice.

vi.setConfig({ testTimeout: 60_000 });
const CARD = 'pm_card_visa';
const QUICK = { timeout: 20_000, interval: 50 };

let rig: Rig;
let email: string;
beforeAll(async () => {
  rig = await openRig('refund-parts');
  const admin = await person(rig.core);
  email = admin.email;
  await rig.core.sql`update users set role = 'admin' where email = ${email}`;
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.core.letters.length = 0;
});

const collection = async (id: string): Promise<Collection> => {
  const { body } = await rig.core.admin('GET', `/v1/invoices/${id}/collection`);
  return body as unknown as Collection;
};
const order = async (id: string, amount: number): Promise<number> =>
  (await rig.post(id, 'payments', { kind: 'refund', method: 'stripe', amount: String(amount) }))
    .status;
/** What went back of each payment, in their order. */
const gone = (intents: readonly string[]): number[] =>
  intents.map((intent) =>
    allOf(rig.sim, 'refund')
      .filter(({ payment_intent, status }) => payment_intent === intent && status === 'succeeded')
      .reduce((sum, { amount }) => sum + amount, 0),
  );

/** An invoice of 1000 that two payments at Stripe came for: 1000 and 600. */
async function paidByTwo(): Promise<{ id: string; customer: string; intents: [string, string] }> {
  const customer = await rig.customer(CARD);
  const { id } = await rig.invoice(customer);
  await rig.settle();
  const [payment] = await rig.payments(id);
  const { stripe } = await collection(id);
  const invoice = stripe?.id ?? '';
  const made = await rig.stripe.invoices.retrieve(invoice);
  const { id: second } = await rig.stripe.paymentIntents.create({
    amount: 600,
    currency: 'usd',
    customer: String(made.customer),
    payment_method: (
      await rig.stripe.paymentMethods.attach(CARD, {
        customer: String(made.customer),
      })
    ).id,
    confirm: true,
    off_session: true,
  });
  const { world } = rig.sim;
  const [first] = allOf(rig.sim, 'invoice_payment').filter((one) => one.invoice === invoice);
  if (first === undefined) throw new Error('not paid');
  keep(world, 'invoice_payment', {
    ...first,
    id: mint(world, 'invoice_payment'),
    amount_paid: 600,
    is_default: false,
    payment: { payment_intent: second, type: 'payment_intent' },
  });
  await takeInvoice(rig.kit, invoice);
  await rig.settle();
  expect(await rig.read(id)).toMatchObject({ state: 'paid', paid: '1600' });
  return { id, customer, intents: [payment?.reference ?? '', second] };
}

describe('of an invoice that two payments came for', () => {
  test('it goes back of both, as one entry, and the rest can still go back', async () => {
    const { id, intents } = await paidByTwo();
    expect((await collection(id)).refundable).toBe('1600');
    expect(await order(id, 1_601)).toBe(409);
    expect(await order(id, 1_300)).toBe(201);
    expect((await collection(id)).refundable).toBe('300');
    await rig.settle();
    expect(gone(intents)).toEqual([1_000, 300]);
    const { refunds, refundable } = await collection(id);
    expect([refundable, refunds.map(({ state }) => state)]).toEqual(['300', ['succeeded']]);
    expect((await rig.payments(id)).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
    expect((await comparedIn(rig)).data).toEqual([]);
    expect(await order(id, 300)).toBe(201);
    await rig.settle();
    expect(gone(intents)).toEqual([1_000, 600]);
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('the second is given back where the first has gone', async () => {
    const { id, intents } = await paidByTwo();
    await order(id, 1_000);
    await rig.settle();
    await order(id, 600);
    await rig.settle();
    expect(gone(intents)).toEqual([1_000, 600]);
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('what a bank asks for is left out, and the other one goes back', async () => {
    const { id, intents } = await paidByTwo();
    const charge = allOf(rig.sim, 'charge').find((one) => one.payment_intent === intents[0]);
    openDispute(rig.sim.world, charge?.id ?? '');
    await rig.settle();
    expect((await collection(id)).refundable).toBe('600');
    expect(await order(id, 600)).toBe(201);
    await rig.settle();
    expect(gone(intents)).toEqual([0, 600]);
  });

  test.each(['lose_reply', 'error_reply', 'error', 'conflict'] as const)(
    'each part is made once, whatever becomes of the second call: %s',
    async (fault) => {
      const { id, intents } = await paidByTwo();
      await order(id, 1_300);
      const rule = rig.fault({ fault, method: 'POST', path: '/v1/refunds', after: 1 });
      await rig.settle();
      expect(rule.hit).toBe(1);
      expect(gone(intents)).toEqual([1_000, 300]);
      expect((await rig.payments(id)).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
    },
  );

  test('what Stripe refuses of it is taken back alone, and admins are told once', async () => {
    const jobs = await rig.work();
    const { id, intents } = await paidByTwo();
    await order(id, 1_600);
    // By somebody at Stripe, of which we have not heard.
    await rig.stripe.refunds.create({ payment_intent: intents[1], amount: 400 });
    await rig.settle();
    expect(gone(intents)).toEqual([1_000, 400]);
    const { refunds } = await collection(id);
    expect(refunds.map(({ state }) => state)).toContain('failed');
    expect(await rig.read(id)).toMatchObject({ paid: '200' });
    await vi.waitFor(() => expect(rig.core.letters).toHaveLength(1), QUICK);
    const [letter] = rig.core.letters;
    expect(letter).toMatchObject({ to: email, subject: expect.stringContaining('failed') });
    expect(letter?.text).toContain('600 minor units of USD');
    expect(letter?.text).toContain(`http://portal.test/admin/invoices/${id}`);
    await jobs.stop();
  });
});

test('admins are told of a refund that the bank sends back, once', async () => {
  const jobs = await rig.work();
  const { id } = await rig.invoice(await rig.customer('pm_card_refundFail'));
  await rig.settle();
  await order(id, 400);
  rig.pass(30 * DAY);
  await rig.settle();
  const { stripe } = await collection(id);
  for (let time = 0; time < 3; time++) await takeInvoice(rig.kit, stripe?.id ?? '');
  await vi.waitFor(() => expect(rig.core.letters).toHaveLength(1), QUICK);
  expect(rig.core.letters[0]?.text).toContain('400 minor units of USD');
  await jobs.stop();
});
