import type { SubscriptionPreview } from '../contract/subscription.ts';
import { shownFee, shownOutcome, type Sums } from '../subscriptions/preview.ts';
import type { Sum } from '../subscriptions/period-fees.ts';
import type { Plan } from '../subscriptions/steps.ts';
import type { Bearing } from './bearing.ts';
import { largestOf, type Objection } from './collectable.ts';
import { finalisation, type DraftLine } from './model.ts';
import { totalsWith, type DiscountTotal, type NeverCharged } from './totals.ts';

/** Pure: what a step would be billed, by what invoices are made with. */

type Collecting = {
  currency: string;
  /** What whoever collects cannot take. */
  objectionTo: Objection;
};

/** What the next invoices of a subscription depend on. */
export type Standing = {
  /** Flat fees of the two invoices, and lines of the usage that is on them. */
  sums: Sums;
  usage: { due: readonly DraftLine[]; next: readonly DraftLine[] };
  /** Of their lines, fees before usage, what was never charged. */
  never?: { due: NeverCharged; next: NeverCharged };
  /** What is taken off and put on, after an invoice with these discounts. */
  bearing(earlier: readonly DiscountTotal[]): Bearing;
  /** What the customer has to its credit, in minor units. */
  balance: bigint;
} & Collecting;

/** What an invoice to come has beside its fees. */
type Bill = {
  usage: readonly DraftLine[];
  bearing: Bearing;
  balance: bigint;
  never?: NeverCharged | undefined;
} & Collecting;

/** The invoice of these lines; what is not there makes none, and takes no coupon. */
function invoiceOf({ fees }: Sum, { usage, bearing, balance, never, ...by }: Bill) {
  const { discounts, taxes } = bearing;
  const amounts = [...fees, ...usage].map(({ amount }) => amount);
  const isThere = amounts.some((amount) => amount !== 0n);
  const held = isThere ? discounts : [];
  const totals = totalsWith({ amounts, discounts: held, rates: taxes, never: never ?? [] });
  const { fromBalance } = finalisation(totals.total, balance);
  return { totals, usage, fromBalance, by };
}
type Made = ReturnType<typeof invoiceOf>;

type ShownInvoice = SubscriptionPreview['due_now'];

/** Why this could not be collected, as it is. */
function objectionOf({ totals, fromBalance, by }: Made): string | null {
  const due = totals.total - fromBalance;
  if (due <= 0n) return null;
  const lines = totals.lines.flatMap(({ amount, tax, gross }) => [amount, tax, gross]);
  const largest = largestOf([...lines, ...totals.discounts.map(({ amount }) => amount)]);
  return by.objectionTo({ currency: by.currency, due, largest }) ?? null;
}

/** A line of usage, where there is anything to be said of it. */
function shownUsage(line: DraftLine): ShownInvoice['usage'] {
  const { usage, time, planVersionId, priceId, description, amount, exactAmount } = line;
  if (usage === null || time === null || planVersionId === null || priceId === null) return [];
  if (amount === 0n && usage.quantity === '0') return [];
  return [
    {
      plan_version_id: planVersionId,
      price_id: priceId,
      meter_id: usage.meterId,
      start: new Date(time.start).toISOString(),
      end: new Date(time.end).toISOString(),
      quantity: usage.quantity,
      amount: amount.toString(),
      exact_amount: exactAmount,
      description,
    },
  ];
}

const shownSum = ({ at, fees }: Sum, made: Made): ShownInvoice => ({
  at: new Date(at).toISOString(),
  fees: fees.map(shownFee),
  usage: made.usage.flatMap(shownUsage),
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
  not_collected: objectionOf(made),
});

/** What the step would come to, as of now (ms). */
export function shownPlan(plan: Plan, now: number, standing: Standing): SubscriptionPreview {
  const { sums, usage, bearing, balance, never, ...by } = standing;
  const due = { usage: usage.due, bearing: bearing([]), balance, never: never?.due, ...by };
  const first = invoiceOf(sums.due, due);
  const { next } = sums;
  const later = {
    usage: usage.next,
    bearing: bearing(first.totals.discounts),
    balance: balance - first.fromBalance,
    never: never?.next,
    ...by,
  };
  const second = next && invoiceOf(next, later);
  return {
    ...shownOutcome(plan, now),
    due_now: shownSum(sums.due, first),
    next_invoice: next && second ? shownSum(next, second) : null,
  };
}

/** The invoice to come, if nothing else is decided and nothing more is used until then. */
export const shownNext = (next: Sum, bill: Bill): ShownInvoice =>
  shownSum(next, invoiceOf(next, bill));
