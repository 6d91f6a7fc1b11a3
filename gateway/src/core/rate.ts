import type { RateReport, RateShare } from '@tollgate/billing-core/contract/sync.ts';

/** A customer's rate limit as its plan has it: for all gateways together. */
export type RateLimit = {
  readonly rate_per_second: number;
  readonly burst: number;
  /** Without a share, while core cannot be asked. */
  readonly on_unreachable: 'admit' | 'refuse';
};

/** This till's part of the limit. Core counts it for longer than the till uses it. */
type Share = {
  ratePerS: number;
  burst: number;
  /** Core holds the bucket, and the till asks for tokens. */
  central: boolean;
  /** Core time (ms) at which the report was sent that renewed it. */
  renewedAt: number;
};

/** How one till keeps to its part of a rate limit. Times are core time in ms. */
export type Rate = {
  share: Share | null;
  /** The limit as it was known last: of a lower one each till keeps its part at once. */
  limit: RateLimit | null;
  tokens: number;
  at: number;
  /** Requests offered since `countedAt`, and a second before that. */
  offered: number;
  offeredAt: number;
  countedAt: number;
  demand: number;
  /** Tokens that waiting requests need of core's bucket; before `nextAt` asking is of no use. */
  take: number;
  /** Of these, how many core was told of. */
  toldTake: number;
  nextAt: number;
  /** Something changed that core must hear: a first need, a share that was lowered. */
  news: boolean;
  reportedDemand: number;
  reportedAt: number;
};

/** `wait`: no token now. `ask`: core must be asked first. */
export type RateCheck = 'ok' | 'wait' | 'ask';

export const SHARE_TTL_MS = 120_000;
const COUNT_MS = 500;
const REPORT_EVERY_MS = 30_000;
const RETRY_MS = 1_000;

export const openRate = (now: number): Rate => ({
  share: null,
  limit: null,
  tokens: 0,
  at: now,
  offered: 0,
  offeredAt: now,
  countedAt: now,
  demand: 0,
  take: 0,
  toldTake: 0,
  nextAt: 0,
  news: false,
  reportedDemand: 0,
  reportedAt: 0,
});

function count(rate: Rate, now: number): void {
  const elapsed = now - rate.countedAt;
  if (elapsed < COUNT_MS) return;
  // The last interval counts as much as all before it: quick to follow, not to jump.
  const latest = (rate.offered / elapsed) * 1_000;
  rate.demand = elapsed > 4 * COUNT_MS ? latest : (rate.demand + latest) / 2;
  rate.offered = 0;
  rate.countedAt = now;
}

function accrue(rate: Rate, now: number): void {
  const { share } = rate;
  if (share && now - share.renewedAt >= SHARE_TTL_MS) rate.share = null;
  if (!rate.share) rate.tokens = 0;
  else if (!rate.share.central) {
    const earned = (Math.max(0, now - rate.at) / 1_000) * rate.share.ratePerS;
    rate.tokens = Math.min(rate.tokens + earned, rate.share.burst);
  }
  rate.at = Math.max(rate.at, now);
}

/**
 * The plan's limit is this now. Where it is lower than before, the part shrinks with it, before
 * core divides anew: parts that added up to at most the old limit add up to at most the new one.
 */
export function keepTo(rate: Rate, limit: RateLimit, now: number): void {
  const was = rate.limit;
  if (was === limit) return;
  rate.limit = limit;
  const perS = was ? limit.rate_per_second / was.rate_per_second : 1;
  const atOnce = was ? limit.burst / was.burst : 1;
  if (perS === 1 && atOnce === 1) return;
  // What was earned until now was earned by the old limit.
  accrue(rate, now);
  const { share } = rate;
  if (!share) return;
  rate.news = true;
  if (share.central) return;
  share.ratePerS *= Math.min(1, perS);
  share.burst *= Math.min(1, atOnce);
  rate.tokens = Math.min(rate.tokens, share.burst);
}

/** Counts a request as demand, admitted or not. Call once a request. */
export function offer(rate: Rate, now: number): void {
  count(rate, now);
  rate.offered += 1;
  rate.offeredAt = now;
}

/** Whether one request may pass. Takes nothing: the caller takes the token when all else fits. */
export function checkRate(rate: Rate, now: number): RateCheck {
  accrue(rate, now);
  if (rate.tokens >= 1) return 'ok';
  if (rate.share && !rate.share.central) return 'wait';
  return now < rate.nextAt ? 'wait' : 'ask';
}

/** One request waits for core: for a share, or for a token of core's bucket. */
export function askRate(rate: Rate): void {
  rate.take += 1;
  rate.news = true;
}

/**
 * Core cannot be asked. A share is good until it expires, a bucket that core holds is out of reach
 * at once; then the plan says what to do. Where it says to admit, the till goes on with the part it
 * last had, or with the whole limit when it never had one: the one time at which tills together can
 * pass a rate limit. Else nothing is known.
 */
export function checkRateAlone(
  rate: Rate,
  limit: RateLimit,
  now: number,
): 'ok' | 'wait' | 'unknown' {
  const last = rate.share;
  accrue(rate, now);
  if (!rate.share || rate.share.central) {
    if (limit.on_unreachable === 'refuse') return 'unknown';
    const alone = last && !last.central ? last : undefined;
    const ratePerS = alone?.ratePerS ?? limit.rate_per_second;
    const burst = alone?.burst ?? limit.burst;
    rate.share = { ratePerS, burst, central: false, renewedAt: now };
    rate.tokens = burst;
    rate.news = true;
  }
  return rate.tokens >= 1 ? 'ok' : 'wait';
}

/** Seconds until one more token can be there, rounded up. */
export function untilToken(rate: Rate, limit: RateLimit, now: number): number {
  if (rate.share?.central || !rate.share?.ratePerS) {
    const waitMs = Math.max(rate.nextAt - now, 1_000 / limit.rate_per_second);
    return Math.max(1, Math.ceil(waitMs / 1_000));
  }
  return Math.max(1, Math.ceil((1 - (rate.tokens % 1)) / rate.share.ratePerS));
}

/** What core should hear now, or null. What it says of its own share is lowered already. */
export function reportOf(rate: Rate, customer: string, now: number): RateReport | null {
  count(rate, now);
  const { share, demand, reportedDemand } = rate;
  const held = share && !share.central ? share : { ratePerS: 0, burst: 0 };
  const pressed = demand > held.ratePerS / 2 && demand > 0;
  const fell = demand < reportedDemand / 2 && reportedDemand > 0.1;
  const due = share !== null && now - rate.reportedAt >= REPORT_EVERY_MS;
  if (!rate.news && !pressed && !fell && !due) return null;
  rate.reportedAt = now;
  rate.news = false;
  rate.reportedDemand = demand;
  rate.toldTake = rate.take;
  const offered = Math.max(demand, rate.take > 0 ? 1 : 0);
  return {
    customer,
    demand: offered,
    rate: held.ratePerS,
    burst: held.burst,
    take: rate.take,
  };
}

/** Takes in core's answer to a report that was sent at `sentAt`. */
export function takeShare(rate: Rate, from: RateShare, times: { sentAt: number; now: number }) {
  accrue(rate, times.now);
  const { central } = from;
  // Core may have answered just before the limit was lowered.
  const ratePerS = Math.min(from.rate, rate.limit?.rate_per_second ?? from.rate);
  const burst = Math.min(from.burst, rate.limit?.burst ?? from.burst);
  const isCut = ratePerS < from.rate || burst < from.burst;
  const lowered = !central && rate.share !== null && ratePerS < rate.share.ratePerS;
  const wasLocal = rate.share !== null && !rate.share.central;
  rate.share = { ratePerS, burst, central, renewedAt: times.sentAt };
  // A share that went over to core takes none of its tokens along.
  if (central && wasLocal) rate.tokens = 0;
  const cap = central ? Number.MAX_SAFE_INTEGER : burst;
  rate.tokens = Math.min(rate.tokens + from.tokens, cap);
  const pause = from.retry_in_ms > 0 ? from.retry_in_ms : from.rate === 0 ? RETRY_MS : 0;
  // Who began to wait behind the report was not asked for: the answer tells nothing of them.
  const answersAll = rate.take <= rate.toldTake;
  rate.nextAt = answersAll && rate.tokens < 1 && pause > 0 ? times.now + pause : 0;
  rate.take = 0;
  // Core counts the larger share until it hears that the till has lowered itself.
  rate.news = lowered || isCut || (central && wasLocal);
}

/** The clock made a step: no token is earned by it, and nothing is older or younger for it. */
export function shiftRate(rate: Rate, ms: number): void {
  rate.at += ms;
  rate.offeredAt += ms;
  rate.countedAt += ms;
  rate.reportedAt += ms;
  rate.nextAt += ms;
  if (rate.share) rate.share.renewedAt += ms;
}

/** Tokens of core's bucket are for those who waited: what is left over is not hoarded. */
export function endTurn(rate: Rate): void {
  if (rate.share?.central) rate.tokens = 0;
}

/** Gives the share up: nobody has asked for a while, or the clocks cannot be trusted. */
export function dropShare(rate: Rate): void {
  // Core must hear it, or it would keep the share for this till until it expires.
  rate.news = rate.share !== null;
  rate.share = null;
  rate.tokens = 0;
  rate.demand = 0;
  rate.offered = 0;
}
