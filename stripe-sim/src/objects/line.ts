import type { Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { invalid } from '../wire/fault.ts';
import { merged } from '../wire/metadata.ts';
import {
  boolean,
  hash,
  integer,
  list,
  percent,
  required,
  text,
  unsettable,
} from '../wire/params.ts';
import { priced, type PriceGiven } from './pricing.ts';
import { create as createTaxRate, taxRatesOf } from './tax-rate.ts';

type Line = Kinds['line_item'];
type Item = Kinds['invoiceitem'];

/** Tax that somebody else computed. https://docs.stripe.com/api/invoices/add_lines */
export const taxAmounts = unsettable(
  list(
    hash({
      amount: required(integer),
      tax_rate_data: required(
        hash({
          country: text,
          description: text,
          display_name: required(text),
          inclusive: required(boolean),
          jurisdiction: text,
          percentage: required(percent),
          state: text,
          tax_type: text,
        }),
      ),
      taxability_reason: text,
      taxable_amount: required(integer),
    }),
  ),
);

/** Puts an item onto an invoice as its last line. */
export function addLine(world: World, item: Item, invoice: string): Line {
  item.invoice = invoice;
  const line = {
    id: mint(world, 'line_item'),
    object: 'line_item',
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    discount_amounts: [],
    discountable: item.discountable,
    discounts: item.discounts ?? [],
    invoice,
    livemode: false,
    metadata: { ...item.metadata },
    parent: {
      invoice_item_details: {
        invoice_item: item.id,
        proration: false,
        proration_details: { credited_items: null },
        subscription: null,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    period: { ...item.period },
    pretax_credit_amounts: [],
    pricing: item.pricing,
    quantity: item.quantity,
    quantity_decimal: item.quantity_decimal,
    subscription: null,
    subtotal: item.amount,
    taxes: [],
  } satisfies Line;
  keep(world, 'line_item', line);
  world.linesOf.set(invoice, [...(world.linesOf.get(invoice) ?? []), line.id]);
  const rates = item.tax_rates?.map(({ id }) => id) ?? [];
  world.lineTaxes.set(line.id, { rates: rates.length > 0 ? rates : null, amounts: null });
  return line;
}

/** Out: an invoice's lines, in their order. */
export const linesOfInvoice = (world: World, invoice: string): Line[] =>
  (world.linesOf.get(invoice) ?? []).flatMap((id) => world.tables.line_item.get(id) ?? []);

/** Makes an item; it waits for an invoice, or goes onto the one that is named. */
export function makeItem(
  world: World,
  given: PriceGiven,
  owner: { customer: string; currency: string | null },
): Item {
  const now = timeFor(world, owner.customer);
  const { amount, currency, quantity, pricing } = priced(world, given, owner.currency);
  return keep(world, 'invoiceitem', {
    id: mint(world, 'invoiceitem'),
    object: 'invoiceitem',
    amount,
    currency,
    customer: owner.customer,
    customer_account: null,
    date: now,
    description: given.description ?? null,
    discountable: given.discountable ?? amount > 0,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: merged({}, given.metadata),
    net_amount: amount,
    parent: null,
    period: given.period ?? { end: now, start: now },
    pricing,
    proration: false,
    quantity: Number(quantity.split('.')[0]),
    quantity_decimal: quantity,
    tax_rates: taxRatesOf(world, given.tax_rates ?? [], 'tax_rates'),
    test_clock: world.tables.customer.get(owner.customer)?.test_clock ?? null,
  } satisfies Item);
}

/** Keeps the tax that a request gives for a line. Throws 400. */
export function setTaxes(
  world: World,
  line: Line,
  given: {
    tax_rates?: string[] | null | undefined;
    tax_amounts?: ReturnType<typeof taxAmounts> | undefined;
  },
): void {
  const before = world.lineTaxes.get(line.id) ?? { rates: null, amounts: null };
  if (given.tax_rates && given.tax_amounts) {
    throw invalid('You may only specify one of `tax_rates` and `tax_amounts`.', {
      param: 'tax_amounts',
    });
  }
  if (given.tax_rates !== undefined) {
    taxRatesOf(world, given.tax_rates ?? [], 'tax_rates');
    const rates = given.tax_rates?.length ? given.tax_rates : null;
    world.lineTaxes.set(line.id, { ...before, rates, amounts: null });
  }
  if (given.tax_amounts !== undefined) {
    const amounts = given.tax_amounts?.map(({ amount, taxable_amount, tax_rate_data }) => ({
      rate: createTaxRate(world, { ...tax_rate_data, active: false }).id,
      amount,
      taxable: taxable_amount,
      inclusive: tax_rate_data.inclusive,
    }));
    world.lineTaxes.set(line.id, { rates: null, amounts: amounts ?? null });
  }
}
