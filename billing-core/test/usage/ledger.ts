import { randomBytes } from 'node:crypto';
import type { Outcome } from '../../src/contract/facts.ts';
import type { Query, Sql } from '../../src/kit/database.ts';

/** A row of the ledger; what a test does not care about is filled in. */
export type Entry = {
  customer_id: string;
  key_id?: string;
  route_id?: string;
  meter_id?: string;
  outcome?: Outcome;
  minute?: number;
  billable?: boolean;
  requests?: number;
  quantity?: number | bigint;
};
export type BatchId = { gateway: string; boot: string; sequence: number };

const TEXT = { gateway: 'gw_1', boot: 'boot_1' };
/** 2026-03-10 12:00 UTC, in minutes since the epoch. */
export const NOON = Date.UTC(2026, 2, 10, 12) / 60_000;

function rowOf(entry: Entry, id: BatchId) {
  const { requests = 1, outcome = 'ok' } = entry;
  return {
    gateway_id: id.gateway,
    boot_id: id.boot,
    sequence: id.sequence,
    customer_id: entry.customer_id,
    key_id: entry.key_id ?? 'key_a',
    route_id: entry.route_id ?? 'rte_a',
    route_version: 1,
    meter_id: entry.meter_id ?? 'mtr_requests',
    outcome,
    minute: entry.minute ?? NOON,
    billable: entry.billable ?? outcome === 'ok',
    requests,
    quantity: String(entry.quantity ?? requests),
  };
}

/** A ledger that is filled by SQL alone, batch after batch, on any connection. */
export function ledger(sql: Sql) {
  let sequence = 0;
  const append = async (query: Query, entries: Entry[], of: Partial<BatchId> = {}) => {
    sequence += 1;
    const id = { ...TEXT, sequence, ...of };
    await query`
      insert into usage_batches (gateway_id, boot_id, sequence, first_frame, last_frame, entries,
                                 checksum, watermark)
      values (${id.gateway}, ${id.boot}, ${id.sequence}, 0, ${entries.length}, ${entries.length},
              ${randomBytes(32)}, 0)`;
    for (const entry of entries) {
      const row = { ...rowOf(entry, id), received_day: query`current_date` };
      await query`insert into usage_entries ${query(row as never)}`;
    }
    return id;
  };
  return {
    /** One batch in a transaction of its own. */
    batch: (entries: Entry[], of?: Partial<BatchId>) => sql.begin((tx) => append(tx, entries, of)),
    /** One batch in the caller's transaction. */
    append,
  };
}

type Sums = { customer_id: string; requests: string; quantity: string; billable: string };

const sums = (query: Query, table: string) => query<Sums[]>`
  select customer_id, sum(requests)::text as requests, sum(quantity)::text as quantity,
         coalesce(sum(quantity) filter (where billable), 0)::text as billable
    from ${query(table)} group by 1 order by 1`;

/** The same sums over the ledger, the minutes and the hours: they must be equal. */
export async function books(sql: Sql) {
  const [entries, minutes, hours] = await Promise.all([
    sums(sql, 'usage_entries'),
    sums(sql, 'usage_rollups'),
    sums(sql, 'usage_hours'),
  ]);
  return { ledger: [...entries], minutes: [...minutes], hours: [...hours] };
}
