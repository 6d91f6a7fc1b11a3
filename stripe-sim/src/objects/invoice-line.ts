import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { inPath, invalid, noSuchParam, noSuchPath } from '../wire/fault.ts';
import { pageInOrder, paging } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { hash, list, oneOf, required, said, text, type Values } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { discountsFor } from './coupon.ts';
import { editable, itemOf, takeOff } from './invoice-item.ts';
import { addLine, linesOfInvoice, makeItem, setTaxes, taxAmounts } from './line.ts';
import { priced, priceFields } from './pricing.ts';
import { computeTotals } from './totals.ts';

type Line = Kinds['line_item'];

const { unit_amount_decimal: _, ...lineFields } = { ...priceFields, tax_amounts: taxAmounts };

/**
 * https://docs.stripe.com/api/invoices/invoice_lines
 * https://docs.stripe.com/invoicing/bulk-update-line-item
 */
export const invoiceLineRoutes: Route[] = [
  route('GET /v1/invoices/:id/lines', paging, ({ world, ids, params }) => {
    const { id } = inPath(world, 'invoice', ids['id']);
    const rows = linesOfInvoice(world, id);
    return pageInOrder(world, rows, { page: params, url: `/v1/invoices/${id}/lines` });
  }),
  route('POST /v1/invoices/:invoice/lines/:id', lineFields, ({ world, ids, params }) => {
    const invoice = editable(inPath(world, 'invoice', ids['invoice']));
    const line = linesOfInvoice(world, invoice.id).find(({ id }) => id === ids['id']);
    if (!line) throw noSuchPath('line item', ids['id'] ?? '');
    updateLine(world, line, params);
    computeTotals(world, invoice);
    return line;
  }),
  route(
    'POST /v1/invoices/:id/add_lines',
    {
      invoice_metadata: metadata,
      lines: required(list(hash({ ...lineFields, invoice_item: text }))),
    },
    ({ world, ids, params }) => {
      const invoice = editable(inPath(world, 'invoice', ids['id']));
      addAll(world, invoice, params.lines);
      return changed(world, invoice, params.invoice_metadata);
    },
  ),
  route(
    'POST /v1/invoices/:id/update_lines',
    {
      invoice_metadata: metadata,
      lines: required(list(hash({ ...lineFields, id: required(text) }))),
    },
    ({ world, ids, params }) => {
      const invoice = editable(inPath(world, 'invoice', ids['id']));
      const found = params.lines.map(({ id, ...given }, at) => ({
        line: lineNamed(world, invoice, { id, param: `lines[${at}][id]` }),
        given,
      }));
      for (const { line, given } of found) updateLine(world, line, given);
      return changed(world, invoice, params.invoice_metadata);
    },
  ),
  route(
    'POST /v1/invoices/:id/remove_lines',
    {
      invoice_metadata: metadata,
      lines: required(
        list(hash({ behavior: required(oneOf('delete', 'unassign')), id: required(text) })),
      ),
    },
    ({ world, ids, params }) => {
      const invoice = editable(inPath(world, 'invoice', ids['id']));
      const found = params.lines.map(({ id, behavior }, at) => ({
        line: lineNamed(world, invoice, { id, param: `lines[${at}][id]` }),
        behavior,
      }));
      for (const { line, behavior } of found) {
        const item = world.tables.invoiceitem.get(itemOf(line) ?? '');
        if (!item) continue;
        takeOff(world, item);
        if (behavior === 'delete') world.tables.invoiceitem.delete(item.id);
      }
      return changed(world, invoice, params.invoice_metadata);
    },
  ),
];

type Given = Values<typeof lineFields> & { invoice_item?: string | undefined };

// All lines or none.
function addAll(world: World, invoice: KeptInvoice, given: readonly Given[]): void {
  const before = world.linesOf.get(invoice.id) ?? [];
  const items = new Set(world.tables.invoiceitem.keys());
  try {
    given.forEach((each, at) => {
      setTaxes(world, addOne(world, invoice, { given: each, at }), each);
    });
  } catch (error) {
    for (const line of linesOfInvoice(world, invoice.id)) {
      if (before.includes(line.id)) continue;
      world.tables.line_item.delete(line.id);
      const item = world.tables.invoiceitem.get(itemOf(line) ?? '');
      if (item && items.has(item.id)) item.invoice = null;
      else world.tables.invoiceitem.delete(itemOf(line) ?? '');
    }
    world.linesOf.set(invoice.id, before);
    throw error;
  }
}

function addOne(
  world: World,
  invoice: KeptInvoice,
  { given, at }: { given: Given; at: number },
): Line {
  const customer = invoice.customer ?? '';
  if (given.invoice_item !== undefined) {
    const item = world.tables.invoiceitem.get(given.invoice_item);
    const param = `lines[${at}][invoice_item]`;
    if (!item || item.customer !== customer) {
      throw noSuchParam('invoiceitem', given.invoice_item, param);
    }
    if (item.invoice !== null) throw invalid('The item is on an invoice already.', { param });
    return addLine(world, item, invoice.id);
  }
  const item = makeItem(
    world,
    { ...given, tax_rates: null },
    { customer, currency: invoice.currency },
  );
  const owner = { customer, invoice: invoice.id, item: item.id };
  item.discounts = discountsFor(world, given.discounts, owner);
  return addLine(world, item, invoice.id);
}

function updateLine(world: World, line: Line, given: Given): void {
  const isPriced =
    given.amount !== undefined || given.pricing !== undefined || given.price_data !== undefined;
  if (isPriced || given.quantity !== undefined || given.quantity_decimal !== undefined) {
    const unit = line.pricing?.unit_amount_decimal ?? undefined;
    const asked = isPriced ? given : { ...given, unit_amount_decimal: unit };
    const { amount, quantity, pricing } = priced(world, asked, line.currency);
    line.amount = amount;
    line.subtotal = amount;
    line.pricing = pricing;
    line.quantity = Number(quantity.split('.')[0]);
    line.quantity_decimal = quantity;
  }
  line.description = said(given.description, line.description);
  line.discountable = given.discountable ?? line.discountable;
  line.metadata = merged(line.metadata, given.metadata);
  line.period = given.period ?? line.period;
  if (given.discounts !== undefined) {
    const customer = world.tables.invoice.get(line.invoice ?? '')?.customer ?? '';
    line.discounts = discountsFor(world, given.discounts, { customer, invoice: line.invoice });
  }
  setTaxes(world, line, given);
}

function lineNamed(
  world: World,
  invoice: KeptInvoice,
  { id, param }: { id: string; param: string },
): Line {
  const line = linesOfInvoice(world, invoice.id).find((each) => each.id === id);
  if (line) return line;
  throw noSuchParam('line item', id, param);
}

function changed(
  world: World,
  invoice: KeptInvoice,
  more: Parameters<typeof merged>[1],
): KeptInvoice {
  invoice.metadata = merged(invoice.metadata ?? {}, more);
  computeTotals(world, invoice);
  return invoice;
}
