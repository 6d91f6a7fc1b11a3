import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import type { AdmissionRequest, Hold, LimitState, Settlement, Spend } from '../ports.ts';
import { available, openLease, reserve, settleUnits, type Lease } from './lease.ts';
import {
  limitsOf,
  quotaRefusal,
  rateRefusal,
  rateUnverifiable,
  unlentRefusal,
  unverifiable,
  type Need,
  type Pace,
  type Refused,
} from './limits.ts';
import { isBillable, measure, quantityIn, reservationOf, rulesOf } from './meter.ts';
import type { UsageRecord } from './record.ts';
import type { Once } from './once.ts';
import {
  askRate,
  checkRate,
  checkRateAlone,
  keepTo,
  offer,
  openRate,
  type Rate,
  type RateCheck,
} from './rate.ts';
import { standingWindow } from './standing-window.ts';

/**
 * One customer's counter at this gateway: its part of the rate limit and its leases of quota
 * windows. All decisions are synchronous over what is in memory; the host asks core and comes back.
 */
export type Till = {
  readonly customerId: string;
  /** Higher each time this customer's till is opened anew in this boot. */
  generation: number;
  rate: Rate | null;
  /** Number of the last change that may have freed units. */
  reopenedAt: bigint;
  readonly leases: Map<string, Lease>;
};

export type Decided =
  | { readonly kind: 'admitted'; readonly hold: Hold; readonly limits: readonly LimitState[] }
  | Refused;

export type TillAnswer =
  | Decided
  /** Not decided: core must be asked for these windows, or for a part of the rate limit. */
  | { readonly kind: 'ask'; readonly windows: readonly string[] };

export const openTill = (customerId: string, generation = 0): Till => ({
  customerId,
  generation,
  rate: null,
  reopenedAt: 0n,
  leases: new Map(),
});

/** The lease of the window that holds now; undefined where the facts tell of no such window. */
function leaseOf(
  till: Till,
  { quota, fact }: { quota: QuotaFact; fact: AdmissionRequest['fact'] },
  now: number,
): Lease | undefined {
  const { key_id: keyId, customer } = fact;
  const whose = { customerId: till.customerId, keyId, clockMs: customer.clock_ms ?? 0 };
  const window = standingWindow(quota, whose, now);
  if (!window) return undefined;
  const { limit } = quota;
  let lease = till.leases.get(window.id);
  if (!lease) {
    // Its own: what a later fact says of its end is not true of this one.
    lease = openLease({ window: { ...window }, generation: till.generation, limit }, now);
    till.leases.set(window.id, lease);
  }
  // A change of the billing zone moves the end of a window that has not begun.
  lease.window.endsAt = window.endsAt;
  lease.limit = limit;
  lease.touchedAt = now;
  return lease;
}

/** The hard quotas this request counts against; `untold` are those whose window is not known. */
type Needs = { needs: Need[]; untold: QuotaFact[] };

export function needsOf(till: Till, request: AdmissionRequest, now: number): Needs {
  const { fact } = request;
  const needs: Need[] = [];
  const untold: QuotaFact[] = [];
  for (const quota of fact.customer.quotas) {
    if (quota.enforcement !== 'hard') continue;
    const units = reservationOf(rulesOf(request.route, quota.meter_id), request);
    if (units === undefined) continue;
    const lease = leaseOf(till, { quota, fact }, now);
    if (lease) needs.push({ lease, quota, units });
    else untold.push(quota);
  }
  return { needs, untold };
}

function paceOf(till: Till, request: AdmissionRequest, now: number): Pace | null {
  const limit = request.fact.customer.rate_limit;
  // The rate limit is one of requests: a later span of one takes no token.
  if (!limit || request.span) return null;
  till.rate ??= openRate(now);
  keepTo(till.rate, limit, now);
  return { rate: till.rate, limit };
}

const isShort = ({ lease, units }: Need): boolean => available(lease) < Math.max(1, units);

/** Later spans are of the request that was admitted first. */
const onceOf = ({ span, once }: AdmissionRequest, now: number): Once | undefined =>
  span ? span.once : once === undefined ? undefined : { hash: once, since: now };

/** From here the request is admitted: the token is taken and the units are set aside. */
function enter(
  request: AdmissionRequest,
  { pace, needs, now }: { pace: Pace | null; needs: readonly Need[]; now: number },
): Decided {
  if (pace) pace.rate.tokens -= 1;
  const spends: Spend[] = [];
  for (const need of needs) {
    const { lease, units } = need;
    const unleased = isShort(need);
    lease.open += 1;
    if (!unleased) reserve(lease, units, now);
    const { meterId, id: windowId } = lease.window;
    spends.push({ meterId, windowId, units, unleased, generation: lease.generation });
  }
  const { requestId, fact, route, span } = request;
  const hold: Hold = {
    requestId,
    fact,
    route,
    admittedAt: now,
    spends,
    span,
    once: onceOf(request, now),
    slot: -1,
  };
  return { kind: 'admitted', hold, limits: limitsOf(pace, needs, now) };
}

/**
 * Decides one request: rate, then quota. Nothing is taken unless everything is there. A quota
 * that stands at its limit still refuses a request whose cost is not known yet.
 */
export function admit(till: Till, request: AdmissionRequest, now: number): TillAnswer {
  const pace = paceOf(till, request, now);
  const check: RateCheck = pace ? checkRate(pace.rate, now) : 'ok';
  if (pace && check === 'wait') return rateRefusal(pace, now);
  const { needs, untold } = needsOf(till, request, now);
  if (untold.length > 0) return unverifiable(untold, limitsOf(pace, needs, now));
  const missing = needs.filter(isShort);
  // What is more than the whole limit can never be lent.
  const spent = missing.filter(
    ({ lease, units }) => lease.exhaustedAt !== null || units > lease.limit,
  );
  if (spent.length > 0) return quotaRefusal(spent, limitsOf(pace, needs, now));
  if (missing.length > 0 || check === 'ask') {
    for (const { lease, units } of missing) lease.short += Math.max(1, units);
    if (pace && check === 'ask') askRate(pace.rate);
    return { kind: 'ask', windows: missing.map((need) => need.lease.window.id) };
  }
  return enter(request, { pace, needs, now });
}

/** Counts a request as demand on the customer's rate limit, before it is decided. */
export function offerTo(till: Till, request: AdmissionRequest, now: number): void {
  const pace = paceOf(till, request, now);
  if (pace) offer(pace.rate, now);
}

/**
 * Decides a request whose leases are short while core cannot be asked: the plan says for each
 * quota whether to admit (counted as unleased) or to refuse. It is data, not an accident.
 */
export function admitUnreachable(till: Till, request: AdmissionRequest, now: number): Decided {
  const pace = paceOf(till, request, now);
  const check = pace ? checkRateAlone(pace.rate, pace.limit, now) : 'ok';
  if (pace && check === 'wait') return rateRefusal(pace, now);
  if (pace && check === 'unknown') return rateUnverifiable(pace, now);
  const { needs, untold } = needsOf(till, request, now);
  const barred = needs.filter((need) => isShort(need) && need.quota.on_unreachable === 'refuse');
  if (barred.length + untold.length === 0) return enter(request, { pace, needs, now });
  const quotas = [...barred.map(({ quota }) => quota), ...untold];
  return unverifiable(quotas, limitsOf(pace, needs, now));
}

/**
 * Turns away a request that waited in vain: core was asked, and others have not given back what
 * they hold. It may be there in a moment. `deskless`: nobody divides rate limits just now. `slow`:
 * core has units left, and did not lend them in time. `unanswered`: core did not answer what it was
 * asked, so nobody knows what there is.
 */
export function giveUp(
  till: Till,
  request: AdmissionRequest,
  of: { now: number; deskless?: boolean; slow?: boolean; unanswered?: boolean },
): Decided {
  const { now, deskless = false, slow = false, unanswered = false } = of;
  const pace = paceOf(till, request, now);
  const { needs, untold } = needsOf(till, request, now);
  if (untold.length > 0) return unverifiable(untold, limitsOf(pace, needs, now));
  const missing = needs.filter(isShort);
  const isHeld = ({ lease, units }: Need): boolean => !slow || lease.unlent < Math.max(1, units);
  const held = unanswered ? [] : missing.filter(isHeld);
  if (held.length > 0) return unlentRefusal(held, limitsOf(pace, needs, now));
  // That is no used-up quota.
  const quotas = missing.map(({ quota }) => quota);
  if (quotas.length > 0) return unverifiable(quotas, limitsOf(pace, needs, now));
  if (pace && checkRate(pace.rate, now) !== 'ok') {
    return deskless ? rateUnverifiable(pace, now) : rateRefusal(pace, now);
  }
  return enter(request, { pace, needs, now });
}

/** The lease that a hold is part of; undefined when it was an ended boot's. */
export function leaseHeld(till: Till, windowId: string, generation: number): Lease | undefined {
  if (generation !== till.generation) return undefined;
  const lease = till.leases.get(windowId);
  if (!lease) throw new Error(`till lost window ${windowId} with a request open in it`);
  return lease;
}

/** Ends a hold: spends what is billable, releases the rest, and gives the record to keep. */
export function settle(till: Till, hold: Hold, settlement: Settlement): UsageRecord {
  const { fact, route } = hold;
  const billable = isBillable(settlement.outcome, route);
  const { quantities, faults } = measure(hold, settlement);
  const spent: [string, number, number, number][] = [];
  for (const { meterId, windowId, units, unleased, generation } of hold.spends) {
    const lease = leaseHeld(till, windowId, generation);
    const actual = billable ? quantityIn(quantities, meterId) : 0;
    if (!lease) {
      // Of an ended boot: what was set aside was spent with it.
      const over = Math.max(0, actual - units);
      if (unleased && actual > 0) spent.push([windowId, 0, actual, 0]);
      else if (over > 0) spent.push([windowId, 0, 0, over]);
      continue;
    }
    lease.open = Math.max(0, lease.open - 1);
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
    admittedAt: hold.admittedAt + (fact.customer.clock_ms ?? 0),
    billable,
    quantities,
    spent,
    later: hold.span ? true : undefined,
    ...(faults.length > 0 && { faults }),
    // What is not billed anyway has no part in it: the next one with the key may be billed.
    ...(billable && hold.once && { once: hold.once }),
  };
}
