import type { LeaseGrant, LeaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import { dropShare } from './rate.ts';
import { giveBack, isLow, isSettled, type Lease, wanted } from './lease.ts';
import type { Till } from './till.ts';

// What a till and core tell each other of leases. Only running totals travel: G, granted, is
// core's; R, returned, is the till's; both only grow, so lost and repeated messages are harmless.

/** A window that is over is kept this long, for a clock that is corrected meanwhile. */
export const WINDOW_GRACE_MS = 60_000;

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
  if (from.retry_in_ms === null) lease.vain = 0;
}

/** The longest pause between two questions for units that others hold. */
export const VAIN_PAUSE_MAX_MS = 4_000;

/**
 * Each time that core was asked in vain for a window that others hold it is asked again later: who
 * has not given back within a second is dead, or busy for long. A change says when units are free.
 */
export function askLater(
  till: Till,
  { window, retry_in_ms: pause }: LeaseGrant,
  now: number,
): void {
  const lease = till.leases.get(window);
  if (!lease || pause === null) return;
  const longer = Math.min(pause * 2 ** Math.min(lease.vain, 10), VAIN_PAUSE_MAX_MS);
  lease.retryAt = now + Math.max(pause, longer);
  lease.vain += 1;
}

/** Core time (ms) from which asking for these windows is of use; in the past, or 0, is now. */
export function askableAt(till: Till, windows: readonly string[]): number {
  const times = windows.map((window) => till.leases.get(window)?.retryAt ?? 0);
  return times.length === 0 ? 0 : Math.min(...times);
}

/** Whether core has units of all these that no till holds: it is slow to lend them, no limit. */
export const isUnlent = (till: Till, windows: readonly string[]): boolean =>
  windows.length > 0 && windows.every((window) => (till.leases.get(window)?.unlent ?? 0) > 0);

/** A request does not wait for these after all; that one unit of them is wanted stays known. */
export function waitsNot(till: Till, windows: readonly string[]): void {
  for (const window of windows) {
    const lease = till.leases.get(window);
    if (lease) lease.short = Math.min(lease.short, 1);
  }
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
    lease.vain = 0;
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

export function giveBackIdle(till: Till, now: number, idleMs = LEASE_IDLE_MS): void {
  for (const lease of till.leases.values()) {
    if (now - lease.touchedAt >= idleMs) giveBack(lease);
  }
}

/** Whether core has not heard, or not answered, all that this till has to say of its leases. */
export function hasNews(till: Till): boolean {
  for (const lease of till.leases.values()) {
    if (lease.unanswered || lease.returned !== lease.reported) return true;
  }
  return false;
}

/**
 * The running totals to send: of windows that are low or asked for, or have units to return; at
 * most `max` of them. A question that was not answered is told of again, also when nothing is
 * wanted any more: core may have granted units that the till else never hears of, and that nobody
 * could have while the window lasts. `aheadMs`: how much of its traffic the till would hold.
 */
export function totals(
  till: Till,
  now: number,
  { max = Infinity, aheadMs }: { max?: number; aheadMs?: number } = {},
): LeaseTotals[] {
  const all: LeaseTotals[] = [];
  for (const lease of till.leases.values()) {
    if (all.length >= max) break;
    const asks = lease.window.endsAt > now && isLow(lease, now, aheadMs);
    if (!asks && lease.returned === lease.reported && !lease.unanswered) continue;
    lease.unanswered = true;
    const { window, generation, granted, returned } = lease;
    const want = asks ? wanted(lease, now, aheadMs) : granted;
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

/**
 * Forgets windows that are over and have nothing open; true when the till can be forgotten. One
 * that was asked within `idleMs` for a window that is used up is not: core would be asked again.
 */
export function forget(till: Till, now: number, idleMs = 0): boolean {
  for (const [id, lease] of till.leases) {
    const over = lease.window.endsAt + WINDOW_GRACE_MS <= now;
    if (over && lease.reserved === 0 && lease.open === 0) till.leases.delete(id);
  }
  const holdsRate = till.rate !== null && (till.rate.share !== null || till.rate.news);
  const isNeeded = ({ exhaustedAt, vain, touchedAt }: Lease): boolean =>
    (exhaustedAt !== null || vain > 0) && now - touchedAt < idleMs;
  return !holdsRate && till.leases.values().every((it) => isSettled(it) && !isNeeded(it));
}
