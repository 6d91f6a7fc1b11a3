import type { Fee as ShownFee, SubscriptionPreview } from '../contract/subscription.ts';
import { allowancesOf, NOTHING } from './allowances.ts';
import { timedOf, type Happening, type Loaded } from './decide.ts';
import type { Fee } from './fees.ts';
import { shownSubscription } from './model.ts';
import { arrearsOf, nextInvoice, type Sum } from './period-fees.ts';
import { minuteAfter, minuteBefore, segmentAt } from './segments.ts';
import type { Plan } from './steps.ts';

/** What a step itself brings, and what comes by itself after it. Epoch ms. */
export type Sums = { due: Sum; next: Sum | undefined };

/** What the step itself brings: with what it ends, if it ends a period. */
function dueNow(before: Loaded, { at, after, fees }: Happening): Sum & { isOver: boolean } {
  const minute = minuteAfter(at);
  const old = segmentAt(timedOf(before), minute - 1);
  const next = segmentAt(timedOf(after), minute);
  const isAnew = next?.period.start === minute && old?.period.end !== minute;
  const isOver = old !== undefined && (next === undefined || isAnew);
  if (!isOver) return { at, fees, isOver };
  const closing = arrearsOf(after, old.period).fees;
  const closes = { loaded: after, time: { start: old.period.start, end: minute } };
  return { at, fees: [...closing, ...fees], closes, isOver };
}

/**
 * The flat fees that the step comes to, as of now (ms).
 * @param billedUntil how far it is on invoices; a period that is over may still be on none.
 */
export function sumsOf(plan: Plan, now: number, billedUntil = minuteBefore(now)): Sums {
  if (!plan.isNow) {
    return { due: { at: now, fees: [] }, next: nextInvoice(plan.after, billedUntil) };
  }
  const { isOver, ...due } = dueNow(plan.before, plan.happening);
  const from = isOver ? minuteAfter(due.at) : billedUntil;
  return { due, next: nextInvoice(plan.happening.after, from) };
}

export const shownFee = ({ start, end, amount, ...fee }: Fee): ShownFee => ({
  ...fee,
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
  amount: amount.toString(),
});

/** What there is once the step is taken, also where that is later. */
function allowancesThen(plan: Plan, after: Loaded): SubscriptionPreview['allowances'] {
  const later = plan.isNow ? undefined : plan.step;
  if (later?.step === 'cancel') return NOTHING;
  const versionId = later?.step === 'change' ? later.to.id : after.row.plan_version_id;
  return allowancesOf(after, versionId, plan.at);
}

/** What the step would make of the subscription, as of now (ms). */
export function shownOutcome(
  plan: Plan,
  now: number,
): Omit<SubscriptionPreview, 'due_now' | 'next_invoice'> {
  const after = plan.isNow ? plan.happening.after : plan.after;
  return {
    currency: after.versions.get(after.row.plan_version_id)?.currency ?? '',
    at: new Date(plan.at).toISOString(),
    allowances: allowancesThen(plan, after),
    subscription: shownSubscription(after.row, now),
  };
}
