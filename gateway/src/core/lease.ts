import type { QuotaWindow } from '@tollgate/billing-core/contract/quota-window.ts';

/**
 * What a till holds of one quota window. Exactly: G = S + reserved + available + R; what was
 * used is S + unleased + overdrawn. Core owns G, the till owns R, S travels in batches.
 */
export type Lease = {
  readonly window: QuotaWindow;
  /** Totals count from zero in each generation; core keeps what earlier ones came to. */
  readonly generation: number;
  limit: number;
  /** G, granted by core in all. */
  granted: number;
  /** S, settled. */
  settled: number;
  reserved: number;
  /** Requests that are under way in it, also those that reserve nothing. */
  open: number;
  /** R, returned by the till in all. */
  returned: number;
  /** R as core last acknowledged it. */
  reported: number;
  /** Spent without a lease, while core could not be asked. */
  unleased: number;
  /** Core was asked and has not answered: it may have granted more than is known here. */
  unanswered: boolean;
  overdrawn: number;
  /** Units that no till holds, as core last said. */
  unlent: number;
  /** Core has nothing more until a change after this number; null when it may have. */
  exhaustedAt: bigint | null;
  /** Core time (ms) before which asking is of no use: others were asked to give back. */
  retryAt: number;
  /** How often in a row core was asked for units that others held. */
  vain: number;
  /** Core time (ms) of the last admission that looked at this lease. */
  touchedAt: number;
  /** Units that waiting requests need beyond what is available. */
  short: number;
  /** Units admitted since `rateAt`, for the size of the next lease. */
  spentRecently: number;
  rateAt: number;
  ratePerMs: number;
};

/** What a till asks for: this much of its recent traffic. */
const LEASE_AHEAD_MS = 30_000;
const RATE_WINDOW_MS = 5_000;

type Opening = { window: QuotaWindow; generation: number; limit: number };

export const openLease = ({ window, generation, limit }: Opening, now: number): Lease => ({
  window,
  generation,
  limit,
  granted: 0,
  settled: 0,
  reserved: 0,
  open: 0,
  returned: 0,
  reported: 0,
  unleased: 0,
  unanswered: false,
  overdrawn: 0,
  unlent: limit,
  exhaustedAt: null,
  retryAt: 0,
  vain: 0,
  touchedAt: now,
  short: 0,
  spentRecently: 0,
  rateAt: now,
  ratePerMs: 0,
});

export const available = (lease: Lease): number =>
  lease.granted - lease.settled - lease.reserved - lease.returned;

function noteDemand(lease: Lease, units: number, now: number): void {
  lease.spentRecently += units;
  const elapsed = now - lease.rateAt;
  if (elapsed < RATE_WINDOW_MS) return;
  lease.ratePerMs = lease.spentRecently / elapsed;
  lease.spentRecently = 0;
  lease.rateAt = now;
}

/** Sets units aside for one request. The caller has seen that they are available. */
export function reserve(lease: Lease, units: number, now: number): void {
  lease.reserved += units;
  noteDemand(lease, units, now);
}

/** What one settlement spends: from the reservation, then from the lease, then overdrawn. */
export function settleUnits(
  lease: Lease,
  spend: { reserved: number; actual: number },
): { settled: number; overdrawn: number } {
  const fromReserved = Math.min(spend.actual, spend.reserved);
  lease.reserved -= spend.reserved;
  const more = spend.actual - fromReserved;
  const fromLease = Math.min(more, Math.max(0, available(lease) - fromReserved));
  const settled = fromReserved + fromLease;
  const overdrawn = more - fromLease;
  lease.settled += settled;
  lease.overdrawn += overdrawn;
  // What only the answer told is demand too, or its lease would be topped up unit by unit.
  lease.spentRecently += more;
  return { settled, overdrawn };
}

/**
 * G the till would like: what it holds, and so much of its recent traffic ahead; at least what
 * waiting requests are short of. Whatever an upstream says one request has used: it is a number
 * that core can read, for core refuses one that it cannot.
 */
export function wanted(lease: Lease, now: number, aheadMs = LEASE_AHEAD_MS): number {
  const elapsed = now - lease.rateAt;
  const before = elapsed < 2 * RATE_WINDOW_MS ? lease.ratePerMs : 0;
  const recent = Math.max(before, lease.spentRecently / Math.max(1_000, elapsed));
  const ahead = Math.max(lease.short, Math.ceil(recent * aheadMs));
  const more = Math.max(0, ahead - Math.max(0, available(lease)));
  return Math.min(lease.granted + more, Number.MAX_SAFE_INTEGER);
}

/** Whether the lease should be topped up before it runs dry. */
export function isLow(lease: Lease, now: number, aheadMs = LEASE_AHEAD_MS): boolean {
  if (lease.exhaustedAt !== null || now < lease.retryAt) return false;
  if (lease.short > 0) return true;
  const want = wanted(lease, now, aheadMs) - lease.granted + Math.max(0, available(lease));
  return available(lease) * 2 < want;
}

/**
 * Returns every unit that is not reserved; what waits for units keeps what it is short of. What
 * was spent lately is no reason to ask for them again at once: others had run dry.
 */
export function giveBack(lease: Lease): void {
  lease.returned += Math.max(0, available(lease) - lease.short);
  lease.spentRecently = 0;
  lease.ratePerMs = 0;
}

/** Whether the lease holds nothing, and core knows it: then it can be forgotten. */
export const isSettled = (lease: Lease): boolean =>
  !lease.unanswered &&
  lease.open === 0 &&
  lease.reserved === 0 &&
  lease.reported === lease.returned &&
  available(lease) === 0;
