// `npm run bench:usage -- [--entries 10000000 --repeats 20]`: what the portal's page Usage asks
// of billing-core, over a ledger of so many rows: charts of each range, and ledger rows.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { usageEntriesQuery, usageQuery } from '../billing-core/src/contract/usage.ts';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { usageEntries } from '../billing-core/src/usage/entries.ts';
import { usageSeries } from '../billing-core/src/usage/query.ts';
import { openCluster } from './cluster.ts';
import { machine, quantile } from './machine.ts';
import { say } from './say.ts';
import { METERS } from './traffic.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '10000000' },
    repeats: { type: 'string', default: '20' },
  },
});
const BAR_MS = 300;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 30;
const MINUTES = DAYS * 1_440;
const CUSTOMERS = 400;
/** Of a minute's rows so many of a hundred are the biggest customer's. */
const BIG_PERCENT = 40;
const BIG = `cus_${'1'.padStart(24, '0')}`;
const OTHER = `cus_${'77'.padStart(24, '0')}`;

/**
 * A batch a minute, with its entries, and the rows that the roller would have made of them. The
 * keys' indexes are made after, as a restore does it.
 */
async function generate(sql: Sql, firstMinute: number): Promise<void> {
  const perMinute = Math.round(Number(values.entries) / MINUTES);
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local work_mem = '256MB'`;
    await tx`set local maintenance_work_mem = '512MB'`;
    await tx`
      select ensure_usage_partitions(current_date - ${DAYS + 1}::integer, ${DAYS + 3}::integer)`;
    await tx`insert into gateways (id) values ('gw_bench')`;
    await tx`insert into boots (gateway_id, boot_id, fingerprint) values ('gw_bench', 'bt_1', '')`;
    await tx`
      insert into customers (id, key_ref, name)
      select 'cus_' || lpad(n::text, 24, '0'), lpad(n::text, 10, '0'), 'Customer ' || n
        from generate_series(1, ${CUSTOMERS}) n`;
    await tx`
      insert into usage_batches (gateway_id, boot_id, sequence, first_frame, last_frame, entries,
                                 checksum, watermark, received_at, received_day, roll_number)
      select 'gw_bench', 'bt_1', minute, minute, minute, ${perMinute}, '', 0,
             to_timestamp(minute * 60), to_timestamp(minute * 60)::date, minute
        from generate_series(${firstMinute}::bigint, ${firstMinute + MINUTES - 1}) minute`;
    await tx`
      insert into usage_entries (received_day, gateway_id, boot_id, sequence, customer_id, key_id,
                                 route_id, route_version, meter_id, outcome, minute, billable,
                                 requests, quantity)
      select to_timestamp(minute * 60)::date, 'gw_bench', 'bt_1', minute,
             'cus_' || lpad(who::text, 24, '0'),
             'key_' || lpad((who * 10 + n % 3)::text, 24, '0'),
             'rte_' || lpad((n % 20)::text, 24, '0'), 1, ${METERS[0]},
             case when n % 10 = 9 then 'client_error' else 'ok' end, minute, n % 10 <> 9,
             20 + n % 7, 20 + n % 7
        from (select minute, n,
                     case when n % 100 < ${BIG_PERCENT} then 1
                          else 2 + abs(hashint8(minute * 1000 + n)) % ${CUSTOMERS - 1} end as who
                from generate_series(${firstMinute}::bigint, ${firstMinute + MINUTES - 1}) minute,
                     generate_series(1, ${perMinute}) n) made`;
    await tx`
      insert into usage_rollups
      select customer_id, minute, meter_id, key_id, route_id, outcome, billable,
             sum(requests), sum(quantity), minute
        from usage_entries group by 1, 2, 3, 4, 5, 6, 7`;
    await tx`
      insert into usage_hours
      select customer_id, minute / 60, meter_id, key_id, route_id, outcome, billable,
             sum(requests), sum(quantity), max(minute)
        from usage_rollups group by 1, 2, 3, 4, 5, 6, 7`;
    await tx`
      insert into usage_totals
      select customer_id, hour, meter_id, outcome, billable, sum(requests), sum(quantity)
        from usage_hours group by 1, 2, 3, 4, 5`;
    await tx`update hour_folds set minute = ${firstMinute + MINUTES}`;
  });
  await sql`set statement_timeout = 0`;
  await sql`vacuum analyze`;
}

/** Asks again and again. Out: whether 99 of 100 answers were there in time. */
async function time(what: string, ask: () => Promise<unknown>): Promise<boolean> {
  const times: number[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const from = performance.now();
    JSON.stringify(await ask());
    times.push(performance.now() - from);
  }
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(1));
  const held = quantile(times, 0.99) < BAR_MS;
  say(`  ${what}: p50 ${p50}, p99 ${p99}, max ${max} ms${held ? '' : `, OVER ${BAR_MS} ms`}`);
  return held;
}

say(machine());
const cluster = await openCluster();
const sql = openDatabase(cluster.url, 1);
const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
try {
  const began = performance.now();
  await generate(sql, now / MINUTE_MS - MINUTES);
  const [size] = await sql<[{ entries: number; rollups: number; each: number; minute: number }]>`
    select entries, rollups, ledger / entries as each, minutes / rollups as minute
      from (select count(*)::float8 as entries from usage_entries) counted,
           (select count(*)::float8 as rollups,
                   pg_total_relation_size('usage_rollups')::float8 as minutes
              from usage_rollups) rolled,
           (select sum(pg_total_relation_size(relid))::float8 as ledger
              from pg_partition_tree('usage_entries')) stored`;
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  say(`${size.entries} ledger rows, ${size.rollups} minutes of them, made in ${seconds} s`);
  const [each, minute] = [size.each, size.minute].map((bytes) => bytes.toFixed(0));
  say(`bytes on disk, indexes included: ${each} a row, ${minute} a minute`);
  const context = { query: sql, now };
  const since = (ms: number): string => new Date(now - ms).toISOString();
  const to = new Date(now).toISOString();
  let held = true;
  for (const [who, id] of [
    ['the biggest customer', BIG],
    ['another one', OTHER],
  ] as const) {
    for (const [ms, interval] of [
      [HOUR_MS, 'minute'],
      [DAY_MS, 'hour'],
      [7 * DAY_MS, 'hour'],
      [DAYS * DAY_MS, 'day'],
    ] as const) {
      for (const group_by of ['outcome', 'route', 'key', 'meter'] as const) {
        const asked = usageQuery.parse({ from: since(ms), to, interval, group_by });
        const what = `${ms / HOUR_MS} h by ${interval} and ${group_by}, ${who}`;
        held = (await time(what, () => usageSeries(id, context, asked))) && held;
      }
    }
    for (const ms of [MINUTE_MS, HOUR_MS, DAY_MS, DAYS * DAY_MS]) {
      const asked = usageEntriesQuery.parse({ from: since(ms), to, limit: 50 });
      const what = `ledger rows of ${ms / MINUTE_MS} min, ${who}`;
      held = (await time(what, () => usageEntries(id, context, asked))) && held;
    }
  }
  process.exitCode = held ? 0 : 1;
} finally {
  await sql.end();
  await cluster.stop();
}
