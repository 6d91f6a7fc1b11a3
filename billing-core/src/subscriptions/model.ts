import { Temporal } from 'temporal-polyfill';
import type { CustomerRow } from '../customers/store.ts';
import type { Subscription, SubscriptionState } from '../contract/subscription.ts';

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

export const zoned = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

export type SubscriptionRow = {
  id: string;
  customer_id: string;
  plan_id: string;
  plan_version_id: string;
  time_zone: string;
  started_at: Date;
  trial_ends_at: Date | null;
  canceled_at: Date | null;
};

/** The subscription as of now: state and period follow from the time. */
export function shownSubscription(row: SubscriptionRow, now: number): Subscription {
  const startedAt = row.started_at.getTime();
  const at = Math.max(row.canceled_at?.getTime() ?? now, startedAt);
  const period = periodAt({ startedAt, timeZone: row.time_zone }, at);
  return {
    id: row.id,
    customer_id: row.customer_id,
    plan_id: row.plan_id,
    plan_version_id: row.plan_version_id,
    state: subscriptionState(row, now),
    started_at: row.started_at.toISOString(),
    trial_ends_at: row.trial_ends_at?.toISOString() ?? null,
    canceled_at: row.canceled_at?.toISOString() ?? null,
    time_zone: row.time_zone,
    current_period: {
      start: new Date(period.start).toISOString(),
      end: new Date(period.end).toISOString(),
    },
  };
}

export type OfferedVersion = {
  state: 'draft' | 'published' | 'archived';
  currency: string;
  trial_days: number;
};

/** Why this customer cannot go on this version; undefined when it can. */
export function versionConflict(
  customer: Pick<CustomerRow, 'state' | 'currency'>,
  version: OfferedVersion,
): string | undefined {
  if (customer.state !== 'active') return 'The customer is archived';
  if (version.state !== 'published') return `The plan version is ${version.state}`;
  if (version.currency === customer.currency) return undefined;
  return `The plan version is in ${version.currency}, the customer pays in ${customer.currency}`;
}

/** How far back a start may lie: for customers who come from another system. */
const BACKDATED_DAYS_MAX = 366;

/** What is wrong with this start; undefined when nothing is. Times in ms. */
export function startError(start: number, now: number): string | undefined {
  if (start > now) return 'is in the future';
  const oldest = now - BACKDATED_DAYS_MAX * 86_400_000;
  return start < oldest ? `is over ${BACKDATED_DAYS_MAX} days ago` : undefined;
}

export type EarlierSubscription = Pick<SubscriptionRow, 'id' | 'canceled_at'>;

/** Why it cannot start then: subscriptions of a customer never overlap. */
export function overlap(
  earlier: EarlierSubscription | undefined,
  start: number,
): string | undefined {
  if (earlier === undefined) return undefined;
  const end = earlier.canceled_at?.getTime();
  if (end === undefined) return `The customer has a live subscription, ${earlier.id}`;
  return start < end ? `The customer's subscription ${earlier.id} ended after that` : undefined;
}
