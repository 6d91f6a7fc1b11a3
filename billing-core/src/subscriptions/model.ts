import { Temporal } from 'temporal-polyfill';
import type { SubscriptionState } from '../contract/subscription.ts';

export type Period = { start: number; end: number };
type Ends = { trial_ends_at: Date | null; canceled_at: Date | null };

/** A function of the time alone: no job moves a trial to active. */
export function subscriptionState(row: Ends, now: number): SubscriptionState {
  if (row.canceled_at !== null) return 'canceled';
  return row.trial_ends_at !== null && now < row.trial_ends_at.getTime() ? 'trialing' : 'active';
}

/** When a trial of this many calendar days ends, at the same time of day there. In and out: ms. */
export function trialEnd(startedAt: number, days: number, timeZone: string): number | null {
  if (days === 0) return null;
  return zoned(startedAt, timeZone).add({ days }).epochMilliseconds;
}

/** Where a subscription's months are counted from. */
export type Anchor = { startedAt: number; timeZone: string };

/**
 * The billing period that holds this time: steps of calendar months from the minute of the start,
 * at the same time of day in the time zone. Steps are counted from the anchor and not from one
 * another, so the 31st bills on the 30th of April and again on the 31st of May.
 */
export function periodAt({ startedAt, timeZone }: Anchor, at: number): Period {
  const anchor = zoned(startedAt, timeZone).with({ second: 0, millisecond: 0 });
  const boundary = (months: number): number => anchor.add({ months }).epochMilliseconds;
  const seen = zoned(at, timeZone);
  // Within a month of the answer: the day of the month, a clock change, then decide.
  let months = (seen.year - anchor.year) * 12 + seen.month - anchor.month;
  while (boundary(months) > at) months -= 1;
  while (boundary(months + 1) <= at) months += 1;
  return { start: boundary(months), end: boundary(months + 1) };
}

const zoned = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
