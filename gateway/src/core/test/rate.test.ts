import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RateShare } from '@tollgate/billing-core/contract/sync.ts';
import {
  askRate,
  checkRate,
  checkRateAlone,
  dropShare,
  endTurn,
  keepTo,
  offer,
  openRate,
  reportOf,
  shiftRate,
  SHARE_TTL_MS,
  takeShare,
  untilToken,
  type Rate,
} from '../rate.ts';
import { rateLimit } from './sample.ts';

const NOW = 1_790_000_000_000;

const LIMIT = rateLimit(10, 20);
const none = { customer: 'cus', rate: 0, burst: 0, tokens: 0, central: false, retry_in_ms: 0 };

function shared(rate: Rate, of: Partial<RateShare>, now = NOW): Rate {
  takeShare(rate, { ...none, ...of }, { sentAt: now, now });
  return rate;
}
const spend = (rate: Rate): void => {
  rate.tokens -= 1;
};

test('no window of time admits more than the share allows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 400 }), { minLength: 5, maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      (gaps, ratePerS, burst) => {
        const rate = shared(openRate(NOW), { rate: ratePerS, burst, tokens: burst });
        const admitted: number[] = [];
        let now = NOW;
        for (const gap of gaps) {
          now += gap;
          if (checkRate(rate, now) !== 'ok') continue;
          spend(rate);
          admitted.push(now);
        }
        admitted.forEach((from, first) => {
          admitted.slice(first).forEach((to, more) => {
            expect(more + 1).toBeLessThanOrEqual(((to - from) / 1_000) * ratePerS + burst + 1e-6);
          });
        });
      },
    ),
    { numRuns: 50 },
  );
});

test('without a share core is asked; with one it is not', () => {
  const rate = openRate(NOW);
  expect(checkRate(rate, NOW)).toBe('ask');
  shared(rate, { rate: 5, burst: 2, tokens: 2 });
  expect(checkRate(rate, NOW)).toBe('ok');
  spend(rate);
  spend(rate);
  expect(checkRate(rate, NOW)).toBe('wait');
  expect(untilToken(rate, LIMIT, NOW)).toBe(1);
});

test('a lowered share clips the bucket at once and is confirmed; a raised one starts empty', () => {
  const rate = shared(openRate(NOW), { rate: 10, burst: 20, tokens: 20 });
  shared(rate, { rate: 2, burst: 3 });
  expect(rate.tokens).toBe(3);
  expect(reportOf(rate, 'cus', NOW)).toMatchObject({ rate: 2, burst: 3 });
  shared(rate, { rate: 8, burst: 15 });
  expect(rate.tokens).toBe(3);
});

test('a share ends 120 s after its report was sent, however late the answer', () => {
  const rate = openRate(NOW);
  const times = { sentAt: NOW, now: NOW + 5_000 };
  takeShare(rate, { ...none, rate: 5, burst: 5, tokens: 5 }, times);
  expect(checkRate(rate, NOW + SHARE_TTL_MS - 1)).toBe('ok');
  expect(checkRate(rate, NOW + SHARE_TTL_MS)).toBe('ask');
  expect(rate.tokens).toBe(0);
});

test("tokens of core's bucket are for those who wait, and asking pauses until there is one", () => {
  const rate = openRate(NOW);
  askRate(rate);
  expect(reportOf(rate, 'cus', NOW)).toMatchObject({ rate: 0, burst: 0, take: 1 });
  shared(rate, { central: true, tokens: 1 });
  expect(checkRate(rate, NOW)).toBe('ok');
  endTurn(rate);
  expect(checkRate(rate, NOW)).toBe('ask');
  shared(rate, { central: true, retry_in_ms: 700 });
  expect(checkRate(rate, NOW + 699)).toBe('wait');
  expect(checkRate(rate, NOW + 700)).toBe('ask');
});

test('who began to wait behind a report is not refused by its answer', () => {
  const rate = openRate(NOW);
  askRate(rate);
  reportOf(rate, 'cus', NOW);
  askRate(rate);
  shared(rate, { central: true, retry_in_ms: 700 });
  expect(checkRate(rate, NOW)).toBe('ask');
});

test('a step of the clock earns no token, and a share gets no older by it', () => {
  const rate = shared(openRate(NOW), { rate: 10, burst: 20 });
  shiftRate(rate, 3_600_000);
  expect(checkRate(rate, NOW + 3_600_000)).toBe('wait');
  expect(checkRate(rate, NOW + 3_600_100)).toBe('ok');
});

test('what is offered is told: rising, falling, and now and then', () => {
  const rate = shared(openRate(NOW), { rate: 10, burst: 10, tokens: 10 });
  for (let i = 0; i < 20; i++) offer(rate, NOW + i * 50);
  expect(reportOf(rate, 'cus', NOW + 1_000)?.demand).toBeGreaterThan(10);
  expect(reportOf(rate, 'cus', NOW + 5_000)).toMatchObject({ demand: 0 });
  expect(reportOf(rate, 'cus', NOW + 6_000)).toBeNull();
  expect(reportOf(rate, 'cus', NOW + 40_000)).not.toBeNull();
});

test('a share that is given up is reported as nothing', () => {
  const rate = shared(openRate(NOW), { rate: 10, burst: 10, tokens: 10 });
  dropShare(rate);
  expect(checkRate(rate, NOW)).toBe('ask');
  expect(reportOf(rate, 'cus', NOW)).toMatchObject({ rate: 0, burst: 0, demand: 0, take: 0 });
});

test('while core cannot be asked a till goes on with its last share, or with the limit', () => {
  const known = shared(openRate(NOW), { rate: 2, burst: 3 });
  expect(checkRateAlone(known, LIMIT, NOW + SHARE_TTL_MS)).toBe('ok');
  expect(known.share).toMatchObject({ ratePerS: 2, burst: 3 });
  const fresh = openRate(NOW);
  expect(checkRateAlone(fresh, LIMIT, NOW)).toBe('ok');
  expect(fresh.share).toMatchObject({ ratePerS: 10, burst: 20 });
});

test('a plan can say that without a share nothing passes; a share is good until it expires', () => {
  const strict = rateLimit(10, 20, 'refuse');
  expect(checkRateAlone(openRate(NOW), strict, NOW)).toBe('unknown');
  const rate = shared(openRate(NOW), { rate: 2, burst: 3, tokens: 1 });
  expect(checkRateAlone(rate, strict, NOW)).toBe('ok');
  spend(rate);
  expect(checkRateAlone(rate, strict, NOW)).toBe('wait');
  expect(checkRateAlone(rate, strict, NOW + SHARE_TTL_MS)).toBe('unknown');
});

test("core's own bucket is out of reach with core: the plan decides at once", () => {
  const central = () => shared(openRate(NOW), { central: true, retry_in_ms: 700 });
  expect(checkRateAlone(central(), rateLimit(10, 20, 'refuse'), NOW)).toBe('unknown');
  const rate = central();
  expect(checkRateAlone(rate, LIMIT, NOW)).toBe('ok');
  expect(rate.share).toMatchObject({ ratePerS: 10, burst: 20, central: false });
});

test.each([
  [0.2, 10, 1],
  [3.5, 0.1, 5],
  [0, 0.1, 10],
])('with %d tokens at %d a second one more is there in %d s', (tokens, perS, seconds) => {
  const rate = shared(openRate(NOW), { rate: perS, burst: 20 });
  rate.tokens = tokens;
  expect(untilToken(rate, LIMIT, NOW)).toBe(seconds);
});

test('a lower limit lowers each part at once, by as much, and core is told', () => {
  const before = rateLimit(200, 40);
  const after = rateLimit(5, 10);
  const parts = [0.1, 0.3, 0.6].map((part) => {
    const rate = openRate(NOW);
    keepTo(rate, before, NOW);
    const share = { rate: 200 * part, burst: 40 * part };
    return shared(rate, { ...share, tokens: share.burst });
  });
  for (const rate of parts) {
    // Next to nothing is asked for: nobody would speak of the part for half a minute.
    offer(rate, NOW);
    keepTo(rate, after, NOW + 100);
    expect(reportOf(rate, 'cus', NOW + 100)).not.toBeNull();
  }
  const sum = (of: (rate: Rate) => number): number => parts.reduce((all, one) => all + of(one), 0);
  expect(sum(({ share }) => share?.ratePerS ?? 0)).toBeCloseTo(5);
  expect(sum(({ share }) => share?.burst ?? 0)).toBeCloseTo(10);
  expect(sum(({ tokens }) => tokens)).toBeLessThanOrEqual(10 + 1e-9);
});

test('what the old limit earned is kept up to the new burst; a raise brings nothing', () => {
  const rate = openRate(NOW);
  keepTo(rate, rateLimit(10, 20), NOW);
  shared(rate, { rate: 10, burst: 20, tokens: 1 });
  keepTo(rate, rateLimit(10, 2), NOW + 1_000);
  expect(rate.tokens).toBe(2);
  keepTo(rate, rateLimit(1_000, 200), NOW + 1_000);
  expect([rate.tokens, rate.share?.ratePerS, rate.share?.burst]).toEqual([2, 10, 2]);
  expect(reportOf(rate, 'cus', NOW + 1_000)).toMatchObject({ rate: 10, burst: 2 });
});

test('an answer of before the limit was lowered raises no part above it', () => {
  const rate = openRate(NOW);
  keepTo(rate, rateLimit(5, 10), NOW);
  shared(rate, { rate: 200, burst: 40, tokens: 40 });
  expect(rate.share).toMatchObject({ ratePerS: 5, burst: 10 });
  expect(rate.tokens).toBe(10);
  expect(reportOf(rate, 'cus', NOW)).toMatchObject({ rate: 5, burst: 10 });
});
