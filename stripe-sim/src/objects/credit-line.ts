import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import { mint, type World } from '../world/world.ts';
import { invalid, noSuchParam } from '../wire/fault.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  decimal,
  hash,
  integer,
  list,
  natural,
  oneOf,
  required,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { linesOfInvoice } from './line.ts';
import { amountOf, percentOf, shared, sum } from './money.ts';
import { taxRatesOf } from './tax-rate.ts';

type CreditLine = Kinds['credit_note_line_item'];
type Line = Kinds['line_item'];
type Tax = NonNullable<CreditLine['taxes']>[number];

/** https://docs.stripe.com/api/credit_notes/create#create_credit_note-lines */
export const creditLineFields = {
  amount: natural,
  description: text,
  invoice_line_item: text,
  metadata,
  quantity: natural,
  tax_amounts: unsettable(
    list(
      hash({
        amount: required(integer),
        tax_rate: required(text),
        taxable_amount: required(integer),
      }),
    ),
  ),
  tax_rates: unsettable(list(text)),
  type: required(oneOf('invoice_line_item', 'custom_line_item')),
  unit_amount: integer,
  unit_amount_decimal: decimal,
};
export type CreditLineGiven = Values<typeof creditLineFields>;

/** Out: a line of a credit note, kept nowhere yet. Throws 400. */
export function creditLine(
  world: World,
  invoice: KeptInvoice,
  { given, at }: { given: CreditLineGiven; at: number },
): CreditLine {
  if (given.type === 'custom_line_item') return customLine(world, given);
  const id = given.invoice_line_item ?? '';
  const line = linesOfInvoice(world, invoice.id).find((each) => each.id === id);
  const param = `lines[${at}][invoice_line_item]`;
  if (!line) throw noSuchParam('line item', id, param);
  const unit = line.pricing?.unit_amount_decimal ?? String(line.amount);
  const asked =
    given.amount ??
    (given.quantity === undefined ? undefined : amountOf(unit, String(given.quantity)));
  if (asked === undefined) {
    throw invalid('A line to credit needs an amount or a quantity.', { param });
  }
  const before = creditedOf(world, line.id);
  const after = before.amount + asked;
  if (Math.abs(after) > Math.abs(line.amount)) {
    throw invalid(`The line has ${line.amount - before.amount} left to credit.`, { param });
  }
  return {
    ...blank(world, given),
    amount: asked,
    description: given.description ?? line.description,
    discount_amount: part(discountOf(line), after, line.amount) - before.discount,
    invoice_line_item: line.id,
    quantity: given.quantity ?? null,
    taxes: given.tax_amounts ? givenTaxes(world, given) : sharedTaxes(line, before, after),
    type: 'invoice_line_item',
    unit_amount: null,
    unit_amount_decimal: given.quantity === undefined ? null : unit,
  };
}

/** Out: one line for a credit note of which only the amount is said. */
export const amountLine = (world: World, amount: number): CreditLine => ({
  ...blank(world, {}),
  amount,
  description: 'Credit',
  quantity: 1,
  taxes: [],
  type: 'custom_line_item',
  unit_amount: amount,
  unit_amount_decimal: String(amount),
});

function customLine(world: World, given: CreditLineGiven): CreditLine {
  const unit = given.unit_amount_decimal ?? given.unit_amount?.toString();
  if (unit === undefined) {
    throw invalid('A custom line needs a unit_amount.', { param: 'lines' });
  }
  const amount = amountOf(unit, String(given.quantity ?? 1));
  const rates = taxRatesOf(world, given.tax_rates ?? [], 'tax_rates');
  return {
    ...blank(world, given),
    amount,
    description: given.description ?? null,
    quantity: given.quantity ?? 1,
    tax_rates: rates,
    taxes: given.tax_amounts
      ? givenTaxes(world, given)
      : rates.map(({ id, percentage }) =>
          taxOf(id, { amount: percentOf(amount, percentage), taxable: amount }),
        ),
    type: 'custom_line_item',
    unit_amount: given.unit_amount ?? null,
    unit_amount_decimal: unit,
  };
}

function blank(world: World, given: Partial<CreditLineGiven>): CreditLine {
  return {
    id: mint(world, 'credit_note_line_item'),
    object: 'credit_note_line_item',
    amount: 0,
    description: null,
    discount_amount: 0,
    discount_amounts: [],
    livemode: false,
    metadata: merged({}, given.metadata),
    pretax_credit_amounts: [],
    quantity: null,
    tax_rates: [],
    taxes: [],
    type: 'custom_line_item',
    unit_amount: null,
    unit_amount_decimal: null,
  };
}

interface Credited {
  amount: number;
  discount: number;
  taxes: Map<string, number>;
}

/** Out: what earlier credit notes, voided ones apart, took of an invoice's line. */
function creditedOf(world: World, line: string): Credited {
  const credited: Credited = { amount: 0, discount: 0, taxes: new Map() };
  for (const note of world.tables.credit_note.values()) {
    if (note.status === 'void') continue;
    for (const id of world.linesOf.get(note.id) ?? []) {
      const each = world.tables.credit_note_line_item.get(id);
      if (each?.invoice_line_item !== line) continue;
      credited.amount += each.amount;
      credited.discount += each.discount_amount;
      for (const tax of each.taxes ?? []) {
        const rate = tax.tax_rate_details?.tax_rate ?? '';
        credited.taxes.set(rate, (credited.taxes.get(rate) ?? 0) + tax.amount);
      }
    }
  }
  return credited;
}

const discountOf = (line: Line): number =>
  sum((line.discount_amounts ?? []).map(({ amount }) => amount));

// Of the whole it is exactly the whole, so that the last credit note leaves nothing over.
const part = (whole: number, of: number, all: number): number =>
  all === 0 ? 0 : (shared(whole, [of, all - of])[0] ?? 0);

function sharedTaxes(line: Line, before: Credited, after: number): Tax[] {
  return (line.taxes ?? []).map((tax) => {
    const rate = tax.tax_rate_details?.tax_rate ?? '';
    const amount = part(tax.amount, after, line.amount) - (before.taxes.get(rate) ?? 0);
    const taxable =
      part(tax.taxable_amount ?? 0, after, line.amount) -
      part(tax.taxable_amount ?? 0, before.amount, line.amount);
    return { ...tax, amount, taxable_amount: taxable };
  });
}

function givenTaxes(world: World, given: CreditLineGiven): Tax[] {
  return (given.tax_amounts ?? []).map(({ amount, tax_rate, taxable_amount }) => {
    const [rate] = taxRatesOf(world, [tax_rate], 'tax_amounts');
    const tax = taxOf(tax_rate, { amount, taxable: taxable_amount });
    return rate?.inclusive ? { ...tax, tax_behavior: 'inclusive' } : tax;
  });
}

const taxOf = (rate: string, { amount, taxable }: { amount: number; taxable: number }): Tax => ({
  amount,
  tax_behavior: 'exclusive',
  tax_rate_details: { tax_rate: rate },
  taxability_reason: 'not_available',
  taxable_amount: taxable,
  type: 'tax_rate_details',
});
