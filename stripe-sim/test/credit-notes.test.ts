import type Stripe from 'stripe';
import { expect, test } from 'vitest';
import { customerWith, draftOf, refused, startSim } from './rig.ts';

const { stripe } = await startSim();
const { id: customer } = await customerWith(stripe, 'pm_card_visa');
const rate = await stripe.taxRates.create({
  display_name: 'VAT',
  percentage: 19,
  inclusive: false,
});

async function open(more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
  const draft = await draftOf(stripe, customer, more);
  return stripe.invoices.finalizeInvoice(draft.id);
}
const paid = async (more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> =>
  stripe.invoices.pay((await open(more)).id);

test('of an open invoice lowers what is left to pay, and of all of it pays it', async () => {
  const invoice = await open();
  const note = await stripe.creditNotes.create({ invoice: invoice.id, amount: 300 });
  expect(note).toMatchObject({
    number: `${invoice.number}-CN-01`,
    status: 'issued',
    type: 'pre_payment',
    pre_payment_amount: 300,
    total: 300,
  });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    amount_remaining: 700,
    pre_payment_credit_notes_amount: 300,
    total: 1000,
  });
  expect(
    await refused(stripe.creditNotes.create({ invoice: invoice.id, amount: 701 })),
  ).toMatchObject({ param: 'amount' });
  await stripe.creditNotes.create({ invoice: invoice.id, amount: 700 });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    status: 'paid',
    amount_paid: 0,
  });
});

test('voided, what is left to pay is as before', async () => {
  const invoice = await open();
  const note = await stripe.creditNotes.create({ invoice: invoice.id, amount: 300 });
  expect(await stripe.creditNotes.voidCreditNote(note.id)).toMatchObject({ status: 'void' });
  const after = await stripe.invoices.pay(invoice.id);
  expect(after).toMatchObject({ status: 'paid', amount_paid: 1000 });
  expect(await refused(stripe.creditNotes.voidCreditNote(note.id))).toMatchObject({
    statusCode: 400,
  });
});

test('of a paid invoice: money goes back, to the credit or elsewhere, to the cent', async () => {
  const invoice = await paid();
  expect(
    await refused(stripe.creditNotes.create({ invoice: invoice.id, amount: 600 })),
  ).toMatchObject({ message: expect.stringContaining('must equal the post payment amount (600)') });
  const note = await stripe.creditNotes.create({
    invoice: invoice.id,
    amount: 600,
    refund_amount: 250,
    credit_amount: 250,
    out_of_band_amount: 100,
    reason: 'order_change',
    expand: ['refunds.refund'],
  });
  expect(note).toMatchObject({ type: 'post_payment', post_payment_amount: 600 });
  expect(note.refunds[0]).toMatchObject({ amount_refunded: 250 });
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -250 });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    status: 'paid',
    post_payment_credit_notes_amount: 600,
  });
  const beyond = stripe.creditNotes.create({
    invoice: invoice.id,
    amount: 401,
    out_of_band_amount: 401,
  });
  expect(await refused(beyond)).toMatchObject({ param: 'amount' });
  await stripe.customers.createBalanceTransaction(customer, { amount: 250, currency: 'usd' });
});

test('a refund that was made before is linked', async () => {
  const invoice = await paid();
  const { data } = await stripe.invoicePayments.list({ invoice: invoice.id });
  const payment_intent = String(data[0]?.payment.payment_intent);
  const refund = await stripe.refunds.create({ payment_intent, amount: 100 });
  const note = await stripe.creditNotes.create({
    invoice: invoice.id,
    amount: 100,
    refunds: [{ refund: refund.id, amount_refunded: 100 }],
  });
  expect(note.refunds).toEqual([
    { amount_refunded: 100, payment_record_refund: null, refund: refund.id, type: 'refund' },
  ]);
  const listed = await stripe.refunds.list({ payment_intent });
  expect(listed.data).toHaveLength(1);
});

test('by lines takes their tax along, and the last one leaves nothing over', async () => {
  const invoice = await open({ default_tax_rates: [rate.id] });
  const [line] = invoice.lines.data;
  expect(invoice.total).toBe(1190);
  const totals: number[] = [];
  for (const amount of [333, 333, 334]) {
    const note = await stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line!.id, amount }],
    });
    totals.push(note.total);
  }
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(1190);
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'paid' });
});

test('a line is credited at most once', async () => {
  const invoice = await paid();
  const [line] = invoice.lines.data;
  const of = (amount: number): Promise<Stripe.CreditNote> =>
    stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line!.id, amount }],
      out_of_band_amount: amount,
    });
  const note = await of(600);
  expect(note.lines.data[0]).toMatchObject({ invoice_line_item: line!.id, amount: 600 });
  expect(await refused(of(401))).toMatchObject({ param: 'lines[0][invoice_line_item]' });
});

test('a preview says what would be, and issues nothing', async () => {
  const invoice = await open();
  const preview = await stripe.creditNotes.preview({
    invoice: invoice.id,
    lines: [{ type: 'custom_line_item', unit_amount: 50, quantity: 2, description: 'Sorry' }],
  });
  expect(preview).toMatchObject({ total: 100, lines: { data: [{ description: 'Sorry' }] } });
  expect((await stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([]);
});

test.each<[string, (invoice: string) => Stripe.CreditNoteCreateParams, object]>([
  ['an invoice of nothing', () => ({ invoice: 'in_x', amount: 1 }), { param: 'invoice' }],
  ['neither amount nor lines', (invoice) => ({ invoice }), { param: 'amount' }],
  ['nothing', (invoice) => ({ invoice, amount: 0 }), { param: 'amount' }],
  [
    'a line of another invoice',
    (invoice) => ({
      invoice,
      lines: [{ type: 'invoice_line_item', invoice_line_item: 'il_x', amount: 1 }],
    }),
    { code: 'resource_missing' },
  ],
])('refuses %s', async (_, params, expected) => {
  const invoice = await open();
  expect(await refused(stripe.creditNotes.create(params(invoice.id)))).toMatchObject(expected);
});

test('a draft has no credit notes', async () => {
  const draft = await draftOf(stripe, customer);
  const call = stripe.creditNotes.create({ invoice: draft.id, amount: 1 });
  expect(await refused(call)).toMatchObject({ param: 'invoice' });
});
