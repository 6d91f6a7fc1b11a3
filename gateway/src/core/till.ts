import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import { quotaWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import type { LeaseGrant, LeaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import type { AdmissionRequest, Hold, LimitState, Settlement, Spend } from '../ports.ts';
import {
  available,
  giveBack,
  isLow,
  isSettled,
  openLease,
  reserve,
  settleUnits,
  wanted,
  type Lease,
} from './lease.ts';
import { isBillable, quantitiesOf, reservationOf, type UsageRecord } from './meter.ts';
import { openBucket, refill, untilFull, untilToken, type Bucket } from './rate.ts';
import { refuse, type Refusal } from './refusal.ts';

/**
 * One customer's counter at this gateway: its rate bucket and its leases of quota windows. All
 * decisions are synchronous over what is in memory; the host asks core for leases and comes back.
 */
export type Till = {
  readonly customerId: string;
  /** Higher each time this customer's till is opened anew in this boot. */
  readonly generation: number;
  bucket: Bucket | null;
  /** Number of the last change that may have freed units. */
  reopenedAt: bigint;
  readonly leases: Map<string, Lease>;
};

export type TillAnswer =
  | { readonly kind: 'admitted'; readonly hold: Hold; readonly limits: readonly LimitState[] }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly limits: readonly LimitState[];
    }
  /** Not decided: these windows need a grant first. */
  | { readonly kind: 'ask'; readonly windows: readonly string[] };

export const openTill = (customerId: string, generation = 0): Till => ({
  customerId,
  generation,
  bucket: null,
  reopenedAt: 0n,
  leases: new Map(),
});

/** Windows of past time are kept this long for requests that are still open. */
export const WINDOW_GRACE_MS = 3_600_000;

type Need = { lease: Lease; quota: QuotaFact; units: number };

function leaseOf(till: Till, quota: QuotaFact, now: number): Lease {
  const of = { customerId: till.customerId, meterId: quota.meter_id, kind: quota.window };
  const window = quotaWindow(of, now);
  let lease = till.leases.get(window.id);
  if (!lease) {
    lease = openLease({ window, generation: till.generation, limit: quota.limit }, now);
    till.leases.set(window.id, lease);
  }
  lease.limit = quota.limit;
  lease.touchedAt = now;
  return lease;
}

/** The hard quotas this request counts against, with what to set aside for each. */
function needsOf(till: Till, request: AdmissionRequest, now: number): Need[] {
  const needs: Need[] = [];
  for (const quota of request.fact.customer.quotas) {
    if (quota.enforcement !== 'hard') continue;
    const rules = request.route.metering.filter((rule) => rule.meter_id === quota.meter_id);
    if (rules.length === 0) continue;
    const units = rules.reduce((sum, rule) => sum + reservationOf(rule, request.requestBytes), 0);
    needs.push({ lease: leaseOf(till, quota, now), quota, units });
  }
  return needs;
}

function bucketOf(till: Till, request: AdmissionRequest, now: number): Bucket | null {
  const limit = request.fact.customer.rate_limit;
  if (!limit) {
    till.bucket = null;
    return null;
  }
  const limits = { ratePerS: limit.rate_per_second, burst: limit.burst };
  till.bucket ??= openBucket(limits.ratePerS, limits.burst, now);
  refill(till.bucket, limits, now);
  return till.bucket;
}

const limitName = (quota: QuotaFact): string => `${quota.meter_slug}-${quota.window}`;
const untilReset = (lease: Lease, now: number): number =>
  Math.max(1, Math.ceil((lease.window.endsAt - now) / 1_000));

function limitsOf(bucket: Bucket | null, needs: readonly Need[], now: number): LimitState[] {
  const limits: LimitState[] = needs.map(({ lease, quota }) => ({
    name: limitName(quota),
    quota: lease.limit,
    windowS: Math.round((lease.window.endsAt - lease.window.startsAt) / 1_000),
    remaining: Math.max(0, available(lease)) + lease.unlent,
    resetS: untilReset(lease, now),
  }));
  if (bucket) {
    limits.unshift({
      name: 'rate',
      quota: bucket.burst,
      windowS: Math.max(1, Math.ceil(bucket.burst / bucket.ratePerS)),
      remaining: Math.floor(bucket.tokens),
      resetS: untilFull(bucket),
    });
  }
  return limits;
}

function rateRefusal(bucket: Bucket, now: number): TillAnswer {
  const retryAfterS = untilToken(bucket);
  const refusal = refuse('rate_limited', { retryAfterS, violated: ['rate'] });
  return { kind: 'refused', refusal, limits: limitsOf(bucket, [], now) };
}

function quotaRefusal(spent: readonly Need[], now: number): Refusal {
  const resets = spent.map(({ lease }) => untilReset(lease, now));
  return refuse('quota_exceeded', {
    retryAfterS: Math.max(...resets),
    violated: spent.map(({ quota }) => limitName(quota)),
  });
}

const isShort = ({ lease, units }: Need): boolean => available(lease) < Math.max(1, units);

/** From here the request is admitted: the token is taken and the units are set aside. */
function enter(
  request: AdmissionRequest,
  { bucket, needs, now }: { bucket: Bucket | null; needs: readonly Need[]; now: number },
): TillAnswer {
  if (bucket) bucket.tokens -= 1;
  const spends: Spend[] = [];
  for (const need of needs) {
    const { lease, units } = need;
    const unleased = isShort(need);
    if (!unleased) reserve(lease, units, now);
    const { meterId, id: windowId } = lease.window;
    spends.push({ meterId, windowId, units, unleased });
  }
  const { requestId, fact, route } = request;
  const hold: Hold = { requestId, fact, route, admittedAt: now, spends };
  return { kind: 'admitted', hold, limits: limitsOf(bucket, needs, now) };
}

/**
 * Decides one request: rate, then quota. Nothing is taken unless everything is there. A quota
 * that stands at its limit still refuses a request whose cost is not known yet.
 */
export function admit(till: Till, request: AdmissionRequest, now: number): TillAnswer {
  const bucket = bucketOf(till, request, now);
  if (bucket && bucket.tokens < 1) return rateRefusal(bucket, now);
  const needs = needsOf(till, request, now);
  const missing = needs.filter(isShort);
  const spent = missing.filter((need) => need.lease.exhaustedAt !== null);
  if (spent.length > 0) {
    const limits = limitsOf(bucket, needs, now);
    return { kind: 'refused', refusal: quotaRefusal(spent, now), limits };
  }
  if (missing.length > 0) {
    for (const { lease, units } of missing) lease.short += Math.max(1, units);
    return { kind: 'ask', windows: missing.map((need) => need.lease.window.id) };
  }
  return enter(request, { bucket, needs, now });
}

/**
 * Decides a request whose leases are short while core cannot be asked: the plan says for each
 * quota whether to admit (counted as unleased) or to refuse. It is data, not an accident.
 */
export function admitUnreachable(till: Till, request: AdmissionRequest, now: number): TillAnswer {
  const bucket = bucketOf(till, request, now);
  if (bucket && bucket.tokens < 1) return rateRefusal(bucket, now);
  const needs = needsOf(till, request, now);
  const barred = needs.filter((need) => isShort(need) && need.quota.on_unreachable === 'refuse');
  if (barred.length === 0) return enter(request, { bucket, needs, now });
  const violated = barred.map(({ quota }) => limitName(quota));
  const refusal = refuse('quota_unverifiable', { retryAfterS: 1, violated });
  return { kind: 'refused', refusal, limits: limitsOf(bucket, needs, now) };
}

/** Ends a hold: spends what is billable, releases the rest, and gives the record to keep. */
export function settle(till: Till, hold: Hold, settlement: Settlement): UsageRecord {
  const { fact, route } = hold;
  const billable = isBillable(settlement.outcome, route.billable_outcomes);
  const quantities = quantitiesOf(hold, settlement);
  const byMeter = new Map(quantities);
  const spent: [string, number, number, number][] = [];
  for (const { meterId, windowId, units, unleased } of hold.spends) {
    const lease = till.leases.get(windowId);
    if (!lease) throw new Error(`till lost window ${windowId} with a request open in it`);
    const actual = billable ? (byMeter.get(meterId) ?? 0) : 0;
    if (unleased) {
      lease.unleased += actual;
      if (actual > 0) spent.push([windowId, 0, actual, 0]);
      continue;
    }
    const { settled, overdrawn } = settleUnits(lease, { reserved: units, actual });
    if (settled > 0 || overdrawn > 0) spent.push([windowId, settled, 0, overdrawn]);
  }
  return {
    requestId: hold.requestId,
    customer: fact.customer.id,
    key: fact.key_id,
    route: route.id,
    routeVersion: route.version,
    outcome: settlement.outcome,
    status: settlement.status ?? 0,
    admittedAt: hold.admittedAt,
    billable,
    quantities,
    spent,
  };
}

/** Takes in what core granted. G only grows; an answer to an older generation changes nothing. */
export function grant(
  till: Till,
  from: LeaseGrant,
  { asOf, now }: { asOf: bigint; now: number },
): void {
  const lease = till.leases.get(from.window);
  if (!lease || lease.generation !== from.generation) return;
  lease.granted = Math.max(lease.granted, from.granted);
  lease.unlent = from.unlent;
  lease.unanswered = false;
  // Those who still wait say so again when they are tried again.
  lease.short = 0;
  // An answer from before the last reopening may not know the units that came back since.
  const isNews = asOf >= till.reopenedAt;
  lease.exhaustedAt = from.exhausted && isNews ? asOf : null;
  lease.retryAt = from.retry_in_ms === null ? 0 : now + from.retry_in_ms;
}

/** Core has taken in these totals: what they returned is returned for good. */
export function acknowledge(till: Till, sent: LeaseTotals): void {
  const lease = till.leases.get(sent.window);
  if (lease?.generation === sent.generation) {
    lease.reported = Math.max(lease.reported, sent.returned);
  }
}

/** A change may have freed units: the till asks again. `change` is its number in the feed. */
export function reopen(till: Till, change: bigint): void {
  if (change > till.reopenedAt) till.reopenedAt = change;
  for (const lease of till.leases.values()) {
    lease.exhaustedAt = null;
    lease.retryAt = 0;
  }
}

/** Gives back what is not reserved: of one window when another till ran dry, or of all. */
export function recall(till: Till, window?: string): void {
  for (const lease of till.leases.values()) {
    if (window === undefined || lease.window.id === window) giveBack(lease);
  }
}

/** A lease nobody has asked for this long is given back, so that idle tills strand nothing. */
export const LEASE_IDLE_MS = 60_000;

export function giveBackIdle(till: Till, now: number): void {
  for (const lease of till.leases.values()) {
    if (now - lease.touchedAt >= LEASE_IDLE_MS) giveBack(lease);
  }
}

/** The running totals to send: of windows that are low or asked for, or have units to return. */
export function totals(till: Till, now: number): LeaseTotals[] {
  const all: LeaseTotals[] = [];
  for (const lease of till.leases.values()) {
    const asks = lease.window.endsAt > now && isLow(lease, now);
    if (!asks && lease.returned === lease.reported) continue;
    lease.unanswered = true;
    const { window, generation, granted, returned } = lease;
    const want = asks ? wanted(lease, now) : granted;
    all.push({ window: window.id, generation, wanted: want, returned });
  }
  return all;
}

/** Forgets windows that are over and have nothing open; true when the till can be forgotten. */
export function forget(till: Till, now: number): boolean {
  for (const [id, lease] of till.leases) {
    const over = lease.window.endsAt + WINDOW_GRACE_MS <= now;
    if (over && lease.reserved === 0) till.leases.delete(id);
  }
  if (till.bucket) refill(till.bucket, till.bucket, now);
  const isFull = till.bucket === null || untilFull(till.bucket) === 0;
  return isFull && [...till.leases.values()].every(isSettled);
}
