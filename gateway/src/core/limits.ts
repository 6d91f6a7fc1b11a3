import type { QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import type { LimitState } from '../ports.ts';
import { available, type Lease } from './lease.ts';
import { untilToken, type Rate, type RateLimit } from './rate.ts';
import { refuse, type Refusal } from './refusal.ts';

// What a client is told of its limits: in the RateLimit fields, and when one of them refuses.

/** The rate limit that a request meets, and this till's part of it. */
export type Pace = { rate: Rate; limit: RateLimit };

/** A hard quota that a request counts against, and what to set aside for it. */
export type Need = { lease: Lease; quota: QuotaFact; units: number };

export type Refused = {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly limits: readonly LimitState[];
};

/** When units that others hold may be there, and when core may be asked again. */
const SOON_S = 1;
const RATE = 'rate';

/** A limit's name as clients see it: `requests-month`, and `requests-day-key` of a key's own. */
function limitName({ meter_slug, window, scope }: QuotaFact): string {
  const name = `${meter_slug}-${window === 'billing_period' ? 'period' : window}`;
  return scope === 'key' ? `${name}-key` : name;
}

/**
 * The unit of a limit that does not count requests. The draft registers one of our meters' units,
 * bytes; of others a client must not think that they are requests.
 */
function unitOf({ meter_id, meter_slug, meter_unit }: QuotaFact): string | undefined {
  if (meter_id === 'mtr_requests') return undefined;
  return /^bytes?$/i.test(meter_unit) ? 'content-bytes' : meter_slug;
}

type Told = { readonly name: string; readonly unit: string | undefined };

// Facts are never changed, only replaced.
const told = new WeakMap<QuotaFact, Told>();

function toldOf(quota: QuotaFact): Told {
  const known = told.get(quota);
  if (known) return known;
  const names = { name: limitName(quota), unit: unitOf(quota) };
  told.set(quota, names);
  return names;
}

function quotaState({ lease, quota }: Need, now: number): LimitState {
  const { startsAt, endsAt } = lease.window;
  const scale = 10 ** quota.meter_scale;
  const left = Math.max(0, available(lease)) + lease.unlent;
  const { name, unit } = toldOf(quota);
  return {
    name,
    meterId: quota.meter_id,
    left,
    unit,
    quota: Math.floor(lease.limit / scale),
    windowS: Math.round((endsAt - startsAt) / 1_000),
    remaining: Math.floor(left / scale),
    resetS: Math.max(1, Math.ceil((endsAt - now) / 1_000)),
  };
}

/** Of the rate limit: what this gateway can serve just now, and when it can serve one more. */
function rateState({ rate, limit }: Pace, now: number): LimitState {
  const remaining = Math.min(Math.floor(rate.tokens), limit.burst);
  return {
    name: RATE,
    quota: limit.burst,
    windowS: Math.max(1, Math.ceil(limit.burst / limit.rate_per_second)),
    remaining,
    resetS: remaining === limit.burst ? 0 : untilToken(rate, limit, now),
  };
}

/** What the RateLimit fields tell. */
export function limitsOf(pace: Pace | null, needs: readonly Need[], now: number): LimitState[] {
  const limits: LimitState[] = pace ? [rateState(pace, now)] : [];
  for (const need of needs) limits.push(quotaState(need, now));
  return limits;
}

export function rateRefusal(pace: Pace, now: number): Refused {
  const retryAfterS = untilToken(pace.rate, pace.limit, now);
  const refusal = refuse('rate_limited', { retryAfterS, violated: [RATE] });
  return { kind: 'refused', refusal, limits: limitsOf(pace, [], now) };
}

/** What a client need not wait for the end of a window for. */
const soon = (limits: readonly LimitState[], violated: readonly string[]): LimitState[] =>
  limits.map((limit) => (violated.includes(limit.name) ? { ...limit, resetS: SOON_S } : limit));

/** Core cannot be asked for a part of the rate limit, and the plan says to refuse then. */
export function rateUnverifiable(pace: Pace, now: number): Refused {
  const refusal = refuse('rate_unverifiable', { retryAfterS: SOON_S, violated: [RATE] });
  return { kind: 'refused', refusal, limits: soon(limitsOf(pace, [], now), [RATE]) };
}

const namesOf = (needs: readonly Need[]): string[] => needs.map(({ quota }) => limitName(quota));

/** These are used up until their windows end. */
export function quotaRefusal(spent: readonly Need[], limits: readonly LimitState[]): Refused {
  const violated = namesOf(spent);
  const resets = limits.filter(({ name }) => violated.includes(name)).map(({ resetS }) => resetS);
  const refusal = refuse('quota_exceeded', { retryAfterS: Math.max(...resets), violated });
  return { kind: 'refused', refusal, limits };
}

/** Others hold what is left of these: more is there as soon as they give it back. */
export function unlentRefusal(missing: readonly Need[], limits: readonly LimitState[]): Refused {
  const violated = namesOf(missing);
  const told = soon(limits, violated).map((limit) =>
    violated.includes(limit.name) ? { ...limit, remaining: 0 } : limit,
  );
  const refusal = refuse('quota_exceeded', { retryAfterS: SOON_S, violated });
  return { kind: 'refused', refusal, limits: told };
}

/** Core cannot be asked for units of these, or their windows are not known. */
export function unverifiable(quotas: readonly QuotaFact[], limits: readonly LimitState[]): Refused {
  const violated = quotas.map(limitName);
  const refusal = refuse('quota_unverifiable', { retryAfterS: SOON_S, violated });
  return { kind: 'refused', refusal, limits: soon(limits, violated) };
}
