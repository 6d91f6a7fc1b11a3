import type { KeptInvoice, Kinds } from '../world/kinds.ts';
import type { LineTaxes, World } from '../world/world.ts';
import { linesOfInvoice } from './line.ts';
import { percentOf, shared, sum, taxWithin } from './money.ts';

type Line = Kinds['line_item'];
type Tax = NonNullable<Line['taxes']>[number];

/**
 * Computes a draft's lines and sums anew: discounts per line, then those of the invoice over all
 * lines that take them, then tax per line on what is left, each rounded once.
 * https://docs.stripe.com/billing/taxes/tax-rates
 * https://docs.stripe.com/billing/subscriptions/coupons
 */
export function computeTotals(world: World, invoice: KeptInvoice): void {
  const lines = linesOfInvoice(world, invoice.id);
  discount(world, invoice, lines);
  for (const line of lines) taxLine(world, invoice, line);
  const off = lines.flatMap((line) => line.discount_amounts ?? []);
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const taxOf = (behavior: Tax['tax_behavior']): number =>
    sum(taxes.filter(({ tax_behavior }) => tax_behavior === behavior).map(({ amount }) => amount));
  const subtotal = sum(lines.map(({ amount }) => amount));
  const discounted = subtotal - sum(off.map(({ amount }) => amount));
  const total = discounted + taxOf('exclusive');
  invoice.subtotal = subtotal;
  invoice.subtotal_excluding_tax = subtotal - taxOf('inclusive');
  invoice.total = total;
  invoice.total_excluding_tax = discounted - taxOf('inclusive');
  invoice.total_discount_amounts = byKey(off, ({ discount: id }) => id).map(([id, all]) => ({
    amount: sum(all.map(({ amount }) => amount)),
    discount: id,
  }));
  invoice.total_pretax_credit_amounts = invoice.total_discount_amounts.map(
    ({ amount, discount: id }) => ({ amount, discount: id, type: 'discount' }),
  );
  invoice.total_taxes = byKey(taxes, (tax) => tax.tax_rate_details?.tax_rate ?? '').flatMap(
    ([, all]) => {
      const [first] = all;
      if (!first) return [];
      const taxable_amount = sum(all.map((tax) => tax.taxable_amount ?? 0));
      return [{ ...first, amount: sum(all.map(({ amount }) => amount)), taxable_amount }];
    },
  );
  invoice.amount_due = Math.max(0, total);
  invoice.amount_remaining = invoice.amount_due;
}

function discount(world: World, invoice: KeptInvoice, lines: readonly Line[]): void {
  for (const line of lines) {
    line.discount_amounts = [];
    for (const id of line.discounts) takeOff(world, id, [line]);
  }
  const taking = lines.filter(({ discountable }) => discountable);
  for (const id of invoice.discounts) takeOff(world, id, taking);
  for (const line of lines) {
    line.pretax_credit_amounts = (line.discount_amounts ?? []).map(({ amount, discount: id }) => ({
      amount,
      discount: id,
      type: 'discount',
    }));
  }
}

function takeOff(world: World, id: string, lines: readonly Line[]): void {
  const coupon = world.tables.coupon.get(world.tables.discount.get(id)?.source.coupon ?? '');
  if (!coupon) return;
  const left = lines.map((line) => Math.max(0, afterDiscounts(line)));
  const parts =
    coupon.percent_off === null
      ? shared(Math.min(coupon.amount_off ?? 0, sum(left)), left)
      : left.map((amount) => percentOf(amount, coupon.percent_off ?? 0));
  lines.forEach((line, at) => {
    const amount = parts[at] ?? 0;
    if (amount !== 0) {
      line.discount_amounts = [...(line.discount_amounts ?? []), { amount, discount: id }];
    }
  });
}

const afterDiscounts = (line: Line): number =>
  line.amount - sum((line.discount_amounts ?? []).map(({ amount }) => amount));

function taxLine(world: World, invoice: KeptInvoice, line: Line): void {
  const asked: LineTaxes = world.lineTaxes.get(line.id) ?? { rates: null, amounts: null };
  if (asked.amounts) {
    line.taxes = asked.amounts.map(({ rate, amount, taxable, inclusive }) =>
      taxOf(rate, { amount, taxable, inclusive }),
    );
    return;
  }
  const rates = asked.rates ?? invoice.default_tax_rates.map(({ id }) => id);
  const base = afterDiscounts(line);
  line.taxes = rates.flatMap((id) => {
    const rate = world.tables.tax_rate.get(id);
    if (!rate) return [];
    const { inclusive, percentage } = rate;
    const amount = inclusive ? taxWithin(base, percentage) : percentOf(base, percentage);
    return [taxOf(id, { amount, taxable: inclusive ? base - amount : base, inclusive })];
  });
}

function taxOf(
  rate: string,
  { amount, taxable, inclusive }: { amount: number; taxable: number; inclusive: boolean },
): Tax {
  return {
    amount,
    tax_behavior: inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: rate },
    taxability_reason: 'not_available',
    taxable_amount: taxable,
    type: 'tax_rate_details',
  };
}

function byKey<T>(all: readonly T[], keyOf: (each: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return [...groups];
}
