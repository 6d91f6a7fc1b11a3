import type { Query, Sql } from '../kit/database.ts';

/** Fewer whole days ahead than this are a matter for an admin: an insert would find no place. */
export const DAYS_AHEAD_MIN = 7;

export type LedgerDays = { oldest_day: string | null; bytes: number; days_ahead: number };

/** Which days the ledger has, and what they weigh. */
export async function ledgerDays(sql: Query): Promise<LedgerDays> {
  const [row] = await sql<[LedgerDays]>`
    select min(day)::text as oldest_day,
           coalesce(sum(pg_total_relation_size(place)), 0)::float8 as bytes,
           usage_days_ahead() as days_ahead
      from usage_partitions()`;
  return row;
}

export async function daysAhead(sql: Query): Promise<number> {
  const [row] = await sql<[{ days: number }]>`select usage_days_ahead() as days`;
  return row.days;
}

/** Days of the ledger before this one, oldest first. */
export async function daysBefore(sql: Query, day: string): Promise<string[]> {
  const rows = await sql<{ day: string }[]>`
    select day::text from usage_partitions() where day < ${day}::text::date`;
  return rows.map((row) => row.day);
}

/**
 * Takes one day out of the ledger, with all of its rows: totals, invoices and batches stay. Whoever
 * writes meanwhile waits at most two seconds; then this gives up. Out: the bytes that were freed.
 */
export async function dropDay(sql: Sql, day: string): Promise<bigint> {
  return sql.begin(async (tx) => {
    await tx`set local lock_timeout = '2s'`;
    const [row] = await tx<[{ bytes: bigint }]>`
      select drop_usage_partition(${day}::text::date) as bytes`;
    return row.bytes;
  });
}
