import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureUsage } from '../src/alerts/usage-metrics.ts';
import { openLog } from '../src/kit/log.ts';
import { openSending, startJobs } from '../src/kit/jobs.ts';
import { openDatabase } from '../src/kit/database.ts';
import { testDatabase, type TestDatabase } from '../../scripts/test/database.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');
const log = openLog('test', 'silent');
let database: TestDatabase;
const registry = new Registry();

beforeAll(async () => {
  database = await testDatabase();
  measureUsage({ registry, sql: database.sql, log }, () => NOW);
});
afterAll(() => database.drop());

/** The value of each sample, by its name and labels. */
async function samples(): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('an installation where nothing is late says so', async () => {
  expect(await samples()).toMatchObject({
    usage_roll_lag_seconds: 0,
    usage_batches_unrolled: 0,
    usage_dead_letters_open: 0,
    gateway_watermark_lag_seconds: 0,
    'gateway_boots{state="heard"}': 0,
    'gateway_boots{state="silent"}': 0,
  });
});

test('what is late is told by how late it is, from the first scrape on', async () => {
  const { sql } = database;
  await sql`insert into gateways (id) values ('gw_1')`;
  await sql`insert into boots (gateway_id, boot_id, fingerprint, state, watermark, last_seen_at)
    values ('gw_1', 'on time', 'f', 'live', ${NOW - 1_000}, now()),
           ('gw_1', 'behind', 'f', 'live', ${NOW - 90_000}, now() - interval '2 minutes'),
           ('gw_1', 'over', 'f', 'sealed', ${NOW - 900_000}, now() - interval '9 hours')`;
  await sql`insert into usage_batches
      (gateway_id, boot_id, sequence, first_frame, last_frame, entries, checksum, watermark,
       received_at, roll_number)
    values ('gw_1', 'on time', 1, 1, 1, 1, '', 0, now() - interval '1 hour', 1),
           ('gw_1', 'on time', 2, 2, 2, 1, '', 0, now() - interval '40 seconds', null),
           ('gw_1', 'on time', 3, 3, 3, 1, '', 0, now(), null)`;
  await sql`insert into usage_dead_letters
      (gateway_id, boot_id, sequence, reason, checksum, content)
    values ('gw_1', 'on time', 4, 'r', '', '')`;
  const said = await samples();
  expect(said).toMatchObject({
    usage_batches_unrolled: 2,
    usage_dead_letters_open: 1,
    gateway_watermark_lag_seconds: 90,
    'gateway_boots{state="heard"}': 1,
    'gateway_boots{state="silent"}': 1,
  });
  expect(said['usage_roll_lag_seconds']).toBeGreaterThanOrEqual(40);
  expect(said['usage_roll_lag_seconds']).toBeLessThan(140);
});

test('jobs are told by kind: what waits, and what failed after all its tries', async () => {
  const sql = openDatabase(database.url, 4);
  const failing = {
    name: 'test.failing',
    retries: 0,
    secondsMax: 60,
    inSteps: () => Promise.reject(new Error('no')),
  };
  const jobs = startJobs({ sql, log, clock: () => NOW }, [failing], { retryFirstS: 0 });
  await jobs.begun;
  await sql.begin((tx) => openSending(sql)(tx, failing.name, {}));
  await expect.poll(samples, { timeout: 30_000 }).toMatchObject({
    'jobs_open{job="test.failing",state="failed"}': 1,
    'jobs_open{job="test.failing",state="running"}': 0,
    'jobs_open{job="test.failing",state="waiting"}': 0,
  });
  await jobs.stop();
  await sql.begin((tx) => openSending(sql)(tx, failing.name, {}));
  expect(await samples()).toMatchObject({ 'jobs_open{job="test.failing",state="waiting"}': 1 });
  await sql.end();
});

test('without a database there is nothing to tell, and the scrape goes on', async () => {
  const away = openDatabase('postgres://nobody@127.0.0.1:9/none', 1);
  const other = new Registry();
  measureUsage({ registry: other, sql: away, log }, () => NOW);
  expect(await other.metrics()).toContain('# TYPE usage_roll_lag_seconds gauge');
  await away.end();
});
