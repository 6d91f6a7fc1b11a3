import { describe, expect, test } from 'vitest';
import { customerWith, draftOf, eventsOf, refused, startSim, typesSince } from './rig.ts';

const { sim, stripe } = await startSim();
const { id: customer } = await customerWith(stripe, 'pm_card_visa');

describe('finalizing', () => {
  test('gives a number, the customer as it is now, and a payment to wait for', async () => {
    const { id } = await stripe.customers.create({
      email: 'b@example.com',
      invoice_prefix: 'ACME',
    });
    const draft = await draftOf(stripe, id);
    await stripe.customers.update(id, { name: 'Later' });
    const before = eventsOf(sim);
    const open = await stripe.invoices.finalizeInvoice(draft.id, { expand: ['payments'] });
    expect(open).toMatchObject({
      status: 'open',
      number: 'ACME-0001',
      customer_name: 'Later',
      amount_due: 1000,
      amount_remaining: 1000,
      attempt_count: 0,
      parent: null,
    });
    expect(open.status_transitions.finalized_at).toBe(sim.world.clock.now());
    expect(open.payments?.data[0]).toMatchObject({
      status: 'open',
      amount_requested: 1000,
      is_default: true,
      payment: { type: 'payment_intent' },
    });
    expect(typesSince(sim, before)).toEqual(['payment_intent.created', 'invoice.finalized']);
    expect(await refused(stripe.invoices.finalizeInvoice(draft.id))).toMatchObject({
      code: 'invoice_not_editable',
    });
    const next = await stripe.invoices.finalizeInvoice((await draftOf(stripe, id)).id);
    expect(next.number).toBe('ACME-0002');
  });

  test('keeps a number of its maker, which is given once', async () => {
    const draft = await draftOf(stripe, customer, { number: 'INV-7' });
    expect((await stripe.invoices.finalizeInvoice(draft.id)).number).toBe('INV-7');
    expect(await refused(draftOf(stripe, customer, { number: 'INV-7' }))).toMatchObject({
      param: 'number',
    });
  });

  test('closes it: lines and sums change no more, metadata does', async () => {
    const { id } = await stripe.invoices.finalizeInvoice((await draftOf(stripe, customer)).id);
    for (const call of [
      stripe.invoices.update(id, { description: 'x' }),
      stripe.invoices.addLines(id, { lines: [{ amount: 1 }] }),
      stripe.invoiceItems.create({ customer, invoice: id, amount: 1, currency: 'usd' }),
    ]) {
      expect(await refused(call)).toMatchObject({ code: 'invoice_not_editable' });
    }
    const after = await stripe.invoices.update(id, { metadata: { a: 'b' } });
    expect(after.metadata).toEqual({ a: 'b' });
  });

  test('of nothing, or of less than Stripe charges, is paid at once', async () => {
    const { id } = await stripe.customers.create();
    const nothing = await stripe.invoices.create({ customer: id, currency: 'usd' });
    expect(await stripe.invoices.finalizeInvoice(nothing.id)).toMatchObject({
      status: 'paid',
      amount_paid: 0,
    });
    const little = await draftOf(stripe, id, { amount: 49 });
    expect(await stripe.invoices.finalizeInvoice(little.id)).toMatchObject({
      status: 'paid',
      total: 49,
      amount_due: 0,
      ending_balance: 49,
    });
    // The next invoice takes it along.
    const next = await stripe.invoices.finalizeInvoice((await draftOf(stripe, id)).id);
    expect(next).toMatchObject({ starting_balance: 49, total: 1000, amount_due: 1049 });
  });

  test('takes from what is to the customer’s credit', async () => {
    const { id } = await stripe.customers.create({ balance: -300 });
    const open = await stripe.invoices.finalizeInvoice((await draftOf(stripe, id)).id);
    expect(open).toMatchObject({ starting_balance: -300, ending_balance: 0, amount_due: 700 });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ balance: 0 });
    const entries = await stripe.customers.listBalanceTransactions(id);
    expect(entries.data[0]).toMatchObject({ amount: 300, type: 'applied_to_invoice' });
  });

  test('a draft that advances does so an hour after it was made', async () => {
    const { id } = await draftOf(stripe, customer, { auto_advance: true });
    sim.advance(3599);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'draft' });
    sim.advance(1);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('that fails says so in an event, and is tried again', async () => {
    const { id } = await draftOf(stripe, customer, { auto_advance: true });
    sim.world.finalizationFailures = 1;
    const before = eventsOf(sim);
    sim.advance(3600);
    expect(typesSince(sim, before)).toEqual(['invoice.finalization_failed']);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'draft',
      last_finalization_error: { code: 'customer_tax_location_invalid' },
    });
    sim.advance(3600);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid' });
  });

  test('one that is sent has a due date, and is overdue after it', async () => {
    const draft = await draftOf(stripe, customer, {
      collection_method: 'send_invoice',
      days_until_due: 14,
    });
    expect(draft.due_date).toBe(draft.created + 14 * 86_400);
    const before = eventsOf(sim);
    await stripe.invoices.sendInvoice(draft.id);
    sim.advance(14 * 86_400);
    expect(typesSince(sim, before)).toEqual([
      'payment_intent.created',
      'invoice.finalized',
      'invoice.sent',
      'invoice.overdue',
    ]);
  });
});
