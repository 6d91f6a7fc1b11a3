import { expect, test } from 'vitest';
import { checked, report } from '../balance.ts';
import { Fleet } from '../fleet.ts';
import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { RouteTable, type CompiledRoute } from '../route.ts';
import { route } from './sample.ts';

const breaker = { failures: 2, open_ms: 10_000 };
const check = {
  ...{ path: '/', interval_ms: 1_000, timeout_ms: 100 },
  ...{ healthy_after: 1, unhealthy_after: 2 },
};
const upstreams = [{ url: 'http://a.test', weight: 1 }];
const watched = { circuit_breaker: breaker, health_check: check };

function compiledOf(more: Partial<RouteFact>): CompiledRoute {
  const { routes } = new RouteTable({ last: '1', routes: [route({ upstreams, ...more })] });
  return routes[0]!;
}

function world(more: Partial<RouteFact> = watched) {
  let now = 1_000_000;
  const fleet = new Fleet(() => now);
  const balance = fleet.of(compiledOf(more))!;
  return {
    fleet,
    pass: (ms: number) => (now += ms),
    end: (how: 'well' | 'failed') => report(balance, 0, { end: how, breaker, now }),
    check: (well: boolean) => checked(balance.standings[0]!, { well, now }, check),
    told: () => fleet.told()[0],
  };
}

test('a breaker is told as closed, open and half open, since it turned', () => {
  const { told, end, pass } = world();
  pass(500);
  expect(told()).toMatchObject({ route: 'rte_1', url: 'http://a.test' });
  expect(told()?.breaker).toEqual({ state: 'closed', for_ms: 500 });
  end('failed');
  end('failed');
  pass(4_000);
  expect(told()?.breaker).toEqual({ state: 'open', for_ms: 4_000 });
  pass(7_000);
  expect(told()?.breaker).toEqual({ state: 'half_open', for_ms: 11_000 });
  // It fails again: it is out since the first time, not since the last try.
  end('failed');
  pass(1_000);
  expect(told()?.breaker).toEqual({ state: 'open', for_ms: 12_000 });
  end('well');
  pass(300);
  expect(told()?.breaker).toEqual({ state: 'closed', for_ms: 300 });
});

test('checks say nothing before the first result that counts', () => {
  const { told, check, pass } = world();
  expect(told()?.checks).toBe(null);
  // One failure of two is no result, and no sign that all is well either.
  check(false);
  expect(told()?.checks).toBe(null);
  check(false);
  pass(700);
  expect(told()?.checks).toEqual({ state: 'failing', for_ms: 700 });
  check(true);
  pass(200);
  check(true);
  expect(told()?.checks).toEqual({ state: 'passing', for_ms: 200 });
});

test('checks that pass from the first one on pass since then', () => {
  const { told, check, pass } = world();
  check(true);
  pass(400);
  check(true);
  expect(told()?.checks).toEqual({ state: 'passing', for_ms: 400 });
});

test.each<[string, Partial<RouteFact>, object | undefined]>([
  ['neither', {}, undefined],
  [
    'checks alone',
    { circuit_breaker: undefined, health_check: check },
    { breaker: null, checks: null },
  ],
  [
    'a breaker alone',
    { circuit_breaker: breaker },
    { breaker: { state: 'closed', for_ms: 0 }, checks: null },
  ],
])('of a route with %s', (_name, more, known) => {
  const fleet = new Fleet(() => 5);
  fleet.of(compiledOf(more));
  if (known === undefined) expect(fleet.told()).toEqual([]);
  else expect(fleet.told()).toEqual([expect.objectContaining(known)]);
});
