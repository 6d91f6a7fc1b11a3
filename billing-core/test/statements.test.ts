import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase, type Sql } from '../src/kit/database.ts';
import { measureDatabase } from '../src/kit/database-metrics.ts';
import { about, operationOf, textOf, watchStatements } from '../src/kit/statements.ts';
import { testDatabase, type TestDatabase } from '../../scripts/test/database.ts';

let database: TestDatabase;
let sql: Sql;
/** What the watcher was told, in the order in which it was. */
const told: string[] = [];
const registry = new Registry();

beforeAll(async () => {
  database = await testDatabase();
  sql = openDatabase(database.url, 1);
  // The driver asks for the types of arrays as it connects.
  await sql`select 1`;
  watchStatements(sql, (statement) => {
    const text = textOf(statement);
    told.push(text);
    return (error) => told.push(`${error === undefined ? 'done' : 'failed'}: ${text}`);
  });
  measureDatabase(registry, sql);
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

const during = async (work: () => Promise<unknown>): Promise<string[]> => {
  told.length = 0;
  await work().catch(() => {});
  return [...told];
};

test('a statement is told as it is sent and as it ends, and never its values', async () => {
  const secret = 'hunter2';
  const part = sql`and ${secret} <> ''`;
  expect(await during(() => sql`select ${secret}::text   as a where true ${part}`)).toEqual([
    'select $1::text as a where true $2',
    'done: select $1::text as a where true $2',
  ]);
});

test('so are those of a transaction, its beginning and its end', async () => {
  const work = () => sql.begin((tx) => tx`select 1`);
  expect((await during(work)).filter((text) => text.startsWith('done'))).toEqual([
    'done: begin',
    'done: select 1',
    'done: commit',
  ]);
});

test('one that fails says so, to whoever asked too', async () => {
  const told = await during(async () => {
    await expect(sql`select 1 / ${0}::int`).rejects.toMatchObject({ code: '22012' });
  });
  expect(told.at(-1)).toBe('failed: select 1 / $1::int');
});

test('one that nobody waits for is not sent, and not told', async () => {
  const work = async () => void sql`select 'never'`;
  expect(await during(work)).toEqual([]);
});

test.each([
  ['insert into usage_entries (a) select $1', 'INSERT', 'INSERT usage_entries'],
  ['  select a from public.keys where b = $1', 'SELECT', 'SELECT public.keys'],
  ['update only boots set a = $1', 'UPDATE', 'UPDATE boots'],
  ['with gone as (delete from a) select 1', 'WITH', 'WITH a'],
  ['commit', 'COMMIT', 'COMMIT'],
  ['', 'SQL', 'SQL'],
])('%j is %s of a table', (text, operation, summary) => {
  expect(about(text)).toEqual({ operation, summary });
  const statement = { strings: [text], executed: false, state: null, tagged: true };
  expect(operationOf(statement)).toBe(operation);
});

test('metrics say how many wait for a connection, and how long statements took', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const holder = sql.begin(async (tx) => {
    await tx`select 1`;
    begun.resolve();
    await over;
  });
  await begun.promise;
  const waiting = [sql`select 2`, sql`select 3`].map((each) => each.then(() => 'done'));
  const value = async (name: string) => {
    const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(name));
    return Number(line?.split(' ').at(-1));
  };
  await vi.waitFor(async () => {
    expect(await value('db_client_connection_pending_requests ')).toBe(2);
  });
  end();
  await holder;
  expect(await Promise.all(waiting)).toEqual(['done', 'done']);
  expect(await value('db_client_connection_pending_requests ')).toBe(0);
  expect(await value('db_client_connection_max ')).toBe(10);
  const labels = '{db_system_name="postgresql",db_operation_name="SELECT"}';
  const selects = `db_client_operation_duration_seconds_count${labels}`;
  expect(await value(selects)).toBeGreaterThanOrEqual(3);
});
