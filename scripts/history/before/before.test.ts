import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepAllShares } from '../../../billing-core/src/figures/shares.ts';
import { runClosing } from '../../../billing-core/src/invoicing/jobs.ts';
import { DAY_MS } from '../../../billing-core/src/kit/clock.ts';
import { openDatabase } from '../../../billing-core/src/kit/database.ts';
import { migrateJobs } from '../../../billing-core/src/kit/jobs.ts';
import { openLog } from '../../../billing-core/src/kit/log.ts';
import { migrate } from '../../../billing-core/src/kit/migrate.ts';
import { eraseAgain } from '../../../billing-core/src/personal/erase.ts';
import { compareBooks } from '../../../billing-core/src/reconciliation/run.ts';
import { openCore, type Core } from '../../../billing-core/src/test/core.ts';
import { settleDue } from '../../../billing-core/src/subscriptions/due.ts';
import { foldHours } from '../../../billing-core/src/usage/fold.ts';
import { emptyDatabase } from '../../test/database.ts';

// A dump of what the version before migration 71 left, with forty-one days in it, and what its API
// said of it then: restored, brought up to date, and asked the same (see the README of history).

const BEFORE = 70;
const log = openLog('test', 'silent');
const stored = (name: string): string =>
  brotliDecompressSync(readFileSync(new URL(name, import.meta.url))).toString('utf8');
type Json = string | number | boolean | null | Json[] | { [field: string]: Json };
type Told = { now: number; answers: Record<string, Json> };

let core: Core;
let told: Told;
let migrated: number;
let migrations: number;
let drop: () => Promise<void>;

beforeAll(async () => {
  told = JSON.parse(stored('0070.json.br')) as Told;
  const database = await emptyDatabase();
  drop = database.drop;
  // A dump says once for all where names are looked up, which is nothing for whoever comes next.
  const restoring = openDatabase(database.url, 1);
  await restoring.unsafe(stored('0070.sql.br'));
  await restoring.end();
  migrated = await migrate(database.url);
  await migrateJobs(database.sql);
  const [row] = await database.sql<[{ n: number }]>`
    select count(*)::int as n from schema_migrations`;
  migrations = row.n;
  core = await openCore({}, database);
  core.clock.now = told.now;
}, 120_000);
afterAll(async () => {
  await core.close();
  await drop();
});

/** Where an answer of now is not what it was; what it has besides is not looked at. */
function* changed(was: Json, is: Json | undefined, at = ''): Generator<string> {
  if (was === null || typeof was !== 'object' || is === null || typeof is !== 'object') {
    if (was !== is) yield `${at} was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`;
    return;
  }
  if (Array.isArray(was) && was.length !== (is as Json[]).length) yield `${at} has another length`;
  for (const [field, value] of Object.entries(was)) {
    yield* changed(value, (is as Record<string, Json>)[field], `${at}.${field}`);
  }
}

/** How what was asked then is answered now, where that differs. */
async function differing(): Promise<string[]> {
  const found: string[] = [];
  for (const [path, was] of Object.entries(told.answers)) {
    const { status, body } = await core.admin('GET', `/v1${path}`);
    if (status === 200) found.push(...changed(was, body as Json, path));
    else found.push(`${path} is answered ${status}`);
  }
  return found;
}

const books = async (): Promise<unknown> => {
  const { now } = core.clock;
  const onStage = async (): Promise<void> => {};
  const kit = { sql: core.sql, stripe: undefined, now, onStage };
  const stages = await compareBooks(kit, new Date(now - 92 * DAY_MS));
  expect(stages.length).toBeGreaterThan(2);
  for (const { totals } of stages) expect(totals.compared).toBeGreaterThan(0);
  return stages.flatMap(({ differences }) => differences);
};

test('every migration since is applied to what is there', () => {
  expect(migrations).toBe(BEFORE + migrated);
  expect(migrated).toBeGreaterThan(10);
});

test('what was asked of the old version is answered the same', async () => {
  expect(Object.keys(told.answers).length).toBeGreaterThan(100);
  expect(await differing()).toEqual([]);
  await keepAllShares(core.sql, { now: core.clock.now });
  expect(await differing()).toEqual([]);
});

test('the books say the same, then and a month later', async () => {
  expect(await books()).toEqual([]);
  const { sql, clock } = core;
  const invoices = async (): Promise<number> =>
    (await sql`select from invoices where finalized_at is not null`).count;
  const before = await invoices();
  clock.now += 35 * DAY_MS;
  await settleDue({ sql, clock: () => clock.now, log });
  while (await foldHours(sql, clock.now));
  const send = async (): Promise<void> => {};
  await runClosing({ sql, log, send, now: clock.now }, new AbortController().signal);
  expect(await invoices()).toBeGreaterThan(before + 5);
  expect(await books()).toEqual([]);
});

test('somebody of then can be erased', async () => {
  const { sql, clock } = core;
  const [hand] = await sql<[{ id: string }]>`select id from customers where name = 'Hand & Sons'`;
  await sql.begin((tx) => eraseAgain(tx, hand.id, clock.now));
  const [paid] = await sql`
    select method, reference from payments where customer_id = ${hand.id}`;
  expect(paid).toEqual({ method: 'other', reference: '' });
  expect(await books()).toEqual([]);
});
