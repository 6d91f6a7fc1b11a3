import type { Fee as ShownFee, SubscriptionPreview } from '../contract/subscription.ts';
import { allowancesOf, NOTHING } from './allowances.ts';
import { timedOf, type Happening, type Loaded } from './decide.ts';
import { totalOf, type Fee } from './fees.ts';
import { shownSubscription } from './model.ts';
import { arrearsOf, nextInvoice, type Sum } from './period-fees.ts';
import { minuteAfter, segmentAt } from './segments.ts';
import type { Plan } from './steps.ts';

/** What the step itself brings: with what it ends, if it ends a period before its time. */
function dueNow(before: Loaded, { at, after, fees }: Happening): Sum {
  const minute = minuteAfter(at);
  const old = segmentAt(timedOf(before), minute - 1);
  const next = segmentAt(timedOf(after), minute);
  const isCut = old !== undefined && old.period.end !== minute;
  const isOver = isCut && (next === undefined || next.period.start === minute);
  const closing = isOver ? arrearsOf(after, old.period).fees : [];
  return { at, fees: [...closing, ...fees] };
}

export const shownFee = ({ start, end, amount, ...fee }: Fee): ShownFee => ({
  ...fee,
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
  amount: amount.toString(),
});

const shownSum = ({ at, fees }: Sum): SubscriptionPreview['due_now'] => ({
  at: new Date(at).toISOString(),
  total: totalOf(fees).toString(),
  fees: fees.map(shownFee),
});

/** What there is once the step is taken, also where that is later. */
function allowancesThen(plan: Plan, after: Loaded): SubscriptionPreview['allowances'] {
  const later = plan.isNow ? undefined : plan.step;
  if (later?.step === 'cancel') return NOTHING;
  const versionId = later?.step === 'change' ? later.to.id : after.row.plan_version_id;
  return allowancesOf(after, versionId, plan.at);
}

/** What the step would come to, as of now (ms). */
export function shownPlan(plan: Plan, now: number): SubscriptionPreview {
  const after = plan.isNow ? plan.happening.after : plan.after;
  const due = plan.isNow ? dueNow(plan.before, plan.happening) : { at: now, fees: [] };
  const next = nextInvoice(after, now);
  return {
    currency: after.versions.get(after.row.plan_version_id)?.currency ?? '',
    at: new Date(plan.at).toISOString(),
    due_now: shownSum(due),
    next_invoice: next === undefined ? null : shownSum(next),
    allowances: allowancesThen(plan, after),
    subscription: shownSubscription(after.row, now),
  };
}
