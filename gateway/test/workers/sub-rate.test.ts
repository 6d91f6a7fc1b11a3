import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkRate,
  checkRateAlone,
  offer,
  openRate,
  SHARE_TTL_MS,
  takeShare,
  type Rate,
} from '../../src/core/rate.ts';
import {
  aheadMs,
  giveTokens,
  lapse,
  needsCore,
  rateAsk,
  takeTokens,
} from '../../src/workers/sub-rate.ts';

const NOW = 1_000_000;
const share = (rate: number, burst: number, more: Partial<{ central: boolean }> = {}) => ({
  customer: 'cus_1',
  rate,
  burst,
  tokens: burst,
  central: false,
  retry_in_ms: 0,
  ...more,
});

function objectOf(rate: number, burst: number): Rate {
  const object = openRate(NOW);
  takeShare(object, share(rate, burst), { sentAt: NOW, now: NOW });
  return object;
}

/** An isolate that is offered requests at times; gives the times at which it let one pass. */
class IsolateSeat {
  readonly rate = openRate(NOW);
  asks = 0;
  #keepMs = 0;
  #offered = 0;

  request(object: Rate, now: number, isolates: number): boolean {
    offer(this.rate, now);
    this.#offered += 1;
    lapse(this.rate, this.#keepMs, now);
    let check = checkRate(this.rate, now);
    if (check === 'ask') {
      this.rate.take += 1;
      this.rate.news = true;
      const ask = rateAsk(this.rate, { offered: this.#offered, limit: null, now });
      if (!ask) throw new Error('a waiting request asks');
      this.asks += 1;
      this.#offered = 0;
      const given = giveTokens(object, ask, { isolates, away: false, now });
      this.#keepMs = Math.max(given.aheadMs, 1);
      takeTokens(this.rate, given, { sentAt: now, now });
      check = checkRate(this.rate, now);
    }
    if (check !== 'ok') return false;
    this.rate.tokens -= 1;
    return true;
  }
}

/** The most that passed in any window, less what rate x time + burst allows there. */
function excess(passed: number[], rate: number, burst: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < passed.length; from++) {
    for (let to = from; to < passed.length; to++) {
      const allowed = (rate * (passed[to]! - passed[from]!)) / 1_000 + burst;
      most = Math.max(most, to - from + 1 - allowed);
    }
  }
  return most;
}

test('isolates together never pass rate x time + burst, in any window', () => {
  // Volleys with pauses between: tokens are taken ahead in one, and used in the next.
  const volley = fc.record({
    pause: fc.integer({ min: 0, max: 150 }),
    requests: fc.integer({ min: 1, max: 40 }),
    every: fc.integer({ min: 0, max: 4 }),
    seat: fc.nat(2),
  });
  const load = fc.array(volley, { minLength: 10, maxLength: 40 });
  fc.assert(
    fc.property(load, fc.constantFrom([200, 40], [50, 50], [10, 4]), (volleys, [rate, burst]) => {
      const object = objectOf(rate!, burst!);
      const seats = [new IsolateSeat(), new IsolateSeat(), new IsolateSeat()];
      const passed: number[] = [];
      let now = NOW;
      for (const { pause, requests, every, seat } of volleys) {
        now += pause;
        for (let i = 0; i < requests; i++, now += every) {
          if (seats[(seat + (i % 2)) % 3]!.request(object, now, 3)) passed.push(now);
        }
      }
      expect(excess(passed, rate!, burst!)).toBeLessThanOrEqual(1e-6);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['under', 12.5, 0.06],
  ['over', 8, 0.25],
])('%s the limit nearly all of it can be used, and few requests ask', (_, everyMs, part) => {
  const object = objectOf(100, 100);
  const seat = new IsolateSeat();
  const offered = 20_000 / everyMs;
  let passed = 0;
  for (let i = 0; i < offered; i++) {
    if (seat.request(object, NOW + Math.floor(i * everyMs), 1)) passed += 1;
  }
  expect(passed).toBeGreaterThan(0.95 * Math.min(offered, 20 * 100));
  expect(seat.asks).toBeLessThan(part * offered);
});

test('a burst too small to be divided is not taken ahead', () => {
  expect(aheadMs(objectOf(1_000, 1))).toBe(0);
  expect(aheadMs(objectOf(100, 100))).toBe(500);
  expect(aheadMs(objectOf(200, 40))).toBe(100);
});

test('tokens that were kept too long lapse', () => {
  const rate = openRate(NOW);
  const given = { tokens: 5, ratePerS: 10, burst: 10, aheadMs: 500, retryMs: 0, unknown: false };
  takeTokens(rate, given, { sentAt: NOW, now: NOW });
  lapse(rate, 500, NOW + 500);
  expect(rate.tokens).toBe(5);
  lapse(rate, 500, NOW + 501);
  expect(rate.tokens).toBe(0);
});

test('core is asked for what waits when the object has no part of the limit', () => {
  const object = openRate(NOW);
  const ask = { offered: 1, take: 2, demand: 1, held: 0, limit: null };
  expect(needsCore(object, ask, NOW)).toBe(true);
  expect(object.take).toBe(2);
  takeShare(object, share(10, 10), { sentAt: NOW, now: NOW });
  expect(needsCore(object, ask, NOW)).toBe(false);
});

test.each([
  ['admit', true],
  ['refuse', false],
] as const)('without a share and without core the plan decides: %s', (on_unreachable, goesOn) => {
  const object = openRate(NOW);
  const limit = { rate_per_second: 10, burst: 5, on_unreachable };
  const ask = { offered: 1, take: 2, demand: 1, held: 0, limit };
  const given = giveTokens(object, ask, { isolates: 1, away: true, now: NOW });
  expect([given.tokens, given.unknown]).toEqual([goesOn ? 2 : 0, !goesOn]);
  const isolate = openRate(NOW);
  offer(isolate, NOW);
  takeTokens(isolate, given, { sentAt: NOW, now: NOW });
  expect(checkRate(isolate, NOW)).toBe(goesOn ? 'ok' : 'ask');
  expect(checkRateAlone(isolate, limit, NOW)).toBe(goesOn ? 'ok' : 'unknown');
});

test('a share that has not expired is good without core, whatever the plan says', () => {
  const object = objectOf(10, 5);
  const limit = { rate_per_second: 10, burst: 5, on_unreachable: 'refuse' } as const;
  const ask = { offered: 1, take: 2, demand: 1, held: 0, limit };
  const of = { isolates: 1, away: true };
  expect(giveTokens(object, ask, { ...of, now: NOW + SHARE_TTL_MS - 1 }).tokens).toBe(2);
  expect(giveTokens(object, ask, { ...of, now: NOW + SHARE_TTL_MS }).unknown).toBe(true);
});
