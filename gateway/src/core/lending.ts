import type { LeaseGrant, LeaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import { dropShare } from './rate.ts';
import { giveBack, isLow, isSettled, wanted } from './lease.ts';
import type { Till } from './till.ts';

// What a till and core tell each other of leases. Only running totals travel: G, granted, is
// core's; R, returned, is the till's; both only grow, so lost and repeated messages are harmless.

/** Windows of past time are kept this long for requests that are still open. */
export const WINDOW_GRACE_MS = 3_600_000;

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

/**
 * The boot has ended, and with it all that it was lent; leases begin anew in this generation. Gives
 * what was set aside for requests under way, [window, units]: it is spent with the boot that was
 * lent it, whatever becomes of them, because the rest of that boot's units may be lent elsewhere.
 */
export function leaveBoot(till: Till, generation: number): [string, number][] {
  const aside = [...till.leases.values()].filter((lease) => lease.reserved > 0);
  till.leases.clear();
  till.generation = generation;
  if (till.rate) {
    dropShare(till.rate);
    // The next boot never had it: there is nothing to tell.
    till.rate.news = false;
  }
  return aside.map((lease) => [lease.window.id, lease.reserved]);
}

/** Forgets windows that are over and have nothing open; true when the till can be forgotten. */
export function forget(till: Till, now: number): boolean {
  for (const [id, lease] of till.leases) {
    const over = lease.window.endsAt + WINDOW_GRACE_MS <= now;
    if (over && lease.reserved === 0 && lease.open === 0) till.leases.delete(id);
  }
  const holdsRate = till.rate !== null && (till.rate.share !== null || till.rate.news);
  return !holdsRate && [...till.leases.values()].every(isSettled);
}
