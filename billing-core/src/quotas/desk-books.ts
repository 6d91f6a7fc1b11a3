import type { Query, Sql } from '../kit/database.ts';
import { LOCKS } from '../kit/locks.ts';
import { SHARE_HELD_MS, type RateLimit } from './rate-shares.ts';

/** What a desk has to know. */
export type DeskBooks = {
  /** These customers' rate limits; null when this desk may not divide them any more. */
  limits(customers: string[]): Promise<Map<string, RateLimit> | null>;
  /** Boots whose process may hold a share; null when the database may not know all of them. */
  liveBoots(): Promise<LiveBoot[] | null>;
};

/** A boot, the spool it is on, and the number of the last message that was taken in of it. */
export type LiveBoot = { spool: string; boot: string; message: number };

type LimitRow = RateLimit & { customer: string };

/** The rate limits of these customers' live subscriptions. */
async function rateLimits(sql: Query, customers: string[]): Promise<LimitRow[]> {
  if (customers.length === 0) return [];
  return sql<LimitRow[]>`
    select s.customer_id as customer, e.rate_per_second::float8 as rate, e.burst
      from subscriptions s join entitlements e using (plan_version_id)
     where s.customer_id = any(${customers}) and s.grants and e.kind = 'rate_limit'`;
}

const byCustomer = (rows: LimitRow[]): Map<string, RateLimit> =>
  new Map(rows.map(({ customer, rate, burst }) => [customer, { rate, burst }]));

/** A copy of a spool has the gateway's id, and another fingerprint. */
export const spoolName = (gateway: string, fingerprint: string): string =>
  `${gateway}/${fingerprint}`;

async function liveBoots(sql: Query): Promise<LiveBoot[] | null> {
  const held = sql`clock_timestamp() - make_interval(secs => ${SHARE_HELD_MS / 1_000})`;
  // A database that went back does not know them all until every boot of before is over.
  const [row] = await sql<[{ recovering: boolean }]>`
    select exists (select from boots where state = 'live'
                     and recovery < (select max(number) from recoveries)) as recovering`;
  if (row.recovering) return null;
  const rows = await sql<{ gateway: string; fingerprint: string; boot: string; message: number }[]>`
    select gateway_id as gateway, fingerprint, boot_id as boot, last_message::float8 as message
      from boots
     where state = 'live'
       and last_seen_at > ${held}`;
  return rows.map(({ gateway, fingerprint, boot, message }) => ({
    spool: spoolName(gateway, fingerprint),
    boot,
    message,
  }));
}

/** For the only core there is. */
export const booksOfOne = (sql: Sql): DeskBooks => ({
  limits: async (customers) => byCustomer(await rateLimits(sql, customers)),
  liveBoots: () => liveBoots(sql),
});

// A setting of the session that holds the lock: another session does not have it, so whoever
// reads it there knows that the lock was held at that moment.
const mark = (sql: Query) => sql`current_setting('tollgate.rate_desk', true)`;

/**
 * For the core whose session holds the lock. Limits are read on that very session, and with them
 * that it still is the one: a process that was stopped for a while, and whose lock another one
 * has by now, gets no limits and so divides nothing.
 */
export const booksOnLock = (session: Sql, number: number): DeskBooks => ({
  limits: async (customers) => {
    const [[held], rows] = await Promise.all([
      session<[{ number: string | null }]>`select ${mark(session)} as number`,
      rateLimits(session, customers),
    ]);
    return held.number === String(number) ? byCustomer(rows) : null;
  },
  liveBoots: () => liveBoots(session),
});

/** Where the desk is, as far as its holder said, and how long ago. */
export type Standing = { mine: boolean; number: number; address: string; silent_ms: number };

/** Takes the lock for this session if it is free. */
export async function look(session: Sql): Promise<Standing> {
  const [row] = await session<[Standing]>`
    select pg_try_advisory_lock(${LOCKS.rateDesk}) as mine, number::float8 as number, address,
           extract(epoch from clock_timestamp() - renewed_at)::float8 * 1000 as silent_ms
      from rate_desk`;
  return row;
}

/** Begins a term, for the session that holds the lock. Out: its number, larger than any before. */
export async function take(session: Sql, address: string): Promise<number> {
  const [row] = await session<[{ number: number }]>`
    update rate_desk
       set address = ${address}, renewed_at = clock_timestamp(),
           number = greatest(number + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
    returning number::float8 as number`;
  await session`select set_config('tollgate.rate_desk', ${String(row.number)}, false)`;
  return row.number;
}

/** False when this session does not hold the lock for this term. */
export async function renew(session: Sql, number: number): Promise<boolean> {
  const { count } = await session`
    update rate_desk set renewed_at = clock_timestamp()
     where number = ${number} and ${mark(session)} = ${String(number)}`;
  return count === 1;
}

/** Ends the session that holds the lock and was silent for so long, if it is still that one. */
export async function unseat(session: Sql, silentMs: number): Promise<void> {
  await session`
    select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and granted and pid <> pg_backend_pid()
       and database = (select oid from pg_database where datname = current_database())
       and (classid, objid, objsubid) = (0, ${LOCKS.rateDesk}, 1)
       and (select renewed_at < clock_timestamp() - make_interval(secs => ${silentMs / 1_000})
              from rate_desk)`;
}
