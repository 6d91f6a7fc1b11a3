import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quotaWindow, utcWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import type { Hold } from '../../ports.ts';
import type { RateShare } from '@tollgate/billing-core/contract/sync.ts';
import { available, type Lease } from '../lease.ts';
import { takeShare } from '../rate.ts';
import { acknowledge, forget, giveBackIdle, grant, recall, reopen, totals } from '../lending.ts';
import { admit, admitUnreachable, openTill, settle, type Till } from '../till.ts';
import { CUSTOMER, FAILED, keyFact, METER, OK, rateLimit, request, route } from './sample.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MONTH = { customerId: CUSTOMER, keyId: null, meterId: METER, kind: 'month' } as const;
const WINDOW = quotaWindow(MONTH, utcWindow('month', NOW)).id;
const leaseIn = (till: Till): Lease => till.leases.get(WINDOW) as Lease;

function lend(
  till: Till,
  granted: number,
  more: { exhausted?: boolean; unlent?: number; retryMs?: number } = {},
) {
  const { exhausted = false, unlent = 0 } = more;
  const retry_in_ms = more.retryMs ?? null;
  const lent = { window: WINDOW, generation: 0, granted, limit: 100, unlent, exhausted };
  grant(till, { ...lent, retry_in_ms }, { asOf: 7n, now: NOW });
}

function share(till: Till, of: Partial<RateShare>, now = NOW): void {
  if (!till.rate) throw new Error('no rate limit was met yet');
  const none = { rate: 0, burst: 0, tokens: 0, central: false, retry_in_ms: 0 };
  takeShare(till.rate, { customer: CUSTOMER, ...none, ...of }, { sentAt: now, now });
}

function holdOf(till: Till, now = NOW): Hold {
  const answer = admit(till, request(), now);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  return answer.hold;
}

describe('quota', () => {
  test('a cold till asks; once lent it admits exactly what it was lent', () => {
    const till = openTill(CUSTOMER);
    expect(admit(till, request(), NOW)).toEqual({ kind: 'ask', windows: [WINDOW] });
    lend(till, 3);
    for (let i = 0; i < 3; i++) expect(admit(till, request(), NOW).kind).toBe('admitted');
    expect(admit(till, request(), NOW).kind).toBe('ask');
  });

  test('an exhausted window refuses at once, with its reset, until a change reopens it', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 0, { exhausted: true });
    const answer = admit(till, request(), NOW);
    expect(answer).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'quota_exceeded', violated: ['requests-month'] },
    });
    const retry = answer.kind === 'refused' ? answer.refusal.retryAfterS : 0;
    expect(retry).toBe((Date.UTC(2026, 11, 1) - NOW) / 1_000);
    reopen(till, 8n);
    expect(admit(till, request(), NOW).kind).toBe('ask');
    // An answer that was on its way when the change came does not close it again.
    lend(till, 0, { exhausted: true });
    expect(admit(till, request(), NOW).kind).toBe('ask');
  });

  test('an outcome that is not billed gives its unit back', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 1);
    const record = settle(till, holdOf(till), FAILED);
    expect(record).toMatchObject({ billable: false, spent: [], quantities: [[METER, 1]] });
    expect(available(leaseIn(till))).toBe(1);
    expect(settle(till, holdOf(till), OK).spent).toEqual([[WINDOW, 1, 0, 0]]);
    expect(available(leaseIn(till))).toBe(0);
  });

  test('a cost that the response tells holds its most until then, and gives the rest back', () => {
    const rule = { meter_id: METER, source: 'response_header', selector: 'x-cost' } as const;
    const metering = [{ ...rule, units: 1, max_cost: 30, fallback: 0, max_value: 1_000 }];
    const asks = request({ route: route({ metering }) });
    const till = openTill(CUSTOMER);
    admit(till, asks, NOW);
    lend(till, 70);
    const holds = [0, 1].map(() => admit(till, asks, NOW));
    // Forty of seventy units are free: a third request could cost more than is there.
    expect(admit(till, asks, NOW).kind).toBe('ask');
    const [first, second] = holds.map((answer) => {
      if (answer.kind !== 'admitted') throw new Error(answer.kind);
      return answer.hold;
    });
    const paid = (text: string) => ({ ...OK, readings: [{ text }] });
    expect(settle(till, first!, paid('12')).spent).toEqual([[WINDOW, 12, 0, 0]]);
    expect(available(leaseIn(till))).toBe(28);
    // Above its most: what the lease has left is taken, the rest is overdrawn.
    expect(settle(till, second!, paid('100')).spent).toEqual([[WINDOW, 58, 0, 42]]);
    expect(available(leaseIn(till))).toBe(0);
  });

  test('a refused request takes neither a token nor a unit', () => {
    const till = openTill(CUSTOMER);
    const fact = keyFact({ rate_limit: rateLimit(1, 1) });
    admit(till, request({ fact }), NOW);
    lend(till, 5);
    share(till, { rate: 1, burst: 1, tokens: 1 });
    expect(admit(till, request({ fact }), NOW).kind).toBe('admitted');
    const before = available(leaseIn(till));
    for (let i = 0; i < 10; i++) expect(admit(till, request({ fact }), NOW).kind).toBe('refused');
    expect(available(leaseIn(till))).toBe(before);
    // The refusals did not push the next token away.
    expect(admit(till, request({ fact }), NOW + 1_000).kind).toBe('admitted');
  });

  test('a request that costs more than the whole limit is refused, not waited for', () => {
    const till = openTill(CUSTOMER);
    const metering = [{ meter_id: METER, source: 'request_bytes' as const, units: 1 }];
    const large = request({ route: route({ metering }), requestBytes: 101 });
    expect(admit(till, large, NOW)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'quota_exceeded' },
    });
  });

  test('what only the response tells is overdrawn when the lease does not hold it', () => {
    const till = openTill(CUSTOMER);
    const metering = [{ meter_id: METER, source: 'response_bytes', units: 1 }] as const;
    const bytes = request({ route: route({ metering: [...metering] }) });
    admit(till, bytes, NOW);
    lend(till, 4);
    const answer = admit(till, bytes, NOW);
    if (answer.kind !== 'admitted') throw new Error(answer.kind);
    expect(settle(till, answer.hold, OK).spent).toEqual([[WINDOW, 4, 0, 6]]);
    expect(admit(till, bytes, NOW).kind).toBe('ask');
  });

  test('the window is that of admission, also for a request that ends in the next', () => {
    const till = openTill(CUSTOMER);
    const lastMs = Date.UTC(2026, 11, 1) - 1;
    admit(till, request(), lastMs);
    lend(till, 1);
    const hold = holdOf(till, lastMs);
    expect(admit(till, request(), lastMs + 1).kind).toBe('ask');
    expect(forget(till, lastMs + 10 * 3_600_000)).toBe(false);
    expect(settle(till, hold, OK).spent).toEqual([[WINDOW, 1, 0, 0]]);
  });
});

describe('while core cannot be asked', () => {
  test('a till goes on with its lease, then a hard quota refuses', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 1);
    expect(admitUnreachable(till, request(), NOW).kind).toBe('admitted');
    expect(admitUnreachable(till, request(), NOW)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'quota_unverifiable', retryAfterS: 1 },
    });
  });

  test('a quota that says so admits, and what it admits is counted as unleased', () => {
    const till = openTill(CUSTOMER);
    const [quota] = keyFact().customer.quotas;
    if (!quota) throw new Error('no quota');
    const fact = keyFact({ quotas: [{ ...quota, on_unreachable: 'admit' }] });
    const answer = admitUnreachable(till, request({ fact }), NOW);
    if (answer.kind !== 'admitted') throw new Error(answer.kind);
    expect(settle(till, answer.hold, OK).spent).toEqual([[WINDOW, 0, 1, 0]]);
    expect(leaseIn(till)).toMatchObject({ granted: 0, settled: 0, reserved: 0, unleased: 1 });
  });
});

describe('giving back', () => {
  test('a recall returns what is not reserved, and says so until core knows', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 10);
    const hold = holdOf(till);
    recall(till, WINDOW);
    expect(available(leaseIn(till))).toBe(0);
    const [said] = totals(till, NOW);
    expect(said).toMatchObject({ returned: 9 });
    if (!said) throw new Error('nothing was said');
    acknowledge(till, said);
    lend(till, 10);
    settle(till, hold, OK);
    expect(leaseIn(till)).toMatchObject({ granted: 10, settled: 1, reserved: 0, returned: 9 });
  });

  test('who was recalled does not ask for the units again unless a request needs them', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 10);
    for (let i = 0; i < 5; i++) settle(till, holdOf(till), OK);
    recall(till, WINDOW);
    expect(totals(till, NOW)).toMatchObject([{ wanted: 10, returned: 5 }]);
    admit(till, request(), NOW);
    expect(totals(till, NOW)).toMatchObject([{ wanted: 11 }]);
  });

  test('who was told to wait for others asks again only then', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 0, { retryMs: 250 });
    admit(till, request(), NOW);
    expect(totals(till, NOW + 249)).toEqual([]);
    expect(totals(till, NOW + 250)).toHaveLength(1);
  });

  test('an idle till gives everything back and is forgotten, but not before core knows', () => {
    const till = openTill(CUSTOMER);
    admit(till, request(), NOW);
    lend(till, 5);
    settle(till, holdOf(till), OK);
    const later = NOW + 60_000;
    expect(forget(till, later)).toBe(false);
    giveBackIdle(till, later);
    expect(forget(till, later)).toBe(false);
    const [said] = totals(till, later);
    expect(said).toMatchObject({ returned: 4 });
    expect(forget(till, later)).toBe(false);
    if (said) acknowledge(till, said);
    lend(till, 5);
    expect(forget(till, later)).toBe(true);
  });
});

type Act = { kind: 'admit' | 'ok' | 'fail' | 'grant' | 'old grant'; units: number };
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('admit' as const, 'admit', 'ok', 'fail', 'grant', 'old grant'),
  units: fc.nat({ max: 5 }),
});

test('G = S + reserved + available + R after every step, and never more than G is used', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
      const till = openTill(CUSTOMER);
      const holds: Hold[] = [];
      let granted = 0;
      let served = 0;
      admit(till, request(), NOW);
      for (const { kind, units } of acts) {
        if (kind === 'grant') lend(till, (granted += units));
        else if (kind === 'old grant') lend(till, Math.max(0, granted - units));
        else if (kind === 'admit') {
          const answer = admit(till, request(), NOW);
          if (answer.kind === 'admitted') holds.push(answer.hold);
        } else {
          const hold = holds.pop();
          if (hold) settle(till, hold, kind === 'ok' ? OK : FAILED);
          if (hold && kind === 'ok') served += 1;
        }
        const lease = leaseIn(till);
        expect(lease.granted).toBe(granted);
        expect(lease.settled + lease.reserved + available(lease) + lease.returned).toBe(granted);
        expect(lease.reserved).toBe(holds.length);
        expect(lease.settled).toBe(served);
        expect(served + holds.length).toBeLessThanOrEqual(granted);
        expect(available(lease)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('a till is not forgotten under a request that has reserved nothing', () => {
  const till = openTill(CUSTOMER);
  const metering = [{ meter_id: METER, source: 'response_bytes', units: 1 }] as const;
  const unknown = request({ route: route({ metering: [...metering] }) });
  admit(till, unknown, NOW);
  lend(till, 5);
  const answer = admit(till, unknown, NOW);
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  recall(till, WINDOW);
  for (const sent of totals(till, NOW)) acknowledge(till, sent);
  lend(till, 5);
  expect(forget(till, NOW)).toBe(false);
  settle(till, answer.hold, OK);
  expect(forget(till, NOW)).toBe(true);
});

test('a till asks ahead in time, and for what is short when requests wait', () => {
  const till = openTill(CUSTOMER);
  for (let i = 0; i < 20; i++) admit(till, request(), NOW);
  expect(totals(till, NOW)).toEqual([{ window: WINDOW, generation: 0, wanted: 20, returned: 0 }]);
  lend(till, 20, { unlent: 80 });
  for (let i = 0; i < 15; i++) admit(till, request(), NOW + i);
  const [more] = totals(till, NOW + 100);
  expect(more?.wanted).toBeGreaterThan(20);
});
