import type { LeaseGrant } from '@tollgate/billing-core/contract/sync.ts';
import {
  available,
  LEASE_AHEAD_MS,
  reserve,
  settleUnits,
  wanted,
  type Lease,
} from '../core/lease.ts';
import { totals } from '../core/lending.ts';
import type { Till } from '../core/till.ts';
import type { SubAsk } from './report.ts';

/** What an isolate is lent at most: this much of its recent traffic. */
export const SUB_LEASE_MS = 1_000;

/** Units the lease should hold ahead: of 30 s of traffic the part that a sub-lease may be. */
function ahead(lease: Lease, now: number): number {
  const held = Math.max(0, available(lease));
  const long = wanted(lease, now) - lease.granted + held;
  return Math.max(lease.short, Math.ceil((long * SUB_LEASE_MS) / LEASE_AHEAD_MS));
}

/** Whether an isolate's till should be topped up before it runs dry. */
export function runsDry(till: Till, now: number): boolean {
  for (const lease of till.leases.values()) {
    if (lease.window.endsAt <= now || lease.exhaustedAt !== null || now < lease.retryAt) continue;
    if (available(lease) * 2 < ahead(lease, now)) return true;
  }
  return false;
}

/** An isolate's totals for its till object. */
export function asksOf(till: Till, now: number): SubAsk[] {
  return totals(till, now).flatMap(({ window, generation, wanted: want, returned }) => {
    const lease = till.leases.get(window);
    if (!lease) return [];
    const held = Math.max(0, available(lease));
    const need = want > lease.granted ? Math.max(0, ahead(lease, now) - held) : 0;
    const { endsAt } = lease.window;
    return [{ window, endsAt, generation, held: lease.granted, returned, need }];
  });
}

/**
 * What the till object knows of one isolate's sub-lease. To the object's own lease it is a
 * reservation: G' - S' - R' of its reserved units.
 */
export type SubLease = {
  readonly isolate: string;
  readonly window: string;
  readonly generation: number;
  granted: number;
  settled: number;
  returned: number;
};

export const outstanding = (sub: SubLease): number => sub.granted - sub.settled - sub.returned;

/**
 * A sub-lease that the object does not know (forfeited, or of an earlier boot): everything the
 * isolate still believes to hold was counted as used then, and stays so.
 */
export const adopted = (isolate: string, ask: SubAsk): SubLease => ({
  isolate,
  window: ask.window,
  generation: ask.generation,
  granted: ask.held,
  settled: ask.held - Math.min(ask.held, ask.returned),
  returned: Math.min(ask.held, ask.returned),
});

/** Takes back what was returned, then lends what is asked for: at most half of what is left. */
export function lend(
  lease: Lease,
  sub: SubLease,
  { ask, now }: { ask: SubAsk; now: number },
): void {
  const back = Math.min(ask.returned - sub.returned, outstanding(sub));
  if (back > 0) {
    settleUnits(lease, { reserved: back, actual: 0 });
    sub.returned += back;
  }
  const left = Math.max(0, available(lease));
  const more = ask.held + ask.need - sub.granted;
  if (ask.need === 0 || more <= 0) return;
  const give = Math.min(more, left, Math.max(1, Math.floor(left / 2)));
  if (give < more) lease.short = Math.max(lease.short, more - give);
  if (give <= 0) return;
  reserve(lease, give, now);
  sub.granted += give;
}

/** What is not settled under a sub-lease will never be: it counts as used. Returns the units. */
export function forfeit(lease: Lease, sub: SubLease): number {
  const units = outstanding(sub);
  settleUnits(lease, { reserved: units, actual: units });
  sub.settled += units;
  return units;
}

/** The object's books after a spend of an isolate: [settled, overdrawn] as core counts. */
export function settleSub(
  lease: Lease | undefined,
  sub: SubLease | undefined,
  spend: { settled: number; overdrawn: number },
): [number, number] {
  if (!lease) return [0, spend.overdrawn];
  // What is over the sub-lease was forfeited before, and is counted already.
  const units = sub ? Math.min(spend.settled, outstanding(sub)) : 0;
  if (sub) sub.settled += units;
  settleUnits(lease, { reserved: units, actual: units });
  const over = settleUnits(lease, { reserved: 0, actual: spend.overdrawn });
  return [units + over.settled, over.overdrawn];
}

/** What an isolate is told of a sub-lease. */
export const grantOf = (lease: Lease, sub: SubLease, now: number): LeaseGrant => {
  const left = Math.max(0, available(lease));
  return {
    window: sub.window,
    generation: sub.generation,
    granted: sub.granted,
    limit: lease.limit,
    unlent: lease.unlent + left,
    exhausted: left === 0 && lease.exhaustedAt !== null,
    retry_in_ms: lease.retryAt > now ? lease.retryAt - now : null,
  };
};
