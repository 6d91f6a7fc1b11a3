import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { customerWith, draftOf, eventsOf, refused, startSim, typesSince } from './rig.ts';

const { sim, stripe } = await startSim();
const DAY = 86_400;

/** Out: an open invoice of a customer with a card. */
async function openFor(
  card: string,
  more: Stripe.InvoiceCreateParams & { amount?: number } = {},
): Promise<{ id: string; customer: string }> {
  const { id: customer } = await customerWith(stripe, card);
  const draft = await draftOf(stripe, customer, more);
  const { id } = await stripe.invoices.finalizeInvoice(draft.id);
  return { id, customer };
}

async function intentOf(invoice: string): Promise<Stripe.PaymentIntent> {
  const { data } = await stripe.invoicePayments.list({
    invoice,
    expand: ['data.payment.payment_intent'],
  });
  return data[0]?.payment.payment_intent as Stripe.PaymentIntent;
}

describe('paying', () => {
  test('takes the money by a PaymentIntent and a charge', async () => {
    const { id, customer } = await openFor('pm_card_visa');
    const before = eventsOf(sim);
    const paid = await stripe.invoices.pay(id);
    expect(paid).toMatchObject({
      status: 'paid',
      amount_paid: 1000,
      amount_remaining: 0,
      attempt_count: 1,
      attempted: true,
    });
    expect(typesSince(sim, before)).toEqual([
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]);
    const intent = await intentOf(id);
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 1000, customer });
    const charge = await stripe.charges.retrieve(String(intent.latest_charge), {
      expand: ['balance_transaction', 'customer'],
    });
    expect(charge).toMatchObject({
      paid: true,
      amount: 1000,
      payment_method_details: { card: { last4: '4242' } },
      balance_transaction: { amount: 1000, fee: 59, net: 941, type: 'charge' },
    });
    expect(await refused(stripe.invoices.pay(id))).toMatchObject({
      statusCode: 400,
      message: 'Invoice is already paid',
    });
  });

  test('a draft finalizes it first', async () => {
    const { id: customer } = await customerWith(stripe, 'pm_card_visa');
    const draft = await draftOf(stripe, customer);
    expect(await stripe.invoices.pay(draft.id)).toMatchObject({ status: 'paid' });
  });

  test('with a declined card is a card error, and the invoice stays open', async () => {
    const { id } = await openFor('pm_card_chargeCustomerFail');
    const before = eventsOf(sim);
    const error = await refused(stripe.invoices.pay(id));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
      charge: expect.stringMatching(/^ch_/),
      payment_intent: { status: 'requires_payment_method' },
    });
    expect(typesSince(sim, before)).toEqual([
      'charge.failed',
      'payment_intent.payment_failed',
      'invoice.payment_failed',
    ]);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open', attempt_count: 1 });
    const paid = await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
    // Only the first attempt by hand counts.
    expect(paid).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('without a card is refused', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.invoices.finalizeInvoice((await draftOf(stripe, customer)).id);
    expect((await refused(stripe.invoices.pay(id))).message).toContain('default_payment_method');
  });

  test('outside of Stripe makes no charge', async () => {
    const { id } = await openFor('pm_card_visa');
    const paid = await stripe.invoices.pay(id, { paid_out_of_band: true });
    expect(paid).toMatchObject({ status: 'paid', amount_paid_off_stripe: 1000 });
    expect(await intentOf(id)).toMatchObject({ status: 'canceled', latest_charge: null });
  });

  test('with 3D Secure waits for the holder', async () => {
    const { id } = await openFor('pm_card_authenticationRequired');
    const before = eventsOf(sim);
    expect(await refused(stripe.invoices.pay(id))).toMatchObject({
      statusCode: 402,
      code: 'invoice_payment_intent_requires_action',
    });
    expect(typesSince(sim, before)).toEqual([
      'payment_intent.requires_action',
      'invoice.payment_action_required',
      'invoice.payment_failed',
    ]);
    expect(await intentOf(id)).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url' },
    });
  });

  test('a confirmed PaymentIntent of an invoice pays the invoice', async () => {
    const { id } = await openFor('pm_card_chargeCustomerFail');
    const intent = await intentOf(id);
    await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid' });
    const other = await openFor('pm_card_visa');
    const canceled = stripe.paymentIntents.cancel((await intentOf(other.id)).id);
    expect(await refused(canceled)).toMatchObject({ code: 'payment_intent_unexpected_state' });
  });

  test('a PaymentIntent of its own is confirmed and canceled', async () => {
    const params = { amount: 500, currency: 'usd' };
    const paid = await stripe.paymentIntents.create({
      ...params,
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(paid.status).toBe('succeeded');
    const idle = await stripe.paymentIntents.create(params);
    const canceled = await stripe.paymentIntents.cancel(idle.id, {
      cancellation_reason: 'abandoned',
    });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
  });
});

describe('dunning', () => {
  test('retries on its days, and then leaves the invoice open', async () => {
    const { id } = await openFor('pm_card_chargeCustomerFail', { auto_advance: true });
    const seen: (number | null)[][] = [];
    const start = sim.world.clock.now() + 3600;
    for (const days of [0, 3, 5, 7]) {
      sim.advance(days === 0 ? 3600 : days * DAY);
      const { attempt_count, next_payment_attempt } = await stripe.invoices.retrieve(id);
      const next = next_payment_attempt === null ? null : (next_payment_attempt - start) / DAY;
      seen.push([attempt_count, next]);
    }
    expect(seen).toEqual([
      [1, 3],
      [2, 8],
      [3, 15],
      [4, null],
    ]);
    sim.advance(60 * DAY);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'open',
      attempt_count: 4,
      auto_advance: false,
    });
  });

  test('writes the invoice off when the settings say so', async () => {
    sim.world.dunning = { afterDays: [1], last: 'mark_uncollectible' };
    const { id } = await openFor('pm_card_chargeCustomerFail', { auto_advance: true });
    sim.advance(3600 + DAY);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'uncollectible',
      status_details: { uncollectible: { reason: 'max_payment_attempts' } },
    });
    sim.world.dunning = { afterDays: [3, 5, 7], last: 'leave_open' };
  });

  test('a new card in time pays at the next attempt', async () => {
    const { id, customer } = await openFor('pm_card_chargeCustomerFail', { auto_advance: true });
    sim.advance(3600);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ delinquent: true });
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: method.id },
    });
    sim.advance(3 * DAY);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', attempt_count: 2 });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ delinquent: false });
  });
});

describe('an open invoice', () => {
  test('is voided: its payment is canceled, and nothing tries it again', async () => {
    const { id } = await openFor('pm_card_visa', { auto_advance: true });
    expect(await stripe.invoices.voidInvoice(id)).toMatchObject({ status: 'void' });
    expect(await intentOf(id)).toMatchObject({ cancellation_reason: 'void_invoice' });
    sim.advance(30 * DAY);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'void', attempt_count: 0 });
    expect(await refused(stripe.invoices.pay(id))).toMatchObject({ statusCode: 400 });
  });

  test('that was written off can still be paid or voided', async () => {
    const one = await openFor('pm_card_visa');
    expect(await stripe.invoices.markUncollectible(one.id)).toMatchObject({
      status: 'uncollectible',
    });
    expect(await stripe.invoices.pay(one.id)).toMatchObject({ status: 'paid' });
    expect(await refused(stripe.invoices.markUncollectible(one.id))).toMatchObject({
      statusCode: 400,
    });
    const other = await openFor('pm_card_visa');
    await stripe.invoices.markUncollectible(other.id);
    expect(await stripe.invoices.voidInvoice(other.id)).toMatchObject({ status: 'void' });
  });
});

describe('a refund', () => {
  test('gives back at most what is left, in parts', async () => {
    const { id } = await openFor('pm_card_visa');
    await stripe.invoices.pay(id);
    const { id: payment_intent } = await intentOf(id);
    const first = await stripe.refunds.create({ payment_intent, amount: 400 });
    expect(first).toMatchObject({ amount: 400, status: 'succeeded', payment_intent });
    expect(await refused(stripe.refunds.create({ payment_intent, amount: 601 }))).toMatchObject({
      param: 'amount',
    });
    const before = eventsOf(sim);
    expect(await stripe.refunds.create({ payment_intent })).toMatchObject({ amount: 600 });
    expect(typesSince(sim, before)).toEqual(['refund.created', 'charge.refunded']);
    expect(await refused(stripe.refunds.create({ payment_intent }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    const charge = await stripe.charges.retrieve(String(first.charge), { expand: ['refunds'] });
    expect(charge).toMatchObject({ refunded: true, amount_refunded: 1000 });
    expect(charge.refunds?.data.map(({ amount }) => amount)).toEqual([600, 400]);
    // A refund does not reopen the invoice.
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid' });
  });

  test('that the bank sends back fails, and the money is on the charge again', async () => {
    const { id } = await openFor('pm_card_refundFail');
    await stripe.invoices.pay(id);
    const refund = await stripe.refunds.create({ payment_intent: (await intentOf(id)).id });
    expect(refund.status).toBe('succeeded');
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    });
    expect(await stripe.charges.retrieve(String(refund.charge))).toMatchObject({
      amount_refunded: 0,
      refunded: false,
    });
  });
});

describe('a dispute', () => {
  const disputed = async (): Promise<Stripe.Dispute> => {
    const { id } = await openFor('pm_card_createDispute');
    await stripe.invoices.pay(id);
    const { data } = await stripe.disputes.list({ payment_intent: (await intentOf(id)).id });
    return data[0]!;
  };

  test('takes the money at once and is won by the right evidence', async () => {
    const before = eventsOf(sim);
    const dispute = await disputed();
    expect(typesSince(sim, before).slice(-2)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
    ]);
    expect(dispute).toMatchObject({ status: 'needs_response', amount: 1000 });
    expect(await refused(stripe.refunds.create({ charge: String(dispute.charge) }))).toMatchObject({
      code: 'charge_disputed',
    });
    const won = await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    });
    expect(won.status).toBe('won');
    expect(won.balance_transactions.map(({ amount }) => amount)).toEqual([-1000, 1000]);
  });

  test('is lost when it is closed', async () => {
    const { id } = await disputed();
    expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost' });
    expect(await refused(stripe.disputes.close(id))).toMatchObject({ statusCode: 400 });
  });
});
