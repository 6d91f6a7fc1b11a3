import { quotaWindow, windowAt } from '@tollgate/billing-core/contract/quota-window.ts';
import { expect, test } from 'vitest';
import { openLease } from '../../core/lease.ts';
import { METER } from '../../core/test/sample.ts';
import { openTill, type Till } from '../../core/till.ts';
import { LeaseNews } from '../lease-news.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const bounds = windowAt('month', [], NOW) as { startsAt: number; endsAt: number };

function tillOf(customer: number): Till {
  const till = openTill(`cus_${String(customer).padStart(24, '0')}`);
  const of = { customerId: till.customerId, keyId: null, meterId: METER, kind: 'month' } as const;
  const lease = openLease({ window: quotaWindow(of, bounds), generation: 0, limit: 9 }, NOW);
  till.leases.set(lease.window.id, lease);
  return till;
}
const leaseOf = (till: Till) => [...till.leases.values()][0]!;

function asking(customer: number): Till {
  const till = tillOf(customer);
  leaseOf(till).short = 1;
  return till;
}

function returning(customer: number): Till {
  const till = tillOf(customer);
  Object.assign(leaseOf(till), { granted: 5, returned: 5 });
  return till;
}

test('what requests wait for goes first, and units that come back are told all the same', () => {
  const news = new LeaseNews();
  for (let at = 0; at < 100; at++) news.look(returning(1_000 + at));
  for (let at = 0; at < 100; at++) news.touched(asking(at));
  const sent = news.totals(20, NOW);
  expect(sent).toHaveLength(20);
  expect(sent.filter(({ wanted }) => wanted === 1)).toHaveLength(15);
  expect(sent.filter(({ returned }) => returned === 5)).toHaveLength(5);
});

test('what does not fit into one message is in the next ones, each once', () => {
  const news = new LeaseNews();
  const tills = Array.from({ length: 50 }, (_, at) => asking(at));
  for (const till of tills) news.touched(till);
  const told: string[] = [];
  for (;;) {
    const sent = news.totals(12, NOW);
    if (sent.length === 0) break;
    told.push(...sent.map(({ window }) => window));
    // Core answers before the next message is made.
    for (const till of tills) {
      const lease = leaseOf(till);
      if (sent.some(({ window }) => window === lease.window.id)) {
        Object.assign(lease, { short: 0, granted: 1, unanswered: false });
      }
    }
    expect(told.length).toBeLessThanOrEqual(50);
  }
  expect(new Set(told).size).toBe(50);
});
