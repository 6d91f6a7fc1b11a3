import { change, emit } from '../world/events.ts';
import type { KeptCreditNote, KeptInvoice, Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageInOrder, pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  hash,
  list,
  natural,
  oneOf,
  required,
  said,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { moveCustomerBalance } from './balance.ts';
import { followRemaining } from './collect.ts';
import { amountLine, creditLine, creditLineFields } from './credit-line.ts';
import { defaultPayment } from './invoice-payment.ts';
import { sum } from './money.ts';
import { makeRefund } from './refund.ts';

type CreditLine = Kinds['credit_note_line_item'];

const fields = {
  amount: natural,
  credit_amount: natural,
  effective_at: natural,
  email_type: oneOf('credit_note', 'none'),
  invoice: required(text),
  lines: list(hash(creditLineFields)),
  memo: text,
  metadata,
  out_of_band_amount: natural,
  reason: oneOf('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: natural,
  refunds: list(hash({ amount_refunded: natural, refund: required(text), type: text })),
};
type Asked = Values<typeof fields>;

/** https://docs.stripe.com/api/credit_notes */
export const creditNoteRoutes: Route[] = [
  route('GET /v1/credit_notes/preview', fields, ({ world, params }) => {
    const { note, lines } = draft(world, invoiceFor(world, params), params);
    const url = `/v1/credit_notes/${note.id}/lines`;
    return { ...note, lines: { object: 'list', data: lines, has_more: false, url } };
  }),
  route('POST /v1/credit_notes', fields, ({ world, params }) => create(world, params)),
  route('GET /v1/credit_notes/:id', {}, ({ world, ids }) =>
    inPath(world, 'credit_note', ids['id']),
  ),
  route(
    'POST /v1/credit_notes/:id',
    { memo: unsettable(text), metadata },
    ({ world, ids, params }) => {
      const note = inPath(world, 'credit_note', ids['id']);
      const patch: Partial<KeptCreditNote> = {
        memo: said(params.memo, note.memo),
        metadata: merged(note.metadata ?? {}, params.metadata),
      };
      return change(world, note, { patch, type: 'credit_note.updated' });
    },
  ),
  route('POST /v1/credit_notes/:id/void', {}, ({ world, ids }) =>
    voidNote(world, inPath(world, 'credit_note', ids['id'])),
  ),
  route('GET /v1/credit_notes/:id/lines', paging, ({ world, ids, params }) => {
    const { id } = inPath(world, 'credit_note', ids['id']);
    const rows = (world.linesOf.get(id) ?? []).flatMap(
      (line) => world.tables.credit_note_line_item.get(line) ?? [],
    );
    return pageInOrder(world, rows, { page: params, url: `/v1/credit_notes/${id}/lines` });
  }),
  route(
    'GET /v1/credit_notes',
    { ...paging, created: range, customer: text, invoice: text },
    ({ world, params }) => {
      const rows = [...world.tables.credit_note.values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          (params.invoice === undefined || each.invoice === params.invoice) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/credit_notes' });
    },
  ),
];

const invoiceFor = (world: World, { invoice }: Asked): KeptInvoice =>
  inParam(world, 'invoice', { id: invoice, param: 'invoice' });

/**
 * Issues a credit note: of an open invoice it lowers what is left to pay; of a paid one the money
 * goes back, to the customer's credit, or went back elsewhere, and the parts must come to the sum.
 * https://docs.stripe.com/invoicing/credit-notes
 */
function create(world: World, asked: Asked): KeptCreditNote {
  const invoice = invoiceFor(world, asked);
  const { note, lines } = draft(world, invoice, asked);
  const refunds = refundsOf(world, invoice, asked);
  keep(world, 'credit_note', note);
  for (const line of lines) keep(world, 'credit_note_line_item', line);
  world.linesOf.set(
    note.id,
    lines.map(({ id }) => id),
  );
  if (note.post_payment_amount > 0) {
    note.refunds = [...refunds, ...newRefund(world, invoice, asked.refund_amount ?? 0)];
    credit(world, note, asked.credit_amount ?? 0);
    invoice.post_payment_credit_notes_amount += note.post_payment_amount;
  } else {
    invoice.pre_payment_credit_notes_amount += note.total;
    invoice.amount_due -= note.total;
    invoice.amount_remaining -= note.total;
  }
  emit(world, 'credit_note.created', { object: note });
  if (note.pre_payment_amount > 0) followRemaining(world, invoice);
  return note;
}

function draft(
  world: World,
  invoice: KeptInvoice,
  asked: Asked,
): { note: KeptCreditNote; lines: CreditLine[] } {
  if (invoice.status !== 'open' && invoice.status !== 'paid') {
    throw invalid(`You can only credit an open or paid invoice: ${invoice.status}`, {
      param: 'invoice',
    });
  }
  if ((asked.amount === undefined) === (asked.lines === undefined)) {
    throw invalid('You must specify one of `amount` and `lines`.', { param: 'amount' });
  }
  const lines = asked.lines?.map((given, at) => creditLine(world, invoice, { given, at })) ?? [
    amountLine(world, asked.amount ?? 0),
  ];
  const note = sums(world, invoice, { asked, lines });
  checkRoom(world, invoice, note);
  checkParts(note, asked);
  return { note, lines };
}

function sums(
  world: World,
  invoice: KeptInvoice,
  { asked, lines }: { asked: Asked; lines: CreditLine[] },
): KeptCreditNote {
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const subtotal = sum(lines.map(({ amount }) => amount));
  const discount = sum(lines.map(({ discount_amount: amount }) => amount));
  const taxOf = (behavior: string): number =>
    sum(taxes.filter((tax) => tax.tax_behavior === behavior).map(({ amount }) => amount));
  const total = subtotal - discount + taxOf('exclusive');
  const isPaid = invoice.status === 'paid';
  const id = mint(world, 'credit_note');
  const count = String(notesOf(world, invoice.id).length + 1).padStart(2, '0');
  return {
    id,
    object: 'credit_note',
    amount: total,
    amount_shipping: 0,
    created: timeFor(world, invoice.customer),
    currency: invoice.currency,
    customer: invoice.customer ?? '',
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: discount,
    discount_amounts: [],
    effective_at: asked.effective_at ?? timeFor(world, invoice.customer),
    invoice: invoice.id,
    livemode: false,
    memo: asked.memo ?? null,
    metadata: merged({}, asked.metadata),
    number: `${invoice.number}-CN-${count}`,
    out_of_band_amount: asked.out_of_band_amount ?? null,
    pdf: `${world.baseUrl}/credit_notes/${id}/pdf`,
    post_payment_amount: isPaid ? total : 0,
    pre_payment_amount: isPaid ? 0 : total,
    pretax_credit_amounts: [],
    reason: asked.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: 'issued',
    subtotal,
    subtotal_excluding_tax: subtotal - taxOf('inclusive'),
    total,
    total_excluding_tax: subtotal - discount - taxOf('inclusive'),
    total_taxes: taxes,
    type: isPaid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  };
}

const notesOf = (world: World, invoice: string): KeptCreditNote[] =>
  [...world.tables.credit_note.values()].filter((note) => note.invoice === invoice);

function checkRoom(world: World, invoice: KeptInvoice, note: KeptCreditNote): void {
  const credited = sum(
    notesOf(world, invoice.id)
      .filter(({ status }) => status === 'issued')
      .map(({ total }) => total),
  );
  const left = invoice.status === 'open' ? invoice.amount_remaining : invoice.total - credited;
  if (note.total > 0 && note.total <= left) return;
  throw invalid(
    `The credit note's total (${note.total}) must be positive and at most what is left to credit ` +
      `of the invoice (${left}).`,
    { param: 'amount' },
  );
}

function checkParts(note: KeptCreditNote, asked: Asked): void {
  const refunded = sum((asked.refunds ?? []).map((each) => each.amount_refunded ?? 0));
  const parts =
    (asked.credit_amount ?? 0) +
    (asked.refund_amount ?? 0) +
    (asked.out_of_band_amount ?? 0) +
    refunded;
  if (parts === note.post_payment_amount) return;
  throw invalid(
    `The sum of credit amount, refund amount and out of band amount (${parts}) must equal the ` +
      `post payment amount (${note.post_payment_amount}).`,
  );
}

// Refunds that were made before and that the note is about.
function refundsOf(world: World, invoice: KeptInvoice, asked: Asked): KeptCreditNote['refunds'] {
  const intent = defaultPayment(world, invoice.id)?.intent.id;
  return (asked.refunds ?? []).map(({ refund: id, amount_refunded }, at) => {
    const param = `refunds[${at}][refund]`;
    const refund = inParam(world, 'refund', { id, param });
    if (refund.payment_intent !== intent || (amount_refunded ?? 0) > refund.amount) {
      throw invalid(`The refund ${id} is not one of so much of this invoice.`, { param });
    }
    return {
      amount_refunded: amount_refunded ?? refund.amount,
      payment_record_refund: null,
      refund: id,
      type: 'refund',
    };
  });
}

function newRefund(world: World, invoice: KeptInvoice, amount: number): KeptCreditNote['refunds'] {
  if (amount === 0) return [];
  const intent = defaultPayment(world, invoice.id)?.intent;
  const charge = world.tables.charge.get(intent?.latest_charge ?? '');
  if (!charge) throw invalid('This invoice was not paid by a charge.', { param: 'refund_amount' });
  const { id } = makeRefund(world, charge, { amount, reason: null });
  return [{ amount_refunded: amount, payment_record_refund: null, refund: id, type: 'refund' }];
}

function credit(world: World, note: KeptCreditNote, amount: number): void {
  if (amount === 0) return;
  note.customer_balance_transaction = moveCustomerBalance(world, note.customer, {
    amount: -amount,
    currency: note.currency,
    type: 'credit_note',
    credit_note: note.id,
    invoice: note.invoice,
  }).id;
}

/** Only of an open invoice. https://docs.stripe.com/api/credit_notes/void */
function voidNote(world: World, note: KeptCreditNote): KeptCreditNote {
  const invoice = world.tables.invoice.get(note.invoice);
  if (note.status === 'void' || invoice?.status !== 'open') {
    throw invalid('You can only void an issued credit note of an open invoice.');
  }
  note.status = 'void';
  note.voided_at = timeFor(world, note.customer);
  invoice.pre_payment_credit_notes_amount -= note.total;
  invoice.amount_due += note.total;
  invoice.amount_remaining += note.total;
  followRemaining(world, invoice);
  emit(world, 'credit_note.voided', { object: note });
  return note;
}
