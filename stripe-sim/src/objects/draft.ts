import { change, emit } from '../world/events.ts';
import type { KeptInvoice } from '../world/kinds.ts';
import { clearTimers, setTimer } from '../world/timers.ts';
import { clockOf, keep, mint, timeFor, type World } from '../world/world.ts';
import { invalid, StripeFault } from '../wire/fault.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  boolean,
  currency,
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
import { blank } from './blank-invoice.ts';
import { advanceFurther } from './collect.ts';
import { discounts, discountsFor } from './coupon.ts';
import { livingParam } from './customer.ts';
import { ADVANCE_TASK, copyCustomer, finalize, GRACE_SECONDS } from './finalize.ts';
import { addLine, linesOfInvoice } from './line.ts';
import { taxRatesOf } from './tax-rate.ts';
import { computeTotals } from './totals.ts';

const DAY_SECONDS = 24 * 3600;

/** What can be said of an invoice. https://docs.stripe.com/api/invoices/create */
export const invoiceFields = {
  auto_advance: boolean,
  automatically_finalizes_at: natural,
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  custom_fields: unsettable(list(hash({ name: required(text), value: required(text) }))),
  days_until_due: natural,
  default_payment_method: text,
  default_tax_rates: unsettable(list(text)),
  description: unsettable(text),
  discounts,
  due_date: natural,
  effective_at: unsettable(natural),
  footer: unsettable(text),
  metadata,
  number: unsettable(text),
  statement_descriptor: text,
};
export const createdFields = {
  ...invoiceFields,
  currency,
  customer: required(text),
  pending_invoice_items_behavior: oneOf('exclude', 'include'),
};
/** What may still be changed when an invoice is no draft any more. */
const LATE_FIELDS = ['auto_advance', 'default_payment_method', 'metadata'];

/** Makes a draft. https://docs.stripe.com/api/invoices/create */
export function create(world: World, params: Values<typeof createdFields>): KeptInvoice {
  const customer = livingParam(world, params.customer);
  const now = timeFor(world, customer.id);
  const id = mint(world, 'invoice');
  const owner = { customer: customer.id, invoice: id };
  const invoice: KeptInvoice = {
    ...blank(id, now),
    auto_advance: params.auto_advance ?? false,
    collection_method: params.collection_method ?? 'charge_automatically',
    currency: params.currency ?? customer.currency ?? 'usd',
    custom_fields: params.custom_fields ?? null,
    customer: customer.id,
    default_payment_method: defaultMethod(world, customer.id, params.default_payment_method),
    default_tax_rates: taxRatesOf(world, params.default_tax_rates ?? [], 'default_tax_rates'),
    description: params.description ?? null,
    due_date: dueDate(params, now),
    effective_at: params.effective_at ?? null,
    footer: params.footer ?? null,
    metadata: merged({}, params.metadata),
    number: freeNumber(world, params.number ?? null),
    statement_descriptor: params.statement_descriptor ?? null,
    test_clock: customer.test_clock ?? null,
  };
  checkMethod(invoice, customer.email);
  invoice.discounts = discountsFor(world, params.discounts, owner);
  keep(world, 'invoice', invoice);
  customer.currency ??= invoice.currency;
  if (params.pending_invoice_items_behavior === 'include') takePending(world, invoice);
  copyCustomer(world, invoice);
  computeTotals(world, invoice);
  planAdvance(world, invoice, params.automatically_finalizes_at);
  emit(world, 'invoice.created', { object: invoice });
  return invoice;
}

/** Changes a draft, and of a finalized invoice the little that may be changed. Throws 400. */
export function update(
  world: World,
  invoice: KeptInvoice,
  params: Values<typeof invoiceFields>,
): KeptInvoice {
  const asked = Object.entries(params).filter(([, value]) => value !== undefined);
  const late = asked.find(([key]) => !LATE_FIELDS.includes(key));
  if (late && invoice.status !== 'draft') {
    throw invalid(`Finalized invoices can't be updated in this way: ${late[0]}`, {
      code: 'invoice_not_editable',
      param: late[0],
    });
  }
  const customer = invoice.customer ?? '';
  const method = params.default_payment_method;
  const patch: Partial<KeptInvoice> = {
    metadata: merged(invoice.metadata ?? {}, params.metadata),
    ...(method !== undefined && { default_payment_method: defaultMethod(world, customer, method) }),
    ...(invoice.status === 'draft' && draftPatch(world, invoice, params)),
  };
  change(world, invoice, { patch, type: 'invoice.updated' });
  if (invoice.status === 'draft') {
    computeTotals(world, invoice);
    if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance;
    planAdvance(world, invoice, params.automatically_finalizes_at);
  } else if (params.auto_advance !== undefined) {
    advanceFurther(world, invoice, params.auto_advance);
  }
  return invoice;
}

function draftPatch(
  world: World,
  invoice: KeptInvoice,
  params: Values<typeof invoiceFields>,
): Partial<KeptInvoice> {
  const owner = { customer: invoice.customer ?? '', invoice: invoice.id };
  const method = params.collection_method ?? invoice.collection_method;
  const patch: Partial<KeptInvoice> = {
    collection_method: method,
    custom_fields: said(params.custom_fields, invoice.custom_fields),
    description: said(params.description, invoice.description),
    due_date:
      dueDate({ ...params, collection_method: method }, invoice.created) ?? invoice.due_date,
    effective_at: said(params.effective_at, invoice.effective_at),
    footer: said(params.footer, invoice.footer),
    statement_descriptor: params.statement_descriptor ?? invoice.statement_descriptor,
  };
  if (params.default_tax_rates !== undefined) {
    const ids = params.default_tax_rates ?? [];
    patch.default_tax_rates = taxRatesOf(world, ids, 'default_tax_rates');
  }
  if (params.discounts !== undefined) {
    patch.discounts = discountsFor(world, params.discounts, owner);
  }
  if (params.number !== undefined) patch.number = freeNumber(world, params.number);
  return patch;
}

/** Deletes a draft; its items go with it. https://docs.stripe.com/api/invoices/delete */
export function remove(
  world: World,
  invoice: KeptInvoice,
): { id: string; object: string; deleted: true } {
  clearTimers(world, ADVANCE_TASK, invoice.id);
  for (const line of linesOfInvoice(world, invoice.id)) {
    world.tables.line_item.delete(line.id);
    world.tables.invoiceitem.delete(line.parent?.invoice_item_details?.invoice_item ?? '');
  }
  emit(world, 'invoice.deleted', { object: invoice });
  world.linesOf.delete(invoice.id);
  world.tables.invoice.delete(invoice.id);
  return { id: invoice.id, object: 'invoice', deleted: true };
}

/** What a timer does with a draft that advances by itself. */
export function advance(world: World, id: string): void {
  const invoice = world.tables.invoice.get(id);
  if (invoice?.status !== 'draft') return;
  try {
    finalize(world, invoice, { waitSeconds: 0 });
  } catch (error) {
    if (!(error instanceof StripeFault)) throw error;
    // Stripe tries again; the event said why.
    const at = timeFor(world, invoice.customer) + GRACE_SECONDS;
    planAdvance(world, invoice, at);
  }
}

function planAdvance(world: World, invoice: KeptInvoice, at: number | undefined): void {
  clearTimers(world, ADVANCE_TASK, invoice.id);
  invoice.automatically_finalizes_at = null;
  if (at === undefined && invoice.auto_advance !== true) return;
  const due = at ?? invoice.created + GRACE_SECONDS;
  invoice.automatically_finalizes_at = due;
  const clock = clockOf(world, invoice.customer);
  setTimer(world, { at: due, task: ADVANCE_TASK, subject: invoice.id, clock });
}

function takePending(world: World, invoice: KeptInvoice): void {
  for (const item of world.tables.invoiceitem.values()) {
    const isPending = item.invoice === null && item.customer === invoice.customer;
    if (isPending && item.currency === invoice.currency) addLine(world, item, invoice.id);
  }
}

function defaultMethod(world: World, customer: string, id: string | undefined): string | null {
  if (id === undefined) return null;
  if (world.tables.payment_method.get(id)?.customer === customer) return id;
  throw invalid(`No such PaymentMethod: '${id}'; it must be attached to the customer.`, {
    code: 'resource_missing',
    param: 'default_payment_method',
  });
}

// A number is given once in an account.
function freeNumber(world: World, number: string | null): string | null {
  if (number === null) return null;
  const isTaken = [...world.tables.invoice.values()].some((each) => each.number === number);
  if (!isTaken) return number;
  throw invalid(`The invoice number ${number} is already in use.`, { param: 'number' });
}

function dueDate(params: Partial<Values<typeof invoiceFields>>, created: number): number | null {
  if (params.collection_method !== 'send_invoice') return null;
  if (params.due_date !== undefined) return params.due_date;
  return params.days_until_due === undefined ? null : created + params.days_until_due * DAY_SECONDS;
}

function checkMethod(invoice: KeptInvoice, email: string | null): void {
  if (invoice.collection_method !== 'send_invoice') return;
  if (invoice.due_date === null) {
    throw invalid('If invoices are sent, `days_until_due` or `due_date` must be specified.', {
      param: 'days_until_due',
    });
  }
  if (email === null) {
    throw invalid(
      'Missing email. In order to create invoices that are sent to the customer, the customer ' +
        'must have a valid email.',
    );
  }
}
