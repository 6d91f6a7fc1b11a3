import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../scripts/test/database.ts';
import { openDatabase, type Query, type Sql } from '../src/kit/database.ts';

// What scripts/repair-driver.ts repairs: without it these tests end the process or hang.

const LOST = /CONNECTION_CLOSED|terminating connection/;

let database: TestDatabase;
let pool: Sql;

beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table facts (fact text)`;
});
afterAll(() => database.drop());

// One connection: whoever comes next gets the one that was lost.
beforeEach(() => {
  pool = openDatabase(database.url, 1);
});
afterEach(() => pool.end({ timeout: 1 }));

async function pidOf(query: Query): Promise<number> {
  const [row] = await query<[{ pid: number }]>`select pg_backend_pid() as pid`;
  return row.pid;
}

/** Ends a backend as a crash or restart of Postgres does, and waits until it is gone. */
async function kill(pid: number): Promise<void> {
  await database.sql`select pg_terminate_backend(${pid}, 5000)`;
}

type Fact = { fact: string };
const facts = async (): Promise<string[]> =>
  (await database.sql<Fact[]>`delete from facts returning fact`).map((row) => row.fact);

const usable = async (): Promise<void> => {
  for (let count = 0; count < 3; count++) expect(await pidOf(pool)).toBeGreaterThan(0);
};

test('a transaction whose connection dies in a statement fails, and the pool lives', async () => {
  const work = pool.begin(async (tx) => {
    await tx`insert into facts values ('never')`;
    const pid = await pidOf(tx);
    await Promise.all([tx`select pg_sleep(60)`, kill(pid)]);
  });
  await expect(work).rejects.toThrow(LOST);
  await usable();
  expect(await facts()).toEqual([]);
});

test('a transaction that loses its connection between statements cannot go on', async () => {
  const outcomes: PromiseSettledResult<unknown>[] = [];
  const { promise: isOver, resolve: over } = Promise.withResolvers<void>();
  const work = pool.begin(async (tx) => {
    await kill(await pidOf(tx));
    for (let count = 0; count < 3; count++) {
      // Others reuse the connection meanwhile; what is left here must not run on it.
      const others = pidOf(pool);
      outcomes.push(...(await Promise.allSettled([tx`insert into facts values ('stray')`])));
      if (count > 0) await others;
      else others.catch(() => {});
    }
    over();
  });
  await expect(work).rejects.toThrow(LOST);
  await isOver;
  expect(outcomes.map((outcome) => outcome.status)).toEqual(Array(3).fill('rejected'));
  await usable();
  expect(await facts()).toEqual([]);
});

test('statements that wait for a connection when it is lost are answered by the next', async () => {
  const first = pool.begin(async (tx) => {
    await Promise.all([tx`select pg_sleep(60)`, kill(await pidOf(tx))]);
  });
  const waiting = [pidOf(pool), pidOf(pool)];
  await expect(first).rejects.toThrow(LOST);
  for (const pid of await Promise.all(waiting)) expect(pid).toBeGreaterThan(0);
});

test('a reserved connection that is lost refuses, and the process lives', async () => {
  const reserved = await pool.reserve();
  await kill(await pidOf(reserved as unknown as Query));
  await expect(reserved`select 1`).rejects.toThrow(LOST);
  reserved.release();
  await usable();
});
