import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Balance,
  checked,
  choose,
  earnRetries,
  isReady,
  mayRetry,
  openBalance,
  readyInS,
  report,
  spendRetry,
} from '../balance.ts';
import { route } from './sample.ts';

const breaker = { failures: 3, open_ms: 10_000 };
const health = {
  ...{ path: '/', interval_ms: 1_000, timeout_ms: 100 },
  ...{ healthy_after: 2, unhealthy_after: 3 },
};
const three = ['a', 'b', 'c'].map((name) => ({ url: `http://${name}.test`, weight: 1 }));
const fact = route({ upstreams: three, circuit_breaker: breaker, health_check: health });
const NOW = 1_000_000;

const pick = (balance: Balance, now = NOW, tried: number[] = []): number | undefined =>
  choose(balance, { tried, now });
const end = (balance: Balance, at: number, how: 'well' | 'failed' | 'left', now = NOW): void =>
  report(balance, at, { end: how, breaker, now });

describe('upstreams take turns by weight', () => {
  test('in every round of any weights each has exactly its part', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.nat(3), (given, rounds) => {
        const upstreams = given.map((weight, at) => ({ url: `http://u${at}.test`, weight }));
        const balance = openBalance(route({ upstreams }), undefined, NOW);
        const counts = given.map(() => 0);
        const total = given.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < total * (rounds + 1); i++) counts[pick(balance)!]! += 1;
        expect(counts).toEqual(given.map((weight) => weight * (rounds + 1)));
      }),
    );
  });

  test('a heavy one does not take all its turns at once', () => {
    const upstreams = [
      { url: 'http://a.test', weight: 5 },
      { url: 'http://b.test', weight: 1 },
      { url: 'http://c.test', weight: 1 },
    ];
    const balance = openBalance(route({ upstreams }), undefined, NOW);
    const order = Array.from({ length: 7 }, () => pick(balance));
    expect(order).toEqual([0, 0, 1, 0, 2, 0, 0]);
  });

  test('a try goes to one that the request has not tried, as long as there is one', () => {
    const balance = openBalance(fact, undefined, NOW);
    const first = pick(balance)!;
    const second = pick(balance, NOW, [first])!;
    const third = pick(balance, NOW, [first, second])!;
    expect(new Set([first, second, third]).size).toBe(3);
    expect(pick(balance, NOW, [0, 1, 2])).toBeDefined();
  });
});

describe('the breaker', () => {
  const failing = (at: number, times: number, balance = openBalance(fact, undefined, NOW)) => {
    for (let i = 0; i < times; i++) end(balance, at, 'failed');
    return balance;
  };
  const picks = (balance: Balance, now = NOW) =>
    new Set(Array.from({ length: 12 }, () => pick(balance, now)));

  test('opens after so many failures in a row, not before', () => {
    expect(picks(failing(1, 2)).has(1)).toBe(true);
    expect(picks(failing(1, 3)).has(1)).toBe(false);
    const between = failing(1, 2);
    end(between, 1, 'well');
    expect(picks(failing(1, 2, between)).has(1)).toBe(true);
  });

  test('lets one request try when its time is over, and the others wait for that one', () => {
    const balance = failing(1, 3);
    const later = NOW + breaker.open_ms;
    expect(picks(balance, later - 1).has(1)).toBe(false);
    const first = Array.from({ length: 12 }, () => pick(balance, later));
    expect(first.filter((at) => at === 1)).toHaveLength(1);
    end(balance, 1, 'well', later);
    expect(picks(balance, later).has(1)).toBe(true);
  });

  test('lets another one try when that one takes long: it may be its client that does', () => {
    const balance = failing(1, 3);
    const later = NOW + breaker.open_ms;
    expect(picks(balance, later).has(1)).toBe(true);
    expect(picks(balance, later + 4_999).has(1)).toBe(false);
    const next = Array.from({ length: 12 }, () => pick(balance, later + 5_000));
    expect(next.filter((at) => at === 1)).toHaveLength(1);
  });

  test('opens again at once when that one fails, and stays half open when it was left', () => {
    const balance = failing(1, 3);
    const later = NOW + breaker.open_ms;
    picks(balance, later);
    end(balance, 1, 'left', later);
    expect(picks(balance, later).has(1)).toBe(true);
    end(balance, 1, 'failed', later);
    expect(picks(balance, later + breaker.open_ms - 1).has(1)).toBe(false);
  });

  test('with all open there is none, and it says when', () => {
    const balance = openBalance(fact, undefined, NOW);
    for (const at of [0, 1, 2]) failing(at, 3, balance);
    expect(isReady(balance, NOW)).toBe(false);
    expect(pick(balance)).toBeUndefined();
    expect(readyInS(balance, NOW + 3_500)).toBe(7);
    expect(isReady(balance, NOW + breaker.open_ms)).toBe(true);
  });

  test('outlives a change of the route, and goes with the setting', () => {
    const balance = failing(1, 3);
    expect(picks(openBalance(fact, balance, NOW)).has(1)).toBe(false);
    const { circuit_breaker: _, ...without } = fact;
    expect(picks(openBalance(without, balance, NOW)).has(1)).toBe(true);
  });
});

describe('checks', () => {
  test('take one out after so many failures in a row, and back after so many passes', () => {
    const balance = openBalance(fact, undefined, NOW);
    const check = (well: boolean) => checked(balance.standings[0]!, { well, now: NOW }, health);
    expect([false, false, true, false, false].map(check)).toEqual(Array(5).fill(false));
    expect(check(false)).toBe(true);
    expect(new Set(Array.from({ length: 9 }, () => pick(balance)))).toEqual(new Set([1, 2]));
    expect([true, false, true].map(check)).toEqual([false, false, false]);
    expect(check(true)).toBe(true);
    expect(new Set(Array.from({ length: 9 }, () => pick(balance))).has(0)).toBe(true);
  });

  test('that fail everywhere are not believed', () => {
    const balance = openBalance(fact, undefined, NOW);
    for (const standing of balance.standings) {
      for (let i = 0; i < 3; i++) checked(standing, { well: false, now: NOW }, health);
    }
    expect(isReady(balance, NOW)).toBe(true);
  });
});

describe('retries', () => {
  test('are no more than their budget of the requests, whatever fails', () => {
    const balance = openBalance(fact, undefined, NOW);
    let retried = 0;
    for (let i = 0; i < 1_000; i++) {
      earnRetries(balance, 20, NOW);
      if (spendRetry(balance)) retried += 1;
    }
    expect(retried).toBeGreaterThanOrEqual(200);
    expect(retried).toBeLessThanOrEqual(210);
  });

  test('a route of little traffic can always retry', () => {
    const balance = openBalance(fact, undefined, NOW);
    for (let i = 1; i <= 100; i++) {
      earnRetries(balance, 1, NOW + i * 1_000);
      expect(spendRetry(balance)).toBe(true);
    }
  });

  const setting = { attempts: 2, statuses: [503], budget_percent: 20 };
  const failed = { method: 'GET', tries: 1, bodyBegun: false, unsent: false, status: undefined };
  test.each([
    ['a GET without an answer', {}, true],
    ['a GET with a status of the list', { status: 503 }, true],
    ['a GET with another status', { status: 500 }, false],
    ['the last attempt', { tries: 3 }, false],
    ['a POST that was sent', { method: 'POST' }, false],
    ['a POST that was not sent', { method: 'POST', unsent: true }, true],
    ['a POST that was answered', { method: 'POST', status: 503 }, false],
    ['a PUT whose body was not begun', { method: 'PUT' }, true],
    ['a PUT whose body was begun', { method: 'PUT', bodyBegun: true }, false],
    ['a body that was begun and not sent', { bodyBegun: true, unsent: true }, false],
    ['a method nobody knows', { method: 'PURGE' }, false],
  ])('%s: %s %s', (_name, more, again) => {
    expect(mayRetry(setting, { ...failed, ...more })).toBe(again);
    expect(mayRetry(undefined, { ...failed, ...more })).toBe(false);
  });
});
