import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { freePort } from '../../scripts/test/free-port.ts';
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

/** A way to the database that is cut, so often, when a new connection asks for the array types. */
async function cutAtTypes(times: number) {
  const target = new URL(database.url);
  const seen = { cuts: 0 };
  const open = (near: Socket): void => {
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    far.on('data', (bytes) => near.write(bytes));
    near.on('data', (bytes: Buffer) => {
      if (seen.cuts === times || !bytes.includes('pg_catalog.pg_type')) return far.write(bytes);
      seen.cuts += 1;
      return near.resetAndDestroy();
    });
  };
  const server = createServer(open).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = `${(server.address() as AddressInfo).port}`;
  return { url: url.href, seen, server };
}

async function pidOfReserved(sql: Sql): Promise<number> {
  const own = await sql.reserve();
  const pid = await pidOf(own);
  own.release();
  return pid;
}

const ASKS: Record<string, (sql: Sql) => Promise<number>> = {
  'a statement': pidOf,
  'a transaction': async (sql) => Number(await sql.begin((tx) => pidOf(tx))),
  'a reservation': pidOfReserved,
};

test.each(Object.entries(ASKS))(
  'a connection that is lost before it is open costs %s at most, and the process lives',
  async (_, ask) => {
    const { url, seen, server } = await cutAtTypes(3);
    const cut = openDatabase(url, 1);
    let pid = 0;
    for (let tries = 0; pid === 0 && tries < 10; tries++) pid = await ask(cut).catch(() => 0);
    expect([pid > 0, seen.cuts]).toEqual([true, 3]);
    await cut.end({ timeout: 1 });
    server.close();
  },
);

test('a reservation that was refused keeps no connection from others', async () => {
  const port = await freePort();
  const url = new URL(database.url);
  const { port: real, hostname } = url;
  url.hostname = '127.0.0.1';
  url.port = `${port}`;
  const later = openDatabase(url.href, 1);
  await expect(later.reserve()).rejects.toThrow('ECONNREFUSED');
  const server = createServer((near) => {
    const far = connect(Number(real), hostname);
    near.pipe(far).pipe(near);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  for (let count = 0; count < 2; count++) expect(await pidOf(later)).toBeGreaterThan(0);
  await later.end({ timeout: 1 });
  server.close();
});
