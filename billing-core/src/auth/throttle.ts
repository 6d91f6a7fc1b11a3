import type { Query } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';

/** At most `max` attempts in a window of `windowMs` that begins with the first. */
export type Rule = { max: number; windowMs: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Per client address, and per account so that many addresses cannot share out one guessing. */
export const RULES = {
  'sign-in:client': { max: 30, windowMs: MINUTE_MS },
  'sign-in:account': { max: 10, windowMs: 5 * MINUTE_MS },
  'sign-up:client': { max: 20, windowMs: 10 * MINUTE_MS },
  'reset-request:client': { max: 10, windowMs: 10 * MINUTE_MS },
  'reset-request:account': { max: 3, windowMs: 10 * MINUTE_MS },
  'reset:client': { max: 10, windowMs: 10 * MINUTE_MS },
  // A code of an app is taken once: somebody may have looked over a shoulder.
  'second-factor:code': { max: 1, windowMs: 2 * MINUTE_MS },
  // Before a code is looked at: the library counts afterwards, and many at once would all be tried.
  'second-factor:account': { max: 10, windowMs: 15 * MINUTE_MS },
  'two-factor:account': { max: 20, windowMs: 5 * MINUTE_MS },
  // Letters to whom anybody names.
  'invite:customer': { max: 50, windowMs: HOUR_MS },
  'invite:address': { max: 10, windowMs: 24 * HOUR_MS },
  'invitation:client': { max: 60, windowMs: 10 * MINUTE_MS },
} as const satisfies Record<string, Rule>;

export type Throttled = keyof typeof RULES;
type Attempt = { what: Throttled; who: string; now: number };

/**
 * Counts an attempt by `who` at `now` (ms); throws too_many_requests past the rule. One statement,
 * so that attempts in parallel are all counted, by whichever core they come in.
 */
export async function throttle(sql: Query, { what, who, now }: Attempt): Promise<void> {
  const { max, windowMs } = RULES[what];
  const [row] = await sql<[{ count: number; started_at: bigint }]>`
    insert into rate_limits as limits (key, count, started_at)
    values (${`${what}|${who}`}, 1, ${now})
    on conflict (key) do update set
      count = case when limits.started_at <= ${now - windowMs} then 1
                   else least(limits.count, ${max}) + 1 end,
      started_at = case when limits.started_at <= ${now - windowMs} then ${now}
                        else limits.started_at end
    returning count, started_at`;
  if (row.count <= max) return;
  const retryAfter = Math.max(1, Math.ceil((Number(row.started_at) + windowMs - now) / 1_000));
  throw new Fault('too_many_requests', { detail: 'Too many attempts; wait a while', retryAfter });
}

/** Forgets the attempts of someone who has proved who they are. */
export async function clearThrottle(sql: Query, what: Throttled, who: string): Promise<void> {
  await sql`delete from rate_limits where key = ${`${what}|${who}`}`;
}
