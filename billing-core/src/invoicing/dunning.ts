import type { TimedStep } from '../contract/dunning.ts';
import { DAY_MS } from '../kit/clock.ts';

/** Pure: what is done about an invoice that is not paid in time, and when. Times in epoch ms. */

export type DunningSettings = { reminder_days: readonly number[]; debt_grace_days: number };
export type PlannedStep = { kind: TimedStep; afterDays: number; at: number };

const ORDER: readonly TimedStep[] = ['past_due', 'reminder', 'effect'];

/** All steps in their order, counted from then: past due at once, reminders, the plan's choice. */
export function plannedSteps(
  from: number,
  { reminder_days, debt_grace_days }: DunningSettings,
): PlannedStep[] {
  const step = (kind: TimedStep, afterDays: number): PlannedStep => ({
    kind,
    afterDays,
    at: from + afterDays * DAY_MS,
  });
  const reminders = [...new Set(reminder_days)].map((days) => step('reminder', days));
  return [step('past_due', 0), ...reminders, step('effect', debt_grace_days)].toSorted(
    (one, other) => one.at - other.at || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
  );
}

export type Turn = { take: (PlannedStep & { tells: boolean })[]; next: PlannedStep | undefined };

/**
 * Which steps are to be taken now, and which comes next. Of reminders that fall due together, as
 * after an outage, the customer is told the last one.
 * @param taken kinds and days of this round's steps; the plan's choice is made once.
 */
export function turnAt(
  planned: readonly PlannedStep[],
  taken: readonly { kind: string; after_days: number | null }[],
  now: number,
): Turn {
  const isTaken = ({ kind, afterDays }: PlannedStep) =>
    taken.some((one) => one.kind === kind && (kind === 'effect' || one.after_days === afterDays));
  const left = planned.filter((step) => !isTaken(step));
  const due = left.filter(({ at }) => at <= now);
  const last = due.findLast(({ kind }) => kind === 'reminder');
  const take = due.map((step) => ({ ...step, tells: step.kind !== 'reminder' || step === last }));
  return { take, next: left.find(({ at }) => at > now) };
}
