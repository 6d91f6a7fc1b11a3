import {
  askRate,
  checkRate,
  checkRateAlone,
  dropShare,
  type Rate,
  type RateLimit,
  reportOf,
  takeShare,
} from '../core/rate.ts';

/**
 * Rate limits between isolates. The till object keeps the bucket; isolates take tokens in advance,
 * use them for a moment and let the rest lapse. What they may hold together is taken off the
 * bucket's burst, so that rate x time + burst holds in every window.
 */

/** Tokens are taken at most this long ahead; a small burst allows less. */
const AHEAD_MS = 500;

export type RateAsk = {
  /** Requests that met the limit since the last report. */
  readonly offered: number;
  /** Tokens that requests wait for. */
  readonly take: number;
  /** Requests a second lately. */
  readonly demand: number;
  /** Tokens taken before and not used. */
  readonly held: number;
  /** The limit as the customer's facts have it: what an object does by itself follows it. */
  readonly limit: RateLimit | null;
};

export type RateGrant = {
  readonly tokens: number;
  readonly ratePerS: number;
  readonly burst: number;
  /** How long tokens may be kept. */
  readonly aheadMs: number;
  readonly retryMs: number;
  /** The object has no share, core cannot be asked for one, and the plan says to refuse then. */
  readonly unknown: boolean;
};

const UNKNOWN: RateGrant = {
  tokens: 0,
  ratePerS: 0,
  burst: 0,
  aheadMs: 0,
  retryMs: 0,
  unknown: true,
};

/** How long ahead isolates may take tokens: never more than half of the burst in all. */
export function aheadMs(rate: Rate): number {
  const { share } = rate;
  if (!share || share.central || share.ratePerS <= 0) return 0;
  return Math.min(AHEAD_MS, Math.floor((share.burst / 2 / share.ratePerS) * 1_000));
}

/** An isolate's question, or null when it needs nothing. `offered` is what it counted itself. */
export function rateAsk(
  rate: Rate | null,
  of: { offered: number; limit: RateLimit | null; now: number },
): RateAsk | null {
  if (!rate) return null;
  const report = reportOf(rate, '', of.now);
  if (!report && of.offered === 0) return null;
  const held = rate.share?.central ? Math.max(0, Math.floor(rate.tokens)) : 0;
  const { offered, limit } = of;
  return { offered, take: rate.take, demand: rate.demand, held, limit };
}

/** The object's answer. `isolates` share what may be taken ahead; `away`: core cannot be asked. */
export function giveTokens(
  rate: Rate,
  ask: RateAsk,
  of: { isolates: number; away: boolean; now: number },
): RateGrant {
  const { now } = of;
  checkRate(rate, now);
  if (of.away && ask.limit && checkRateAlone(rate, ask.limit, now) === 'unknown') return UNKNOWN;
  const { share } = rate;
  const ahead = aheadMs(rate);
  const ratePerS = share?.ratePerS ?? 0;
  const hoard = (ratePerS * ahead) / 1_000;
  if (share && !share.central) {
    rate.tokens = Math.min(rate.tokens, Math.max(1, share.burst - hoard));
  }
  const part = Math.floor(hoard / Math.max(1, of.isolates));
  const wish = Math.min(part, Math.ceil((ask.demand * ahead) / 1_000)) - ask.held;
  const tokens = Math.max(0, Math.min(Math.floor(rate.tokens), Math.max(ask.take, wish)));
  rate.tokens -= tokens;
  const untilNext = ratePerS > 0 ? Math.ceil(((1 - rate.tokens) * 1_000) / ratePerS) : 0;
  // Past the limit an isolate asks a few times a second for what has gathered, not for each token.
  const local = Math.max(untilNext, Math.floor(ahead / 5));
  const retryMs = share?.central === false ? local : Math.max(0, rate.nextAt - now);
  const burst = share?.burst ?? 0;
  return {
    tokens,
    ratePerS,
    burst,
    aheadMs: ahead,
    retryMs: tokens > 0 ? 0 : Math.max(0, retryMs),
    unknown: false,
  };
}

/** Whether core has to be asked before the object can answer. */
export function needsCore(rate: Rate, ask: RateAsk, now: number): boolean {
  if (ask.take === 0 || checkRate(rate, now) !== 'ask') return false;
  for (let i = 0; i < ask.take; i++) askRate(rate);
  return true;
}

/** An isolate takes in what it was given for a question asked at `sentAt`, core time. */
export function takeTokens(
  rate: Rate,
  grant: RateGrant,
  at: { sentAt: number; now: number },
): void {
  const { tokens, burst, retryMs } = grant;
  if (grant.unknown) {
    dropShare(rate);
    rate.take = 0;
    rate.nextAt = 0;
    return;
  }
  const share = { customer: '', burst, tokens, central: true, retry_in_ms: retryMs };
  // Any rate but 0: that means that core gives nothing to anybody for a second.
  takeShare(rate, { ...share, rate: Math.max(grant.ratePerS, 1e-9) }, at);
}

/** Tokens that were taken too long ago lapse: others have had them in the bucket's count since. */
export function lapse(rate: Rate, keepMs: number, now: number): void {
  if (rate.share?.central && now - rate.share.renewedAt > keepMs) rate.tokens = 0;
}
