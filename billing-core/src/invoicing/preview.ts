import type { SubscriptionPreview } from '../contract/subscription.ts';
import { shownFee, shownOutcome, sumsOf } from '../subscriptions/preview.ts';
import type { Sum } from '../subscriptions/period-fees.ts';
import type { Plan } from '../subscriptions/steps.ts';
import type { Bearing } from './bearing.ts';
import { largestOf, noObjection, type Objection } from './collectable.ts';
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
  currency: string;
  /** What whoever collects cannot take. */
  objectionTo: Objection;
};

const PLAIN: Standing = {
  billedUntil: undefined,
  bearing: () => ({ discounts: [], taxes: [] }),
  balance: 0n,
  currency: '',
  objectionTo: noObjection,
};

/** The invoice of these fees; what is not there makes none, and takes no coupon. */
function invoiceOf({ fees }: Sum, { discounts, taxes }: Bearing, balance: bigint) {
  const amounts = fees.map(({ amount }) => amount);
  const totals = totalsOf(amounts, fees.length === 0 ? [] : discounts, taxes);
  return { totals, fromBalance: finalisation(totals.total, balance).fromBalance };
}
type Made = ReturnType<typeof invoiceOf>;

type Shown = SubscriptionPreview['due_now'];

/** Why this could not be collected, as it is. */
function objectionOf({ totals, fromBalance }: Made, standing: Standing): string | null {
  const due = totals.total - fromBalance;
  if (due <= 0n) return null;
  const lines = totals.lines.flatMap(({ amount, tax, gross }) => [amount, tax, gross]);
  const largest = largestOf([...lines, ...totals.discounts.map(({ amount }) => amount)]);
  return standing.objectionTo({ currency: standing.currency, due, largest }) ?? null;
}

const shownSum = ({ at, fees }: Sum, made: Made, standing: Standing): Shown => ({
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
  not_collected: objectionOf(made, standing),
});

/** What the step would come to, as of now (ms). */
export function shownPlan(plan: Plan, now: number, standing = PLAIN): SubscriptionPreview {
  const { due, next } = sumsOf(plan, now, standing.billedUntil);
  const first = invoiceOf(due, standing.bearing([]), standing.balance);
  const { discounts } = first.totals;
  const left = standing.balance - first.fromBalance;
  return {
    ...shownOutcome(plan, now),
    due_now: shownSum(due, first, standing),
    next_invoice: next
      ? shownSum(next, invoiceOf(next, standing.bearing(discounts), left), standing)
      : null,
  };
}
