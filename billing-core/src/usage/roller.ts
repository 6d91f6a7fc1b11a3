import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Sql, Tx } from '../kit/database.ts';
import type { Kit } from '../kit/http.ts';
import { folded, foldHours, isRoller } from './fold.ts';
import { forgetClaims } from './once-store.ts';

export const ROLL_BATCHES_MAX = 500;
/** A round takes batches up to here; a single larger batch still goes whole. */
export const ROLL_ENTRIES_MAX = 100_000;
const BACKOFF_MS_MAX = 5_000;
const PARTITIONS_EVERY_MS = 3_600_000;
const PARTITION_DAYS = 16;

type Batch = {
  gateway_id: string;
  boot_id: string;
  sequence: bigint;
  day: string;
  entries: number;
};
type Round = { batches: number; full: boolean };

/** Batches with no roll number, oldest received first, as many as one round may take. */
async function takeUnrolled(tx: Tx): Promise<{ taken: Batch[]; full: boolean }> {
  const waiting = await tx<Batch[]>`
    select gateway_id, boot_id, sequence, received_day::text as day, entries
      from usage_batches where roll_number is null
     order by received_at, gateway_id, boot_id, sequence
     limit ${ROLL_BATCHES_MAX} for update`;
  let entries = 0;
  const over = waiting.findIndex((batch, index) => {
    entries += batch.entries;
    return index > 0 && entries > ROLL_ENTRIES_MAX;
  });
  const taken = over === -1 ? waiting : waiting.slice(0, over);
  return { taken, full: over !== -1 || waiting.length === ROLL_BATCHES_MAX };
}

const keysOf = (tx: Tx, batches: Batch[]) => tx`
  unnest(${batches.map((batch) => batch.gateway_id)}::text[],
         ${batches.map((batch) => batch.boot_id)}::text[],
         ${batches.map((batch) => batch.sequence.toString())}::bigint[])
    as taken (gateway_id, boot_id, sequence)`;

/**
 * Adds the entries of exactly these batches to every total (to the hours, as far as their minute
 * is folded already), and returns how many entries that
 * were. The days are values of the query, so that only their partitions are read; the sums are
 * in the order of the totals' keys, so that neighbours meet on a page that is at hand.
 */
async function addUp(tx: Tx, batches: Batch[], roll: bigint): Promise<number> {
  const days = [...new Set(batches.map((batch) => batch.day))];
  const [row] = await tx<[{ entries: bigint }]>`
    with sums as materialized (
      select customer_id, minute, meter_id, key_id, route_id, outcome, billable,
             sum(requests) as requests, sum(quantity) as quantity, count(*) as entries
        from ${keysOf(tx, batches)} join usage_entries using (gateway_id, boot_id, sequence)
       where received_day = any(${days}::text[]::date[])
       group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7),
    minutes as (
      insert into usage_rollups as kept (customer_id, minute, meter_id, key_id, route_id, outcome,
                                         billable, requests, quantity, last_roll)
      select customer_id, minute, meter_id, key_id, route_id, outcome, billable, requests,
             quantity, ${roll} from sums
      on conflict (customer_id, minute, meter_id, key_id, route_id, outcome, billable) do update
        set requests = kept.requests + excluded.requests,
            quantity = kept.quantity + excluded.quantity,
            last_roll = excluded.last_roll),
    folding as materialized (
      select customer_id, minute / 60 as hour, meter_id, key_id, route_id, outcome, billable,
             sum(requests) as requests, sum(quantity) as quantity, ${roll}::bigint as last_roll
        from sums where minute < (select folds.minute from hour_folds folds)
       group by 1, 2, 3, 4, 5, 6, 7),
    ${folded(tx)},
    -- Up to where the time of customers is over whose clocks are ahead: what comes for it is late.
    -- By itself: drawn into the join it was asked for each sum, and a roll took five times as long.
    clocks as materialized (
      select customer_id, folds.minute + max(clock_ms) / ${MINUTE_MS} as over_until
        from hour_folds folds join customer_clock_moves
             on moved_at <= to_timestamp((folds.minute - 1) * 60) group by 1, folds.minute),
    late as (
      insert into usage_late_hours as kept (customer_id, hour, last_roll)
      select customer_id, hour, last_roll from folding
       union
      select customer_id, minute / 60, ${roll}::bigint from sums join clocks using (customer_id)
       where minute < over_until
      on conflict (customer_id, hour) do update set last_roll = excluded.last_roll),
    customers as (
      insert into usage_last_rolls (customer_id, last_roll)
      select distinct customer_id, ${roll}::bigint from sums
      on conflict (customer_id) do update set last_roll = excluded.last_roll),
    meters as (
      insert into usage_meter_uses as kept (customer_id, meter_id, last_roll, used)
      select customer_id, meter_id, ${roll}::bigint, sum(greatest(quantity, 0))
        from sums where billable group by 1, 2 order by 1, 2
      on conflict (customer_id, meter_id) do update
        set last_roll = excluded.last_roll, used = kept.used + excluded.used),
    uses as (
      insert into usage_last_uses as kept (key_id, minute)
      select key_id, max(minute) from sums group by key_id
      on conflict (key_id) do update set minute = greatest(kept.minute, excluded.minute))
    select coalesce(sum(entries), 0)::bigint as entries from sums`;
  return Number(row.entries);
}

async function stamp(tx: Tx, batches: Batch[], roll: bigint): Promise<void> {
  await tx`
    update usage_batches b set roll_number = ${roll} from ${keysOf(tx, batches)}
     where b.gateway_id = taken.gateway_id and b.boot_id = taken.boot_id
       and b.sequence = taken.sequence`;
}

async function round(sql: Sql): Promise<Round> {
  return sql.begin(async (tx) => {
    if (!(await isRoller(tx))) return { batches: 0, full: false };
    const { taken, full } = await takeUnrolled(tx);
    if (taken.length === 0) return { batches: 0, full: false };
    // A round's sums fit in memory; by default it sorts them on disk.
    await tx`set local work_mem = '64MB'`;
    const [next] = await tx<[{ roll: bigint }]>`select nextval('roll_numbers') as roll`;
    const added = await addUp(tx, taken, next.roll);
    const announced = taken.reduce((sum, batch) => sum + batch.entries, 0);
    // A batch whose entries are elsewhere would be numbered and never counted.
    if (added !== announced) throw new Error(`ledger has ${added} entries of ${announced} batched`);
    await stamp(tx, taken, next.roll);
    return { batches: taken.length, full };
  });
}

/**
 * One transaction that takes batches with no roll number, adds their entries to the totals and
 * numbers them; all of it or nothing. Returns how many batches it rolled: 0 when there are none
 * or another roller is at it.
 */
export async function rollOnce(sql: Sql): Promise<number> {
  return (await round(sql)).batches;
}

/** Makes the ledger's partitions ahead of their days, one core at a time. */
export async function ensurePartitions(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    if (!(await isRoller(tx))) return;
    // Inserts queue behind a waiting lock on the ledger; better to try again in an hour.
    await tx`set local lock_timeout = '2s'`;
    await tx`select ensure_usage_partitions(current_date - 1, ${PARTITION_DAYS})`;
  });
}

export type Roller = {
  /** Ends after the round in progress. */
  stop(): Promise<void>;
};

type RollerKit = Pick<Kit, 'sql' | 'log' | 'clock'>;

async function rollUntil({ sql, log, clock }: RollerKit, everyMs: number, stopped: AbortSignal) {
  let failures = 0;
  let partitionsMadeAt = -Infinity;
  let foldDueAt = 0;
  while (!stopped.aborted) {
    let waitMs = everyMs;
    try {
      // A clock that was ahead, and was put right, must not leave the ledger without a day.
      if (Math.abs(clock() - partitionsMadeAt) >= PARTITIONS_EVERY_MS) {
        await ensurePartitions(sql);
        partitionsMadeAt = clock();
      }
      const { full } = await round(sql);
      if (clock() >= foldDueAt) {
        const more = [await foldHours(sql, clock()), await forgetClaims(sql, clock())].some(
          Boolean,
        );
        foldDueAt = more ? 0 : clock() + MINUTE_MS / 2;
      }
      if (full || foldDueAt === 0) waitMs = 0;
      failures = 0;
    } catch (error) {
      failures += 1;
      waitMs = Math.min(BACKOFF_MS_MAX, everyMs * 2 ** failures);
      log.error({ err: error, failures, retry_in_ms: waitMs }, 'usage roll failed');
    }
    await pause(waitMs, undefined, { signal: stopped }).catch(() => {});
  }
}

/**
 * Rolls usage every `everyMs` until stopped: one round at a time, the next at once after a full
 * one, slower while rounds fail. It outlives restarts of Postgres.
 */
export function startRoller(kit: RollerKit, everyMs = 250): Roller {
  const stop = new AbortController();
  const ended = rollUntil(kit, everyMs, stop.signal);
  return {
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}
