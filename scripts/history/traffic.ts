import type { Outcome } from '../../billing-core/src/contract/facts.ts';
import { type RouteName } from './offers.ts';
import type { Person } from './people.ts';
import type { Use } from './seeding-gateway.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TOKENS_A_REQUEST = 420;

/** The same numbers each time (mulberry32). Out: whole numbers below n. */
export function diceOf(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * n);
  };
}

/** Hours in which people work: their names are the hours, UTC. */
const HOURS = [7, 9, 11, 14, 16, 20] as const;
const SHARES = [10, 20, 22, 24, 16, 8] as const;

export type Where = {
  customer: string;
  key: string;
  routes: Readonly<Record<RouteName, string>>;
  tokens: string;
};

type Some = { outcome: Outcome; requests: number };

function outcomesOf({ failing = 0, wrong = 0 }: Person, requests: number): Some[] {
  const failed = Math.round((requests * failing) / 100);
  const bad = Math.round((requests * wrong) / 100);
  const all: Some[] = [
    { outcome: 'ok', requests: requests - failed - bad },
    { outcome: 'server_error', requests: failed },
    { outcome: 'client_error', requests: bad },
  ];
  return all.filter((some) => some.requests > 0);
}

/** How many requests somebody has on a day: fewer at weekends. */
export function requestsOf({ daily }: Person, day: number, dice: (n: number) => number): number {
  const isWeekend = [0, 6].includes(new Date(day).getUTCDay());
  return Math.floor((daily * (80 + dice(41)) * (isWeekend ? 45 : 100)) / 10_000);
}

/**
 * Rows of one person's day (its beginning in ms), in hours after `from` and before `to` (ms).
 * `requests` is what a whole day has.
 */
export function usesOf(
  person: Person,
  where: Where,
  { day, requests, from, to }: { day: number; requests: number; from: number; to: number },
): Use[] {
  return HOURS.flatMap((hour, at) => {
    const begin = day + (hour * DAY_MS) / 24 + at * 7 * MINUTE_MS;
    if (begin < from || begin >= to) return [];
    const share = Math.floor((requests * (SHARES[at] ?? 0)) / 100 / person.routes.length);
    return person.routes.flatMap((route) =>
      outcomesOf(person, share).flatMap((some) => rowsOf(where, { ...some, route, at: begin })),
    );
  });
}

function rowsOf(
  where: Where,
  { outcome, requests, route, at }: Some & { route: RouteName; at: number },
): Use[] {
  const row = {
    customer: where.customer,
    key: where.key,
    route: where.routes[route],
    route_version: 1,
    outcome,
    minute: Math.floor(at / MINUTE_MS),
    billable: outcome === 'ok',
    requests,
  };
  const counted: Use = { ...row, meter: 'mtr_requests', quantity: requests };
  if (route !== 'chat') return [counted];
  const tokens = outcome === 'ok' ? requests * TOKENS_A_REQUEST : 0;
  return [counted, { ...row, meter: where.tokens, quantity: tokens }];
}
