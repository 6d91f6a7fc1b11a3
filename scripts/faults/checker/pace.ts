import type { Asked, Served } from './logs.ts';

/** A rate limit: requests a second, and how many at once. */
export type Pace = { perSecond: number; burst: number };

/** A request that passed: it was admitted in this time. Times in ms since the epoch. */
export type Passed = { from: number; until: number };

/** The window in which most passed beyond the limit; `over` is at most 0 when it was kept. */
export type Worst = { over: number; passed: number; ms: number };

/** Of times in whole ms, each may be so much later than it says. */
const ROUNDED_MS = 1;

/** When each request that the upstream saw was admitted: between its asking and its arrival. */
export function passages(asked: readonly Asked[], served: readonly Served[]): Passed[] {
  const askedAt = new Map(asked.map(({ id, at }) => [id, at]));
  return served.map(({ id, at }) => ({ from: askedAt.get(id) ?? at, until: at }));
}

/** The same by the upstream's clock alone, which also sees how long each was on its way. */
export const arrivals = (served: readonly Served[]): Passed[] =>
  served.map(({ at }) => ({ from: at, until: at }));

/**
 * Looks at every window of time, of any length: those that passed within it for certain must be at
 * most the limit's rate for so long, and its burst.
 */
export function worstWindow(passed: readonly Passed[], { perSecond, burst }: Pace): Worst {
  const byEnd = passed.toSorted((a, b) => a.until - b.until);
  const begins = [...new Set(passed.map(({ from }) => from))];
  let worst: Worst = { over: Number.NEGATIVE_INFINITY, passed: 0, ms: 0 };
  for (const begin of begins) {
    let count = 0;
    for (const { from, until } of byEnd) {
      if (from < begin) continue;
      count += 1;
      const ms = until - begin + ROUNDED_MS;
      const over = count - (perSecond * ms) / 1_000 - burst;
      if (over > worst.over) worst = { over, passed: count, ms };
    }
  }
  return worst;
}

/** How many arrived at the upstream in a time, a second. */
export function perSecondIn(served: readonly Served[], from: number, until: number): number {
  const within = served.filter(({ at }) => at >= from && at < until).length;
  return (within * 1_000) / (until - from);
}
