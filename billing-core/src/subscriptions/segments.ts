import { MINUTE_MS } from '../kit/clock.ts';
import { shareOf, type Proration } from '../rating/share.ts';
import { periodAt, type Period } from './model.ts';

/**
 * Where a subscription's time is cut, in whole UTC minutes: what changes counts for prices from
 * the next one on. Pure; invoices bill segment by segment.
 */

/** Time on one plan version, paused or not, with where its periods are counted from. */
export type Phase = {
  plan_version_id: string;
  starts_at: Date;
  paused: boolean;
  anchor_at: Date;
  interval_months: number;
};

/** What is needed of a subscription to cut its time. */
export type Timed = {
  time_zone: string;
  trial_ends_at: Date | null;
  canceled_at: Date | null;
  /** In their order; there is one at least. */
  phases: readonly Phase[];
};

/** A trial and a pause cost nothing; what was used in a trial is free. */
export type Standing = 'trial' | 'paid' | 'paused';

/** Time in which nothing changes, within one period. Ends are exclusive; epoch ms. */
export type Segment = Period & {
  plan_version_id: string;
  standing: Standing;
  /** The whole period, of which the segment is a part; cut short only by `end` of the last one. */
  period: Period;
};

export const minuteAfter = (at: number): number => Math.ceil(at / MINUTE_MS) * MINUTE_MS;
/** The whole minute that holds this time. */
export const minuteBefore = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;

type Reign = { phase: Phase; start: number; end: number };

/** When each phase holds for prices; of several in one minute the last one holds. */
function reignsOf({ phases, canceled_at }: Timed): Reign[] {
  const end = canceled_at === null ? Infinity : minuteAfter(canceled_at.getTime());
  const starts = phases.map(({ starts_at }, i) => {
    const at = starts_at.getTime();
    // The first minute belongs to the subscription from its beginning.
    return i === 0 ? minuteBefore(at) : minuteAfter(at);
  });
  return phases.flatMap((phase, i) => {
    const reign = { phase, start: starts[i] ?? end, end: Math.min(starts[i + 1] ?? end, end) };
    return reign.start < reign.end ? [reign] : [];
  });
}

const anchorOf = ({ anchor_at, interval_months }: Phase, timeZone: string) => ({
  startedAt: anchor_at.getTime(),
  timeZone,
  months: interval_months,
});

/** The period that holds this time, by the phase in force then; before the start, the first one. */
export function billingPeriodAt(timed: Timed, at: number): Period {
  const [first] = timed.phases;
  if (first === undefined) throw new Error('a subscription has a phase');
  const reigns = reignsOf(timed);
  const reign = reigns.findLast(({ start }) => start <= at) ?? reigns[0];
  const { phase, start } = reign ?? { phase: first, start: at };
  return periodAt(anchorOf(phase, timed.time_zone), Math.max(at, start));
}

/** Where a stretch is cut: at ends of periods, and at the end of the trial. */
function cutAt(reign: Reign, from: number, timed: Timed): Segment {
  const { phase } = reign;
  const period = periodAt(anchorOf(phase, timed.time_zone), from);
  const trialEnd = timed.trial_ends_at && minuteAfter(timed.trial_ends_at.getTime());
  const isTrial = trialEnd !== null && from < trialEnd;
  const end = Math.min(reign.end, period.end, isTrial ? trialEnd : Infinity);
  const standing = phase.paused ? 'paused' : isTrial ? 'trial' : 'paid';
  return { start: from, end, plan_version_id: phase.plan_version_id, standing, period };
}

/** All segments that touch this time, each whole, in their order. */
export function segmentsIn(timed: Timed, { start, end }: Period): Segment[] {
  const segments: Segment[] = [];
  for (const reign of reignsOf(timed)) {
    if (reign.end <= start || reign.start >= end) continue;
    // From the period that `start` is in: a year of minutes is not walked for a month.
    const period = periodAt(anchorOf(reign.phase, timed.time_zone), Math.max(start, reign.start));
    let from = Math.max(reign.start, period.start);
    while (from < Math.min(reign.end, end)) {
      const segment = cutAt(reign, from, timed);
      if (segment.end > start) segments.push(segment);
      from = segment.end;
    }
  }
  return segments;
}

/** The segment that holds this time; undefined before the start and after the end. */
export const segmentAt = (timed: Timed, at: number): Segment | undefined =>
  segmentsIn(timed, { start: at, end: at + 1 })[0];

export const samePeriod = (one: Segment, other: Segment): boolean =>
  one.period.start === other.period.start && one.period.end === other.period.end;

/** Whether nothing of the same period follows it. */
export function isLastOf(timed: Timed, segment: Segment): boolean {
  const next = segmentAt(timed, segment.end);
  return next === undefined || !samePeriod(next, segment);
}

/** The part of its period that a segment is: what usage prices divide by. */
export function shareOfSegment(
  timed: Timed,
  segment: Segment,
  proration: Proration['proration'],
): ReturnType<typeof shareOf> {
  const span = ({ start, end }: Period) => ({ start: BigInt(start), end: BigInt(end) });
  const held = { ...span(segment), isLast: isLastOf(timed, segment) };
  return shareOf(held, span(segment.period), { proration, timeZone: timed.time_zone });
}
