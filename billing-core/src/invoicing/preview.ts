import type { SubscriptionPreview } from '../contract/subscription.ts';
import { shownFee, shownOutcome, sumsOf } from '../subscriptions/preview.ts';
import type { Sum } from '../subscriptions/period-fees.ts';
import type { Plan } from '../subscriptions/steps.ts';
import type { Bearing } from './bearing.ts';
import { finalisation } from './model.ts';
import { totalsOf, type DiscountTotal } from './totals.ts';

/** Pure: what a step would be billed, by what invoices are made with. */

/** What the next invoices of a subscription depend on. */
export type Standing = {
  /** How far it is on invoices (ms); undefined where nothing of it was billed. */
  billedUntil: number | undefined;
  /** What is taken off and put on, after an invoice with these discounts. */
  bearing(earlier: readonly DiscountTotal[]): Bearing;
  /** What the customer has to its credit, in minor units. */
  balance: bigint;
};

const PLAIN: Standing = {
  billedUntil: undefined,
  bearing: () => ({ discounts: [], taxes: [] }),
  balance: 0n,
};

/** The invoice of these fees; what is not there makes none, and takes no coupon. */
function invoiceOf({ fees }: Sum, { discounts, taxes }: Bearing, balance: bigint) {
  const amounts = fees.map(({ amount }) => amount);
  const totals = totalsOf(amounts, fees.length === 0 ? [] : discounts, taxes);
  return { totals, fromBalance: finalisation(totals.total, balance).fromBalance };
}
type Made = ReturnType<typeof invoiceOf>;

const shownSum = ({ at, fees }: Sum, made: Made): SubscriptionPreview['due_now'] => ({
  at: new Date(at).toISOString(),
  fees: fees.map(shownFee),
  subtotal: made.totals.subtotal.toString(),
  discounts: made.totals.discounts
    .filter(({ amount }) => amount !== 0n)
    .map(({ name, amount }) => ({ name, amount: amount.toString() })),
  taxes: made.totals.taxes.map(({ name, percent, inclusive, amount }) => ({
    name,
    percent,
    inclusive,
    amount: amount.toString(),
  })),
  total: made.totals.total.toString(),
  from_balance: made.fromBalance.toString(),
  due: (made.totals.total - made.fromBalance).toString(),
});

/** What the step would come to, as of now (ms). */
export function shownPlan(plan: Plan, now: number, standing = PLAIN): SubscriptionPreview {
  const { due, next } = sumsOf(plan, now, standing.billedUntil);
  const first = invoiceOf(due, standing.bearing([]), standing.balance);
  const { discounts } = first.totals;
  const left = standing.balance - first.fromBalance;
  return {
    ...shownOutcome(plan, now),
    due_now: shownSum(due, first),
    next_invoice: next ? shownSum(next, invoiceOf(next, standing.bearing(discounts), left)) : null,
  };
}
