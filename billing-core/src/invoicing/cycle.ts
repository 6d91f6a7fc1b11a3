import type { PlanVersion } from '../contract/plan.ts';
import type { Price } from '../contract/price.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Terms } from '../rating/model.ts';
import { advanceFees, arrearsFees, type Fee } from '../subscriptions/fees.ts';
import { addedUnits } from '../subscriptions/added-units.ts';
import { recurringFees, type Item } from '../subscriptions/items.ts';
import type { Period } from '../subscriptions/model.ts';
import {
  isLastOf,
  samePeriod,
  segmentAt,
  segmentsIn,
  shareOfSegment,
  type Segment,
  type Timed,
} from '../subscriptions/segments.ts';

/** Pure: what there is to be billed of a subscription, and for which time. Times in epoch ms. */

export type VersionOf = (id: string) => PlanVersion;
export type UsagePrice = Exclude<Price, { model: 'flat' }>;

/** A usage price in one segment: rated by itself, whatever comes before and after. */
export type UsageCharge = {
  version: PlanVersion;
  price: UsagePrice;
  time: Period;
  fromMinute: number;
  toMinute: number;
  share: NonNullable<Terms['share']>;
  /** What add-ons put on top of the units that the price includes. */
  added: NonNullable<Terms['added']>;
};

/** A subscription's time with its add-ons, those it had too. */
export type Equipped = Timed & { items?: readonly Item[] };

/**
 * When the period that holds this time ends: by itself, or earlier because the subscription ends
 * or begins another period. Undefined when there is none.
 */
export function cycleEnd(timed: Timed, from: number): number | undefined {
  const first = segmentAt(timed, from);
  if (first === undefined) return undefined;
  const segments = segmentsIn(timed, { start: from, end: first.period.end });
  const within = segments.filter((segment) => samePeriod(segment, first));
  return within.at(-1)?.end;
}

/** Paid segments of this time. */
const paidIn = (timed: Timed, time: Period): Segment[] =>
  segmentsIn(timed, time).filter(({ standing }) => standing === 'paid');

const isUsage = (price: Price): price is UsagePrice => price.model !== 'flat';

function chargesOf(timed: Equipped, segment: Segment, versionOf: VersionOf): UsageCharge[] {
  const { start, end } = segment;
  const version = versionOf(segment.plan_version_id);
  const share = shareOfSegment(timed, segment, version.proration);
  const minutes = { fromMinute: start / MINUTE_MS, toMinute: end / MINUTE_MS };
  return version.prices.filter(isUsage).map((price) => {
    const added = addedUnits(timed, segment, { meterId: price.meter_id, versionOf });
    return { version, price, time: { start, end }, ...minutes, share, added };
  });
}

/** The usage prices that held in this time, segment by segment. */
export const usageCharges = (timed: Equipped, time: Period, versionOf: VersionOf): UsageCharge[] =>
  paidIn(timed, time).flatMap((segment) => chargesOf(timed, segment, versionOf));

/** Those of them that these hours touch; hours since the epoch, in any order. */
export function chargesTouched(
  charges: readonly UsageCharge[],
  hours: readonly number[],
): UsageCharge[] {
  return charges.filter(({ fromMinute, toMinute }) =>
    hours.some((hour) => hour * 60 < toMinute && (hour + 1) * 60 > fromMinute),
  );
}

/** Flat fees that are due once this time is over. */
export const feesAfter = (timed: Timed, time: Period, versionOf: VersionOf): Fee[] =>
  paidIn(timed, time).flatMap((segment) => {
    const held = { start: segment.start, end: segment.end };
    const isLast = isLastOf(timed, segment);
    const part = { held, period: segment.period, timeZone: timed.time_zone, isLast };
    return arrearsFees(versionOf(segment.plan_version_id), part);
  });

/**
 * Flat fees that are due ahead because a period ended then and the next one began by itself; every
 * other beginning is charged by subscriptions when it happens.
 */
export function feesAhead(timed: Equipped, at: number, versionOf: VersionOf): Fee[] {
  const next = segmentAt(timed, at);
  const isRegular = segmentAt(timed, at - 1)?.period.end === at;
  if (next?.standing !== 'paid' || !isRegular) return [];
  const held = { start: at, end: next.period.end };
  const part = { held, period: next.period, timeZone: timed.time_zone };
  return [
    ...advanceFees(versionOf(next.plan_version_id), part),
    ...recurringFees(timed.items ?? [], { part, termsOf: versionOf }),
  ];
}
