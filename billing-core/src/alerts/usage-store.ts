import type { Query } from '../kit/database.ts';

/** Without a word for so long (ms) a live boot is silent: it syncs about once a second. */
const SILENT_MS = 60_000;

/** Batches that are in the ledger and not in the totals, and the age (s) of the oldest. */
export async function unrolledNow(sql: Query): Promise<{ batches: number; oldestS: number }> {
  const [row] = await sql<{ batches: number; oldest_s: number }[]>`
    select count(*)::int as batches,
           coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float8 as oldest_s
      from usage_batches where roll_number is null`;
  return { batches: row?.batches ?? 0, oldestS: Math.max(0, row?.oldest_s ?? 0) };
}

/** Batches that nobody could read, nor decided about. */
export async function openDeadLetters(sql: Query): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from usage_dead_letters where resolved_at is null`;
  return row?.count ?? 0;
}

export type Boots = {
  live: number;
  /** Of these, how many have not been heard of for a minute. */
  silent: number;
  /** How far (s) behind `now` the one furthest behind is. */
  lagS: number;
};

/** Boots that have not ended. `now`: core's time, ms, which their watermarks are in. */
export async function bootsNow(sql: Query, now: number): Promise<Boots> {
  const [row] = await sql<{ live: number; silent: number; until: number | null }[]>`
    select count(*)::int as live,
           (count(*) filter (where last_seen_at
             < clock_timestamp() - ${SILENT_MS} * interval '1 millisecond'))::int as silent,
           min(case when watermark = 0 then extract(epoch from started_at) * 1000
                    else watermark end)::float8 as until
      from boots where state = 'live'`;
  const { live = 0, silent = 0, until = null } = row ?? {};
  return { live, silent, lagS: until === null ? 0 : Math.max(0, (now - until) / 1_000) };
}
