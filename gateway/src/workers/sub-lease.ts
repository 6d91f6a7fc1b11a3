import type { LeaseGrant } from '@tollgate/billing-core/contract/sync.ts';
import { available, isLow, reserve, settleUnits, type Lease } from '../core/lease.ts';
import { totals } from '../core/lending.ts';
import type { Till } from '../core/till.ts';
import type { SubAsk } from './report.ts';

/** What an isolate is lent at most: this much of its recent traffic. */
export const SUB_LEASE_MS = 1_000;

/** Whether an isolate's till should be topped up before it runs dry. */
export const runsDry = (till: Till, now: number): boolean =>
  till.leases
    .values()
    .some((lease) => lease.window.endsAt > now && isLow(lease, now, SUB_LEASE_MS));

/** An isolate's totals for its till object, which cannot know when a window ends. */
export const asksOf = (till: Till, now: number): SubAsk[] =>
  totals(till, now, { aheadMs: SUB_LEASE_MS }).flatMap((told) => {
    const lease = till.leases.get(told.window);
    return lease ? [{ ...told, endsAt: lease.window.endsAt, held: lease.granted }] : [];
  });

export const asksMore = ({ wanted, held }: SubAsk): boolean => wanted > held;

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
  const more = ask.wanted - sub.granted;
  if (!asksMore(ask) || more <= 0) return;
  const give = Math.min(more, left, Math.max(1, Math.floor(left / 2)));
  // Of what core lends then, half is lent on: so much has to be there that it is all of this.
  if (give < more) lease.short = Math.max(lease.short, 2 * (more - give));
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
