import { exact, HUNDREDTH, rounded, sum, type Exact } from '../rating/decimal.ts';
import { apportioned, sharedOut } from './apportion.ts';

/** What is taken off before tax: a share of what is left, or an amount (minor units). */
export type Discount = { id: string; name: string } & (
  | { percent_off: string; amount_off: null }
  | { percent_off: null; amount_off: bigint }
);
export type TaxRate = { id: string; name: string; percent: string; inclusive: boolean };

/** What falls to one line, in minor units. Its gross amount is what it adds to the total. */
export type LineTotals = {
  amount: bigint;
  discount: bigint;
  /** All tax of it, whether in the amount or on top. */
  tax: bigint;
  gross: bigint;
};
export type DiscountTotal = { id: string; name: string; amount: bigint };
export type TaxTotal = TaxRate & {
  /** What the tax is a share of, without tax. */
  taxable: bigint;
  amount: bigint;
};
export type Totals = {
  lines: LineTotals[];
  subtotal: bigint;
  discounts: DiscountTotal[];
  taxes: TaxTotal[];
  discount: bigint;
  tax: bigint;
  total: bigint;
};

const added = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);
const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
const share = (percent: string): Exact => exact(percent).times(HUNDREDTH);

/** What a coupon takes off of this, never more than there is. */
function taken(discount: Discount, left: bigint): bigint {
  if (left <= 0n) return 0n;
  if (discount.percent_off === null) {
    return discount.amount_off < left ? discount.amount_off : left;
  }
  return rounded(exact(left).times(share(discount.percent_off)));
}

type Discounted = { rests: bigint[]; totals: DiscountTotal[] };

/**
 * What of a line below zero was never charged, so that it is not given back: a coupon took it off,
 * or the invoice was void. Null where no invoice has what it gives back, and for all other lines.
 */
export type NeverCharged = readonly (bigint | null)[];

/** What is not given back is told as a discount below zero, by this name. */
const NEVER_CHARGED = { id: 'never_charged', name: 'Never charged of what is given back' };

/**
 * One after another, each off what the one before left; lines below zero bear none of it. What
 * gives back lines of an earlier invoice gives back what was charged for them, and no coupon less.
 */
function discounted(
  amounts: readonly bigint[],
  discounts: readonly Discount[],
  never: NeverCharged,
): Discounted {
  const lessOf = (at: number): bigint | null => never[at] ?? null;
  let rests = amounts.map((amount, at) => (lessOf(at) === null ? amount : 0n));
  const totals = discounts.map((discount) => {
    const amount = taken(discount, added(rests));
    const shares = sharedOut(amount, rests.map(atLeastZero));
    rests = rests.map((rest, at) => rest - (shares[at] ?? 0n));
    return { id: discount.id, name: discount.name, amount };
  });
  const all = rests.map((rest, at) => {
    const less = lessOf(at);
    return less === null ? rest : (amounts[at] ?? 0n) + less;
  });
  const kept = added(amounts.map((_, at) => lessOf(at) ?? 0n));
  const less = kept === 0n ? [] : [{ ...NEVER_CHARGED, amount: -kept }];
  return { rests: all, totals: [...totals, ...less] };
}

/** What is left of an amount without the taxes that are in it. */
function withoutTax(amount: bigint, rates: readonly TaxRate[]): Exact {
  const inside = rates.filter(({ inclusive }) => inclusive).map(({ percent }) => share(percent));
  return exact(amount).dividedBy(sum(inside).plus(exact('1')));
}

/**
 * What an invoice with these lines comes to. A coupon is rounded once and shared pro rata before
 * tax. Each tax is rounded once, of what all lines come to without tax, and falls to the lines so
 * that they sum to it. The total is the sum of the lines' gross amounts, exactly.
 * @param amounts of the lines, rounded, in minor units; below zero what is given back.
 */
export function totalsOf(
  amounts: readonly bigint[],
  discounts: readonly Discount[],
  rates: readonly TaxRate[],
): Totals {
  return totalsWith({ amounts, discounts, rates, never: [] });
}

type Billed = {
  amounts: readonly bigint[];
  discounts: readonly Discount[];
  rates: readonly TaxRate[];
  never: NeverCharged;
};

/** The same where lines give back what was charged before; `never` is of each line. */
export function totalsWith({ amounts, discounts, rates, never }: Billed): Totals {
  const { rests, totals } = discounted(amounts, discounts, never);
  const nets = rests.map((rest) => withoutTax(rest, rates));
  const taxable = sum(nets);
  const shares = rates.map((rate) => {
    const parts = nets.map((net) => net.times(share(rate.percent)));
    const amount = rounded(taxable.times(share(rate.percent)));
    return { rate, amount, parts: apportioned(amount, parts) };
  });
  const taxAt = (at: number, which: (rate: TaxRate) => boolean): bigint =>
    added(shares.flatMap(({ rate, parts }) => (which(rate) ? (parts[at] ?? 0n) : [])));
  const lines = amounts.map((amount, at) => {
    const rest = rests[at] ?? 0n;
    const onTop = taxAt(at, ({ inclusive }) => !inclusive);
    const tax = taxAt(at, () => true);
    return { amount, discount: amount - rest, tax, gross: rest + onTop };
  });
  return {
    lines,
    subtotal: added(amounts),
    discounts: totals,
    taxes: shares.map(({ rate, amount }) => ({ ...rate, taxable: rounded(taxable), amount })),
    discount: added(totals.map(({ amount }) => amount)),
    tax: added(shares.map(({ amount }) => amount)),
    total: added(lines.map(({ gross }) => gross)),
  };
}
