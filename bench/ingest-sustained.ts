import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { synchronise } from '../billing-core/src/sync/actions.ts';
import { startRoller } from '../billing-core/src/usage/roller.ts';
import type { BenchCluster } from './cluster.ts';
import { quantile, shownUsage, watchMachine } from './machine.ts';
import { encoded, messageOf, type Encoded } from './message.ts';
import { say } from './say.ts';
import { SHAPE, Traffic } from './traffic.ts';

export type SustainedOptions = {
  cluster: BenchCluster;
  seconds: number;
  /** Entries offered a second, by all gateways together. */
  perS: number;
};

const GATEWAYS = 4;
/** As the gateway does. */
const FLUSH_MS = 400;
const MINUTE_MS = 60_000;
const BATCHES_PER_MINUTE = 40;
const SAMPLE_MS = 50;
const WARM_UP_MS = 5_000;

/** Batches of every minute that the run will see, made before it begins. */
function batchesOf(entries: number, seconds: number): Map<number, Encoded[]> {
  const traffic = new Traffic({ ...SHAPE, entries }, 2);
  const first = Math.floor(Date.now() / MINUTE_MS);
  const minutes = Math.ceil(seconds / 60) + 2;
  return new Map(
    Array.from({ length: minutes }, (_, n) => [
      first + n,
      Array.from({ length: BATCHES_PER_MINUTE }, () => encoded(traffic.batch(first + n))),
    ]),
  );
}

type Sent = { entries: number; answerMs: number[]; lateMs: number[] };

/** One gateway: a flush every 400 ms, whether or not the last one is answered in time. */
async function gateway(
  sql: Sql,
  number: number,
  { batches, until }: { batches: Map<number, Encoded[]>; until: number },
): Promise<Sent> {
  const sent: Sent = { entries: 0, answerMs: [], lateMs: [] };
  const name = { gateway: `gw_${number}`, boot: `bt_sustained_${number}` };
  let dueAt = performance.now() + (number * FLUSH_MS) / GATEWAYS;
  for (let turn = 0; dueAt < until; turn++, dueAt += FLUSH_MS) {
    await pause(Math.max(0, dueAt - performance.now()));
    const pool = batches.get(Math.floor(Date.now() / MINUTE_MS)) ?? [];
    const content = pool[(turn * GATEWAYS + number) % pool.length];
    if (!content) throw new Error('the run went on into a minute without batches');
    const from = performance.now();
    sent.lateMs.push(from - dueAt);
    const message = messageOf(name, turn + 1, content);
    const { batch } = await sql.begin((tx) => synchronise(tx, message, Date.now()));
    if (batch?.written !== content.entries) throw new Error('a batch was not written');
    sent.answerMs.push(performance.now() - from);
    sent.entries += content.entries;
  }
  return sent;
}

/** Ages in ms of the oldest batch that is not rolled, sampled from now until told to stop. */
function sampleLag(sql: Sql, warm: number): { stop(): Promise<number[]> } {
  const ages: number[] = [];
  let stopped = false;
  const sampling = (async () => {
    while (!stopped) {
      const [row] = await sql<[{ age: number }]>`
        select coalesce(extract(epoch from clock_timestamp() - min(received_at)) * 1000, 0)::float8
               as age from usage_batches where roll_number is null`;
      if (performance.now() > warm) ages.push(row.age);
      await pause(SAMPLE_MS);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await sampling;
      return ages;
    },
  };
}

/** Every entry that was sent stands in the totals, once: a fast roller that loses is none. */
async function check(sql: Sql, sent: number): Promise<void> {
  const [row] = await sql<[{ entries: bigint; minutes: string; hours: string; truth: string }]>`
    select (select count(*) from usage_entries) as entries,
           (select sum(quantity) from usage_entries) as truth,
           (select sum(quantity) from usage_rollups) as minutes,
           (select sum(quantity) from usage_hours)
             + (select coalesce(sum(quantity), 0) from usage_rollups
                 where minute >= (select minute from hour_folds)) as hours`;
  if (row.entries !== BigInt(sent)) throw new Error(`${row.entries} of ${sent} entries are there`);
  if (row.minutes !== row.truth || row.hours !== row.truth) throw new Error('totals differ');
}

const ms = (values: number[]): string =>
  [0.5, 0.99, 1].map((share) => Math.round(quantile(values, share))).join(' / ');

/** Offers a steady rate for a time with the roller of billing-core beside it; tells its lag. */
export async function sustained({ cluster, seconds, perS }: SustainedOptions): Promise<void> {
  const sql = openDatabase(cluster.url);
  const watcher = openDatabase(cluster.url, 1);
  const log = pino({ level: 'error' });
  const batches = batchesOf(Math.round((perS * FLUSH_MS) / 1_000 / GATEWAYS), seconds);
  const roller = startRoller({ sql, log, clock: Date.now });
  const from = performance.now();
  const until = from + seconds * 1_000;
  const lag = sampleLag(watcher, from + WARM_UP_MS);
  const watch = watchMachine();
  const gateways = Array.from({ length: GATEWAYS }, (_, number) =>
    gateway(sql, number, { batches, until }),
  );
  const sent = await Promise.all(gateways);
  const elapsedS = (performance.now() - from) / 1_000;
  const usage = watch();
  const ages = await lag.stop();
  const entries = sent.reduce((sum, one) => sum + one.entries, 0);
  while ((await sql`select 1 from usage_batches where roll_number is null`).length > 0) {
    await pause(SAMPLE_MS);
  }
  await roller.stop();
  await check(sql, entries);
  const [rows] = await sql<[{ minutes: number }]>`
    select count(*)::float8 as minutes from usage_rollups`;
  say(`sustained: offered ${perS.toLocaleString('en')}/s for ${seconds} s by ${GATEWAYS} gateways`);
  say(
    `  applied ${Math.round(entries / elapsedS).toLocaleString('en')} entries/s, ` +
      `${rows.minutes.toLocaleString('en')} rollups; ${shownUsage(usage)}`,
  );
  say(`  rollup lag p50 / p99 / max: ${ms(ages)} ms (age of the oldest batch not rolled)`);
  say(
    `  answer p50 / p99 / max: ${ms(sent.flatMap((one) => one.answerMs))} ms; ` +
      `sent late by ${ms(sent.flatMap((one) => one.lateMs))} ms`,
  );
  await watcher.end();
  await sql.end();
}
