import { emit } from '../world/events.ts';
import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged } from '../wire/metadata.ts';
import { boolean, currency, required, said, text, type Values } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { discountsFor } from './coupon.ts';
import { livingParam } from './customer.ts';
import { addLine, linesOfInvoice, makeItem } from './line.ts';
import { priced, priceFields } from './pricing.ts';
import { taxRatesOf } from './tax-rate.ts';
import { computeTotals } from './totals.ts';

type Item = Kinds['invoiceitem'];

const created = { ...priceFields, currency, customer: required(text), invoice: text };

/** https://docs.stripe.com/api/invoiceitems */
export const invoiceItemRoutes: Route[] = [
  route('POST /v1/invoiceitems', created, ({ world, params }) => create(world, params)),
  route('GET /v1/invoiceitems/:id', {}, ({ world, ids }) =>
    inPath(world, 'invoiceitem', ids['id']),
  ),
  route('POST /v1/invoiceitems/:id', priceFields, ({ world, ids, params }) =>
    update(world, inPath(world, 'invoiceitem', ids['id']), params),
  ),
  route('DELETE /v1/invoiceitems/:id', {}, ({ world, ids }) => {
    const item = inPath(world, 'invoiceitem', ids['id']);
    const invoice = draftOf(world, item);
    takeOff(world, item);
    world.tables.invoiceitem.delete(item.id);
    if (invoice) computeTotals(world, invoice);
    emit(world, 'invoiceitem.deleted', { object: item });
    return { id: item.id, object: 'invoiceitem', deleted: true };
  }),
  route(
    'GET /v1/invoiceitems',
    { ...paging, created: range, customer: text, invoice: text, pending: boolean },
    ({ world, params }) => {
      const rows = [...world.tables.invoiceitem.values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          (params.invoice === undefined || each.invoice === params.invoice) &&
          (params.pending === undefined || (each.invoice === null) === params.pending) &&
          within(each.date, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/invoiceitems' });
    },
  ),
];

function create(world: World, params: Values<typeof created>): Item {
  const customer = livingParam(world, params.customer);
  const invoice =
    params.invoice === undefined
      ? undefined
      : editable(inParam(world, 'invoice', { id: params.invoice, param: 'invoice' }));
  if (invoice && invoice.customer !== customer.id) {
    throw invalid(`No such invoice: '${invoice.id}'`, {
      code: 'resource_missing',
      param: 'invoice',
    });
  }
  const money = params.currency ?? invoice?.currency ?? customer.currency ?? null;
  const item = makeItem(world, params, { customer: customer.id, currency: money });
  if (invoice && invoice.currency !== item.currency) {
    world.tables.invoiceitem.delete(item.id);
    throw invalid(
      `You must use an item whose currency matches the invoice's: ${invoice.currency}`,
      { param: 'currency' },
    );
  }
  const owner = { customer: customer.id, invoice: invoice?.id ?? null, item: item.id };
  try {
    item.discounts = discountsFor(world, params.discounts, owner);
  } catch (error) {
    world.tables.invoiceitem.delete(item.id);
    throw error;
  }
  if (invoice) {
    addLine(world, item, invoice.id);
    computeTotals(world, invoice);
  }
  emit(world, 'invoiceitem.created', { object: item });
  return item;
}

function update(world: World, item: Item, params: Values<typeof priceFields>): Item {
  const invoice = draftOf(world, item);
  const isPriced =
    params.amount !== undefined ||
    params.pricing !== undefined ||
    params.price_data !== undefined ||
    params.unit_amount_decimal !== undefined;
  if (isPriced || params.quantity !== undefined || params.quantity_decimal !== undefined) {
    const unit = item.pricing?.unit_amount_decimal ?? undefined;
    const given = isPriced ? params : { ...params, unit_amount_decimal: unit };
    const { amount, quantity, pricing } = priced(world, given, item.currency);
    Object.assign(item, { amount, net_amount: amount, pricing });
    item.quantity = Number(quantity.split('.')[0]);
    item.quantity_decimal = quantity;
  }
  item.description = said(params.description, item.description);
  item.discountable = params.discountable ?? item.discountable;
  item.metadata = merged(item.metadata ?? {}, params.metadata);
  item.period = params.period ?? item.period;
  if (params.tax_rates !== undefined) {
    item.tax_rates = taxRatesOf(world, params.tax_rates ?? [], 'tax_rates');
  }
  if (params.discounts !== undefined) {
    const owner = { customer: item.customer, invoice: item.invoice, item: item.id };
    item.discounts = discountsFor(world, params.discounts, owner);
  }
  if (invoice) {
    replaceLine(world, item, invoice);
    computeTotals(world, invoice);
  }
  return item;
}

// The line keeps its place and id.
function replaceLine(world: World, item: Item, invoice: KeptInvoice): void {
  const ids = world.linesOf.get(invoice.id) ?? [];
  const old = linesOfInvoice(world, invoice.id).find((line) => itemOf(line) === item.id);
  const line = addLine(world, item, invoice.id);
  if (!old) return;
  world.tables.line_item.delete(line.id);
  world.lineTaxes.set(old.id, world.lineTaxes.get(line.id) ?? { rates: null, amounts: null });
  world.tables.line_item.set(old.id, { ...line, id: old.id });
  world.linesOf.set(invoice.id, ids);
}

/** Out: the item that a line is of. */
export const itemOf = (line: Kinds['line_item']): string | undefined =>
  line.parent?.invoice_item_details?.invoice_item;

/** Takes an item's line off its invoice; the item waits for another one. */
export function takeOff(world: World, item: Item): void {
  const ids = world.linesOf.get(item.invoice ?? '') ?? [];
  const line = ids
    .map((id) => world.tables.line_item.get(id))
    .find((each) => each && itemOf(each) === item.id);
  if (line) {
    world.tables.line_item.delete(line.id);
    world.linesOf.set(
      item.invoice ?? '',
      ids.filter((id) => id !== line.id),
    );
  }
  item.invoice = null;
}

function draftOf(world: World, item: Item): KeptInvoice | undefined {
  const invoice = world.tables.invoice.get(item.invoice ?? '');
  return invoice && editable(invoice);
}

/** Out: the same draft. Throws 400 for what is none any more. */
export function editable(invoice: KeptInvoice): KeptInvoice {
  if (invoice.status === 'draft') return invoice;
  throw invalid('This invoice is no longer editable: you can only change the lines of a draft.', {
    code: 'invoice_not_editable',
    param: 'invoice',
  });
}
