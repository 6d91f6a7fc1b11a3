import { performance } from 'node:perf_hooks';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { meterTotals, readSeries } from '../billing-core/src/usage/reading.ts';
import type { BenchCluster } from './cluster.ts';
import { quantile, shownUsage, watchMachine } from './machine.ts';
import { say } from './say.ts';
import { METERS } from './traffic.ts';

export type ReadOptions = { cluster: BenchCluster; repeats: number };

const ENTRIES = 50_000_000;
const DAYS = 30;
const MINUTES = DAYS * 1_440;
/** Flushes of several gateways in a minute that hold the same combination. */
const ENTRIES_PER_ROLLUP = 20;
const PER_MINUTE = Math.round(ENTRIES / ENTRIES_PER_ROLLUP / MINUTES);
const CUSTOMERS = 400;
const BIG_SHARE = 5; // one of five rollups is the big customer's
const BIG_COMBINATIONS = 60;
const COMBINATIONS = 8;
const FOLD_LAG_MINUTES = 2;
const BAR_MS = 50;
const MINUTE_MS = 60_000;

const customer = (number: number): string => `cus_${String(number).padStart(24, '0')}`;

/**
 * The rows that the roller would have made of the entries, made by SQL at once: minutes first,
 * the hours from them. The keys' indexes are made after, as a restore does it.
 */
async function generate(sql: Sql, firstMinute: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local maintenance_work_mem = '512MB'`;
    await tx`set local work_mem = '256MB'`;
    await tx`alter table usage_rollups drop constraint usage_rollups_pkey`;
    await tx`alter table usage_hours drop constraint usage_hours_pkey`;
    await tx`
      insert into usage_rollups
      select 'cus_' || lpad(who::text, 24, '0'), minute, ${METERS[0]},
             'key_' || lpad((who * 10 + what % 3)::text, 24, '0'),
             'rte_' || lpad((what % 20)::text, 24, '0'),
             case when what % 10 = 9 then 'client_error' else 'ok' end, what % 10 <> 9,
             sum(20 + what), sum(20 + what), 1
        from (select minute,
                     case when n % ${BIG_SHARE} = 0 then 1
                          else 2 + abs(hashint8(minute * 1000 + n)) % ${CUSTOMERS - 1} end as who,
                     case when n % ${BIG_SHARE} = 0
                          then abs(hashint8(minute * 7 + n)) % ${BIG_COMBINATIONS}
                          else abs(hashint8(minute * 13 + n)) % ${COMBINATIONS} end as what
                from generate_series(${firstMinute}::bigint, ${firstMinute + MINUTES - 1}) minute,
                     generate_series(1, ${PER_MINUTE}) n) made
       group by 1, 2, 3, 4, 5, 6, 7`;
    await tx`
      insert into usage_hours
      select customer_id, minute / 60, meter_id, key_id, route_id, outcome, billable,
             sum(requests), sum(quantity), 1 from usage_rollups
       where minute < ${firstMinute + MINUTES - FOLD_LAG_MINUTES} group by 1, 2, 3, 4, 5, 6, 7`;
    await tx`
      insert into usage_totals
      select customer_id, hour, meter_id, outcome, billable, sum(requests), sum(quantity)
        from usage_hours group by 1, 2, 3, 4, 5`;
    await tx`update hour_folds set minute = ${firstMinute + MINUTES - FOLD_LAG_MINUTES}`;
    await tx`alter table usage_rollups add primary key
      (customer_id, minute, meter_id, key_id, route_id, outcome, billable)`;
    await tx`alter table usage_hours add primary key
      (customer_id, hour, meter_id, key_id, route_id, outcome, billable)`;
  });
  await sql`vacuum analyze usage_rollups, usage_hours, usage_totals`;
}

/** Runs a read again and again; tells its times, and its CPU time, which others disturb least. */
async function time(what: string, repeats: number, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  await work();
  const watch = watchMachine();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  const usage = watch();
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(1));
  const cpu = ((usage?.selfMs ?? 0) + (usage?.childrenMs ?? 0)) / repeats;
  const verdict = quantile(times, 0.99) < BAR_MS ? 'under' : 'OVER';
  say(`  ${what}: p50 ${p50}, p99 ${p99}, max ${max} ms; ${cpu.toFixed(1)} ms of CPU`);
  say(`    p99 is ${verdict} the bar of ${BAR_MS} ms; ${shownUsage(usage)}`);
}

/** Times the totals of a period that begins and ends within an hour, as the portal asks them. */
export async function read({ cluster, repeats }: ReadOptions): Promise<void> {
  const sql = openDatabase(cluster.url, 1);
  const now = Math.floor(Date.now() / MINUTE_MS) + 1;
  const from = now - MINUTES;
  const began = performance.now();
  await generate(sql, from);
  const [size] = await sql<[{ minutes: number; hours: number; entries: number }]>`
    select (select count(*)::float8 from usage_rollups) as minutes,
           (select count(*)::float8 from usage_hours) as hours,
           ${MINUTES * PER_MINUTE * ENTRIES_PER_ROLLUP}::float8 as entries`;
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  say(
    `read: rollups of ${(size.entries / 1e6).toFixed(0)} million entries in ${DAYS} days: ` +
      `${size.minutes.toLocaleString('en')} minutes, ${size.hours.toLocaleString('en')} hours ` +
      `(generated in ${seconds} s)`,
  );
  const range = { from: from + 17, to: now, meterId: METERS[0] };
  const totals = (number: number) => () => meterTotals(sql, customer(number), range);
  await time('totals of the period, the biggest customer', repeats, totals(1));
  await time('totals of the period, one of the others', repeats, totals(77));
  const series = (group: 'outcome' | 'key') => () =>
    readSeries(sql, {
      ...range,
      whose: { customerId: customer(1) },
      interval: 'day',
      group,
      keyId: undefined,
      routeId: undefined,
    });
  await time('by day and outcome, the biggest customer', repeats, series('outcome'));
  await time('by day and key, the biggest customer', repeats, series('key'));
  await sql.end();
}
