import { quotaWindow, utcWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { available, openLease, type Lease, wanted } from '../../src/core/lease.ts';
import type { SubAsk } from '../../src/workers/report.ts';
import {
  adopted,
  forfeit,
  grantOf,
  lend,
  outstanding,
  settleSub,
  type SubLease,
} from '../../src/workers/sub-lease.ts';

const NOW = Date.UTC(2026, 10, 1);
const WINDOW = quotaWindow(
  {
    customerId: 'cus_000000000000000000000001',
    keyId: null,
    meterId: 'mtr_requests',
    kind: 'month',
  },
  utcWindow('month', NOW),
);

function leaseOf(granted: number): Lease {
  const lease = openLease({ window: WINDOW, generation: 0, limit: 1_000 }, NOW);
  lease.granted = granted;
  return lease;
}
const ask = (more: Partial<SubAsk> = {}): SubAsk => ({
  window: WINDOW.id,
  endsAt: WINDOW.endsAt,
  generation: 0,
  held: 0,
  returned: 0,
  wanted: more.held ?? 0,
  ...more,
});
const stranger = (): SubLease => adopted('iso_1', ask());
const lent = (lease: Lease, sub: SubLease, more: Partial<SubAsk>): void =>
  lend(lease, sub, { ask: ask(more), now: NOW });

test('lends at most half of what is left, and the last unit whole', () => {
  const lease = leaseOf(10);
  const sub = stranger();
  lent(lease, sub, { wanted: 100 });
  expect([sub.granted, available(lease)]).toEqual([5, 5]);
  const last = leaseOf(1);
  const other = stranger();
  lent(last, other, { wanted: 100 });
  expect([other.granted, available(last)]).toEqual([1, 0]);
});

test('core is asked for what lets a whole burst in at once, half of it being lent', () => {
  const lease = leaseOf(0);
  const sub = stranger();
  lent(lease, sub, { wanted: 150 });
  lease.granted = wanted(lease, NOW);
  lent(lease, sub, { wanted: 150 });
  expect(sub.granted).toBe(150);
  const some = leaseOf(40);
  const other = stranger();
  lent(some, other, { wanted: 150 });
  some.granted = wanted(some, NOW);
  lent(some, other, { held: other.granted, wanted: 150 });
  expect(other.granted).toBe(150);
});

test('a question that is asked twice, because its answer was lost, is lent once', () => {
  const lease = leaseOf(100);
  const sub = stranger();
  lent(lease, sub, { wanted: 8 });
  lent(lease, sub, { wanted: 8 });
  expect(sub.granted).toBe(8);
  lent(lease, sub, { held: 8, wanted: 16 });
  expect(sub.granted).toBe(16);
});

test('units come back by running totals, once', () => {
  const lease = leaseOf(100);
  const sub = stranger();
  lent(lease, sub, { wanted: 10 });
  lent(lease, sub, { held: 10, returned: 4 });
  lent(lease, sub, { held: 10, returned: 4 });
  expect([outstanding(sub), lease.reserved, available(lease)]).toEqual([6, 6, 94]);
});

test('what a dead isolate held is used, and what it says later changes nothing', () => {
  const lease = leaseOf(100);
  const sub = stranger();
  lent(lease, sub, { wanted: 10 });
  expect(forfeit(lease, sub)).toBe(10);
  expect([lease.settled, lease.reserved]).toEqual([10, 0]);
  const back = adopted('iso_1', ask({ held: 10, returned: 2 }));
  expect(outstanding(back)).toBe(0);
  expect(settleSub(lease, back, { settled: 3, overdrawn: 0 })).toEqual([0, 0]);
  expect(lease.settled).toBe(10);
});

test('an isolate is told that nothing is left only when core has nothing either', () => {
  const lease = leaseOf(0);
  const sub = stranger();
  expect(grantOf(lease, sub, NOW).exhausted).toBe(false);
  lease.exhaustedAt = 7n;
  expect(grantOf(lease, sub, NOW).exhausted).toBe(true);
});

type Step = { do: 'lend' | 'return' | 'settle' | 'forfeit' | 'again'; who: number; units: number };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('lend', 'return', 'settle', 'forfeit', 'again'),
  who: fc.integer({ min: 0, max: 2 }),
  units: fc.integer({ min: 0, max: 40 }),
});

test('whatever isolates do, G = S + reserved + available + R, and no unit is spent twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lease = leaseOf(100);
      const subs = [0, 1, 2].map(() => stranger());
      const told = [0, 0, 0];
      const gone = [0, 0, 0];
      for (const { do: what, who, units } of steps) {
        const sub = subs[who]!;
        const held = sub.granted;
        if (what === 'lend') lent(lease, sub, { held, returned: told[who]!, wanted: held + units });
        if (what === 'return') {
          told[who] = Math.min(sub.granted - sub.settled, told[who]! + units);
          lent(lease, sub, { held, returned: told[who]! });
        }
        if (what === 'again') lent(lease, sub, { held: 0, returned: 0, wanted: units });
        if (what === 'settle') {
          const spend = Math.min(units, outstanding(sub));
          settleSub(lease, sub, { settled: spend, overdrawn: 0 });
          gone[who]! += spend;
        }
        if (what === 'forfeit') gone[who]! += forfeit(lease, sub);
        const reserved = subs.reduce((sum, each) => sum + outstanding(each), 0);
        expect(lease.reserved).toBe(reserved);
        expect(lease.settled).toBe(gone.reduce((sum, each) => sum + each, 0));
        expect(available(lease)).toBeGreaterThanOrEqual(0);
        expect(lease.settled + lease.reserved + available(lease) + lease.returned).toBe(100);
      }
    }),
  );
});
