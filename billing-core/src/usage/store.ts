import type { BatchHeader, SyncEnvelope, UsageGap } from '../contract/sync.ts';
import type { GatewayCount, UsageColumns } from '../contract/usage-batch.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Tx } from '../kit/database.ts';
import type { OnceEntry } from './once.ts';
import { allTexts, plainArray, sortedRows, textArray } from './array-text.ts';

export type BootState = 'live' | 'sealed' | 'forfeited' | 'written_off';
export type BootRow = {
  gateway_id: string;
  boot_id: string;
  state: BootState;
  next_sequence: bigint;
  /** The last frame that is in a batch of this boot. */
  last_frame: bigint;
  watermark: bigint;
  fingerprint: string;
};
/** As it was before this message, with what the message is to be compared with. */
export type SeenBoot = BootRow & {
  /** How long its own process has not been heard of. */
  silent_ms: number;
  last_message: bigint;
  /** Core had not heard of it. */
  is_new: boolean;
  /** The newest recovery when core first heard of it, and now. */
  recovery: number;
  newest_recovery: number;
  /** No boot of before the newest recovery is live any more. */
  recovered: boolean;
  /** The server has started since core last looked at which one it is, or this is a copy. */
  server_moved: boolean;
};
export type BatchKey = { gateway: string; boot: string; sequence: number };

/** The boot's row, made on first sight and locked: all syncs of one boot pass one by one. */
export async function lockBoot(tx: Tx, from: SyncEnvelope): Promise<SeenBoot> {
  const { gateway, boot, by, message, fingerprint, version, recovery = null } = from;
  // Only its own process keeps a boot alive; whoever ships what it left does not.
  const seen = by === boot ? tx`clock_timestamp()` : tx`'epoch'::timestamptz`;
  await tx`insert into gateways (id) values (${gateway}) on conflict do nothing`;
  const made = await tx`
    insert into boots (gateway_id, boot_id, fingerprint, version, last_seen_at, recovery)
    values (${gateway}, ${boot}, ${fingerprint}, ${version}, ${seen},
            coalesce(${recovery}::bigint, (select max(number) from recoveries)))
    on conflict do nothing`;
  const [row] = await tx<[SeenBoot]>`
    select gateway_id, boot_id, state, next_sequence, last_frame, watermark, fingerprint,
           last_message, recovery::float8 as recovery, newest.number::float8 as newest_recovery,
           not exists (select from boots others
                        where others.state = 'live' and others.recovery < newest.number)
             as recovered,
           newest.server_started_at <> pg_postmaster_start_time()
             or newest.database <> database_identity() as server_moved,
           ${made.count > 0} as is_new,
           extract(epoch from clock_timestamp() - last_seen_at)::float8 * 1000 as silent_ms
      from boots
      cross join (select number, server_started_at, database from recoveries
                   order by number desc limit 1) newest
     where gateway_id = ${gateway} and boot_id = ${boot} for update of boots`;
  // Always a write, so that no answer leaves before the commit is where commits have to be.
  const isOwn = by === boot;
  await tx`update boots
    set last_seen_at = case when ${isOwn} then clock_timestamp() else last_seen_at end,
        last_message = greatest(last_message, ${isOwn ? message : 0}::bigint)
    where gateway_id = ${gateway} and boot_id = ${boot}`;
  return row;
}

/** The boot's row, locked; undefined when no such boot was ever seen. */
export async function findBoot(
  tx: Tx,
  gateway: string,
  boot: string,
): Promise<BootRow | undefined> {
  const [row] = await tx<BootRow[]>`
    select gateway_id, boot_id, state, next_sequence, last_frame, watermark, fingerprint
      from boots where gateway_id = ${gateway} and boot_id = ${boot} for update`;
  return row;
}

/** Moves the dedup state and the watermark on; the watermark never goes back. */
export async function moveBoot(
  tx: Tx,
  boot: BootRow,
  to: { nextSequence: bigint; watermark: number | null; lastFrame?: number },
): Promise<void> {
  await tx`update boots
    set next_sequence = ${to.nextSequence},
        watermark = greatest(watermark, ${to.watermark ?? 0}),
        last_frame = greatest(last_frame, ${to.lastFrame ?? 0})
    where gateway_id = ${boot.gateway_id} and boot_id = ${boot.boot_id}`;
}

// A boot that has ended holds nothing open: its watermark is past every period.
const WATERMARK_INFINITE = 9_223_372_036_854_775_807n;

export async function endBoot(
  tx: Tx,
  boot: BootRow,
  to: { state: Exclude<BootState, 'live'>; inDoubt: number },
): Promise<void> {
  await tx`update boots
    set state = ${to.state}, in_doubt = ${to.inDoubt}, ended_at = clock_timestamp(),
        watermark = ${WATERMARK_INFINITE}
    where gateway_id = ${boot.gateway_id} and boot_id = ${boot.boot_id}`;
}

/** The checksum an applied batch was recorded with, while its row exists. */
export async function batchChecksum(tx: Tx, key: BatchKey): Promise<Buffer | undefined> {
  const [row] = await tx<{ checksum: Buffer }[]>`
    select checksum from usage_batches
     where gateway_id = ${key.gateway} and boot_id = ${key.boot} and sequence = ${key.sequence}
    union all
    select checksum from usage_dead_letters
     where gateway_id = ${key.gateway} and boot_id = ${key.boot} and sequence = ${key.sequence}`;
  return row?.checksum;
}

export async function insertBatch(tx: Tx, key: BatchKey, header: BatchHeader): Promise<void> {
  await tx`insert into usage_batches
    (gateway_id, boot_id, sequence, first_frame, last_frame, entries, checksum, watermark)
    values (${key.gateway}, ${key.boot}, ${key.sequence}, ${header.first_frame},
            ${header.last_frame}, ${header.entries}, ${Buffer.from(header.sha256, 'hex')},
            ${header.watermark})`;
}

export type LedgerRows = {
  columns: UsageColumns;
  /** Of entries of requests that are billed once, by their places. */
  once?: ReadonlyMap<number, OnceEntry> | undefined;
};

const onceNames = (tx: Tx) => tx`, key_hash, request_id, unbilled`;

function onceColumns(tx: Tx, order: readonly number[], once: ReadonlyMap<number, OnceEntry>) {
  const all = order.map((at) => once.get(at));
  return tx`,
           nullif(unnest(${allTexts(all.map((one) => one?.hash ?? ''))}::text[]), ''),
           nullif(unnest(${allTexts(all.map((one) => one?.request ?? ''))}::text[]), ''),
           nullif(unnest(${allTexts(all.map((one) => one?.unbilled ?? ''))}::text[]), '')`;
}

/** Appends the entries of a batch to the ledger and returns how many rows were written. */
export async function insertEntries(
  tx: Tx,
  key: BatchKey,
  { columns: rows, once }: LedgerRows,
): Promise<number> {
  if (rows.customer.length === 0) return 0;
  const order = sortedRows(rows.customer);
  // One set-returning function a column in the select list: rows are made as they are needed,
  // where a table function would first keep them all.
  const result = await tx`
    insert into usage_entries
      (received_day, gateway_id, boot_id, sequence, customer_id, key_id, route_id, route_version,
       meter_id, outcome, minute, billable, requests, quantity${once ? onceNames(tx) : tx``})
    select current_date, ${key.gateway}, ${key.boot}, ${key.sequence}::bigint,
           unnest(${textArray(rows.customer, order)}::text[]),
           unnest(${textArray(rows.key, order)}::text[]),
           unnest(${textArray(rows.route, order)}::text[]),
           unnest(${plainArray(rows.route_version, order)}::integer[]),
           unnest(${textArray(rows.meter, order)}::text[]),
           unnest(${textArray(rows.outcome, order)}::text[]),
           unnest(${plainArray(rows.minute, order)}::bigint[]),
           unnest(${plainArray(rows.billable, order)}::boolean[]),
           unnest(${plainArray(rows.requests, order)}::bigint[]),
           unnest(${plainArray(rows.quantity, order)}::bigint[])
           ${once ? onceColumns(tx, order, once) : tx``}`;
  return result.count;
}

/** How far the clocks of these customers are ahead, ms; those without one are left out. */
export async function clocksAhead(
  tx: Tx,
  customerIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx<{ id: string; clock_ms: bigint }[]>`
    select id, clock_ms from customers where clock_ms > 0 and id = any(${[...customerIds]})`;
  return new Map(rows.map(({ id, clock_ms }) => [id, Number(clock_ms)]));
}

/** When the first subscription of each of these customers began, ms; infinity: there was none. */
export async function firstBegan(
  tx: Tx,
  customerIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx<{ id: string; began: Date | null }[]>`
    select id, (select min(started_at) from subscriptions s where s.customer_id = c.id) as began
      from customers c where id = any(${[...customerIds]})`;
  return new Map(rows.map(({ id, began }) => [id, began?.getTime() ?? Number.POSITIVE_INFINITY]));
}

/** Running totals: the larger one is the newer one, so order and repeats do not matter. */
export async function mergeCounts(tx: Tx, key: BatchKey, counts: GatewayCount[]): Promise<void> {
  if (counts.length === 0) return;
  await tx`
    insert into gateway_counts as kept
      (gateway_id, boot_id, customer_id, meter_id, day, requests, quantity, billable_quantity,
       since_frame)
    select ${key.gateway}, ${key.boot}, c.*
      from unnest(${counts.map((c) => c.customer)}::text[], ${counts.map((c) => c.meter)}::text[],
                  ${counts.map((c) => c.day)}::bigint[], ${counts.map((c) => c.requests)}::bigint[],
                  ${counts.map((c) => c.quantity)}::bigint[],
                  ${counts.map((c) => c.billable)}::bigint[],
                  ${counts.map((c) => c.since ?? 0)}::bigint[]) c
    on conflict (gateway_id, boot_id, customer_id, meter_id, day, since_frame) do update
      set requests = greatest(kept.requests, excluded.requests),
          quantity = greatest(kept.quantity, excluded.quantity),
          billable_quantity = greatest(kept.billable_quantity, excluded.billable_quantity)`;
}

type BootId = Pick<BootRow, 'gateway_id' | 'boot_id'>;

export async function insertGaps(tx: Tx, boot: BootId, gaps: UsageGap[]): Promise<void> {
  if (gaps.length === 0) return;
  await tx`
    insert into usage_gaps (gateway_id, boot_id, reason, first_frame, last_frame)
    select ${boot.gateway_id}, ${boot.boot_id}, g.*
      from unnest(${gaps.map((gap) => gap.reason)}::text[],
                  ${gaps.map((gap) => gap.first_frame)}::bigint[],
                  ${gaps.map((gap) => gap.last_frame)}::bigint[]) g
    on conflict do nothing`;
}

type RefusalCount = SyncEnvelope['refusals'][number];

/**
 * Best effort, at most once: refusals are told apart from usage and never billed. In one order
 * everywhere: gateways meet on these rows.
 */
export async function addRefusals(tx: Tx, refusals: RefusalCount[], now: number): Promise<void> {
  if (refusals.length === 0) return;
  const present = Math.floor(now / MINUTE_MS);
  await tx`
    insert into usage_refusals as kept (customer_id, minute, reason, requests)
    select r.customer_id, r.minute + coalesce(clock_ms, 0) / ${MINUTE_MS}, r.reason,
           sum(r.requests)
      from unnest(${refusals.map((r) => r.customer)}::text[],
                  ${refusals.map((r) => Math.min(r.minute, present))}::bigint[],
                  ${refusals.map((r) => r.reason)}::text[],
                  ${refusals.map((r) => r.requests)}::bigint[])
           as r (customer_id, minute, reason, requests)
      left join customers on customers.id = r.customer_id and clock_ms > 0
     group by 1, 2, 3 order by 1, 2, 3
    on conflict (customer_id, minute, reason) do update
      set requests = kept.requests + excluded.requests`;
}
