import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claim, judgeOnce, ONCE_MS } from '../../src/usage/once.ts';

const NOW = 10 * ONCE_MS;
const claim = (since: number, request = 'r1', heard = NOW): Claim => ({ since, request, heard });
const T = 5 * ONCE_MS;

describe('a request with a key is', () => {
  test.each([
    ['billed, when nobody had its key', [], 0, T, undefined],
    ['not, at the same moment', [claim(T)], 0, T, 'repeated'],
    ['not, a millisecond before a day is over', [claim(T)], 0, T + ONCE_MS - 1, 'repeated'],
    ['billed, when a day is over', [claim(T)], 0, T + ONCE_MS, undefined],
    ['not, when it was admitted before and comes late', [claim(T)], 0, T - 1, 'repeated'],
    ['not, a millisecond within the day before', [claim(T)], 0, T - ONCE_MS + 1, 'repeated'],
    ['billed, a whole day before', [claim(T)], 0, T - ONCE_MS, undefined],
    ['not, between two', [claim(T), claim(T + ONCE_MS)], 0, T + ONCE_MS / 2, 'repeated'],
    ['not, where others may be forgotten', [], T - ONCE_MS + 1, T, 'too_late'],
    ['billed, just behind that', [], T - ONCE_MS, T, undefined],
    ['known to repeat one, even there', [claim(T)], T, T, 'repeated'],
  ] as const)('%s', (_name, claims, forgotten, since, unbilled) => {
    const verdict = judgeOnce({ since, request: 'r2' }, { claims, forgotten, now: NOW });
    expect(verdict.unbilled).toBe(unbilled);
    const added = unbilled === undefined ? [claim(since, 'r2')] : [];
    expect(verdict.claims).toEqual([...claims, ...added]);
  });

  test('billed in all its spans, and heard of with each', () => {
    const claims = [claim(T, 'other'), claim(T + ONCE_MS, 'r2', 7)];
    const asked = { since: T + ONCE_MS, request: 'r2' };
    // However much is forgotten meanwhile.
    expect(judgeOnce(asked, { claims, forgotten: NOW, now: NOW })).toEqual({
      claims: [claims[0], claim(T + ONCE_MS, 'r2', NOW)],
    });
  });
});

test('in whatever order: no two billed are within a day, and every other one is near one', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4 * ONCE_MS }), { maxLength: 30 });
  fc.assert(
    fc.property(times, (sinces) => {
      let claims: readonly Claim[] = [];
      const rest: number[] = [];
      for (const [at, since] of sinces.entries()) {
        const asked = { since, request: `r${at}` };
        const verdict = judgeOnce(asked, { claims, forgotten: -ONCE_MS, now: NOW });
        if (verdict.unbilled) rest.push(since);
        claims = verdict.claims;
      }
      const billed = claims.map((one) => one.since).toSorted((a, b) => a - b);
      for (let i = 1; i < billed.length; i++) {
        expect(billed[i]! - billed[i - 1]!).toBeGreaterThanOrEqual(ONCE_MS);
      }
      for (const since of rest) {
        expect(billed.some((other) => Math.abs(other - since) < ONCE_MS)).toBe(true);
      }
      expect(billed.length + rest.length).toBe(sinces.length);
    }),
  );
});
