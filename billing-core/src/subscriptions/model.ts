import { Temporal } from 'temporal-polyfill';
import type { CustomerRow } from '../customers/store.ts';
import type { PendingKind, Subscription, SubscriptionState } from '../contract/subscription.ts';

export type Period = { start: number; end: number };
/** What the state follows from, with the time. */
export type Ends = Pick<
  SubscriptionRow,
  'trial_ends_at' | 'canceled_at' | 'paused_at' | 'past_due_since' | 'pending_kind' | 'pending_at'
>;

/** Whether what is pending was due by then: it holds, whether or not somebody wrote it down. */
const isDue = (row: Ends, kind: PendingKind, now: number): boolean =>
  row.pending_kind === kind && row.pending_at !== null && row.pending_at.getTime() <= now;

/** A function of the time alone: no job moves a trial to active, nor keeps one if it is late. */
export function subscriptionState(row: Ends, now: number): SubscriptionState {
  if (row.canceled_at !== null || isDue(row, 'cancel', now)) return 'canceled';
  if (isDue(row, 'pause', now)) return 'paused';
  if (row.paused_at !== null && !isDue(row, 'resume', now)) return 'paused';
  if (row.past_due_since !== null) return 'past_due';
  return row.trial_ends_at !== null && now < row.trial_ends_at.getTime() ? 'trialing' : 'active';
}

/** When a trial of this many calendar days ends, at the same time of day there. In and out: ms. */
export function trialEnd(startedAt: number, days: number, timeZone: string): number | null {
  if (days === 0) return null;
  return zoned(startedAt, timeZone).add({ days }).epochMilliseconds;
}

/** Where a subscription's periods are counted from, and how many months each has: 1 unless said. */
export type Anchor = { startedAt: number; timeZone: string; months?: number };

/**
 * The billing period that holds this time: steps of calendar months from the minute of the start,
 * at the same time of day in the time zone. Steps are counted from the anchor and not from one
 * another, so the 31st bills on the 30th of April and again on the 31st of May.
 */
export function periodAt({ startedAt, timeZone, months: step = 1 }: Anchor, at: number): Period {
  const anchor = zoned(startedAt, timeZone).with({ second: 0, millisecond: 0 });
  const boundary = (steps: number): number =>
    anchor.add({ months: steps * step }).epochMilliseconds;
  const seen = zoned(at, timeZone);
  // Within a step of the answer: the day of the month, a clock change, then decide.
  const months = (seen.year - anchor.year) * 12 + seen.month - anchor.month;
  let steps = Math.floor(months / step);
  while (boundary(steps) > at) steps -= 1;
  while (boundary(steps + 1) <= at) steps += 1;
  return { start: boundary(steps), end: boundary(steps + 1) };
}

export const zoned = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

export type SubscriptionRow = {
  id: string;
  customer_id: string;
  plan_id: string;
  plan_version_id: string;
  /** Of the version that it is on. */
  interval_months: number;
  time_zone: string;
  started_at: Date;
  anchor_at: Date;
  trial_ends_at: Date | null;
  trial_settled_at: Date | null;
  paused_at: Date | null;
  past_due_since: Date | null;
  /** Its requests are refused for want of payment. */
  blocked_at: Date | null;
  /** It has its plan's lower rate for want of payment. */
  limited_at: Date | null;
  pending_kind: PendingKind | null;
  pending_at: Date | null;
  pending_plan_version_id: string | null;
  /** Of a pending cancel. */
  pending_credit_unused: boolean;
  /** When an add-on next begins or ends that is dated ahead. */
  items_at: Date | null;
  canceled_at: Date | null;
};

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

function shownPending(row: SubscriptionRow): Subscription['pending_change'] {
  const { pending_kind: kind, pending_at: at, pending_plan_version_id } = row;
  if (kind === null || at === null) return null;
  return { kind, at: at.toISOString(), plan_version_id: pending_plan_version_id };
}

/** The subscription as of now: state and period follow from the time. */
export function shownSubscription(row: SubscriptionRow, now: number): Subscription {
  const { id, customer_id, plan_id, plan_version_id, time_zone, interval_months } = row;
  const anchor = { startedAt: row.anchor_at.getTime(), timeZone: time_zone };
  const at = Math.max(row.canceled_at?.getTime() ?? now, anchor.startedAt);
  const period = periodAt({ ...anchor, months: interval_months }, at);
  return {
    id,
    customer_id,
    plan_id,
    plan_version_id,
    state: subscriptionState(row, now),
    started_at: row.started_at.toISOString(),
    trial_ends_at: text(row.trial_ends_at),
    paused_at: text(row.paused_at),
    past_due_since: text(row.past_due_since),
    canceled_at: text(row.canceled_at),
    pending_change: shownPending(row),
    time_zone,
    interval_months,
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
  kind: 'plan' | 'add_on';
  /** Whose own terms it has. */
  customer_id: string | null;
};

/** Why this customer cannot go on this version; undefined when it can. */
export function versionConflict(
  customer: Pick<CustomerRow, 'id' | 'state' | 'currency'>,
  version: OfferedVersion,
  kind: OfferedVersion['kind'] = 'plan',
): string | undefined {
  if (version.kind !== kind) return kind === 'plan' ? 'It is an add-on' : 'It is no add-on';
  if (version.customer_id !== null && version.customer_id !== customer.id) {
    return 'The plan version is of another customer’s own terms';
  }
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
