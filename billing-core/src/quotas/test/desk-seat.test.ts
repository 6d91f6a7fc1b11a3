import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { freePort } from '../../../../scripts/test/free-port.ts';
import { monotonicClock } from '../../kit/clock.ts';
import { openSession } from '../../kit/database.ts';
import { openLog } from '../../kit/log.ts';
import { booksOnLock, look, take } from '../desk-books.ts';
import { deskHttp, deskSecret } from '../desk-door.ts';
import { DeskSeat } from '../desk-seat.ts';
import type { DeskQuestion } from '../rate-desk.ts';

let database: TestDatabase;
const SECRET = deskSecret('a secret of the tests, long enough');
const CUSTOMER = 'cus_000000000000000000000001';
const SOON = { timeout: 20_000, interval: 20 };
const after: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  await sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
  await sql`insert into plans (id, slug, name) values ('pln_1', 'p', 'P')`;
  await sql`insert into plan_versions (id, plan_id, number, state, currency)
    values ('plv_1', 'pln_1', 1, 'draft', 'USD')`;
  await sql`insert into entitlements (id, plan_version_id, position, kind, rate_per_second, burst)
    values ('ent_1', 'plv_1', 0, 'rate_limit', 100, 50)`;
  await sql`update plan_versions set state = 'published', published_at = now()`;
  await sql`insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at)
    values ('sub_1', ${CUSTOMER}, 'plv_1', 'UTC', now())`;
});
afterEach(async () => {
  for (const end of after.splice(0).toReversed()) await end();
});
afterAll(() => database.drop());

async function seat(): Promise<{ seat: DeskSeat; address: string }> {
  const address = `http://127.0.0.1:${await freePort()}`;
  const one = new DeskSeat({
    databaseUrl: database.url,
    address,
    secret: SECRET,
    clock: monotonicClock,
    log: openLog('test', 'silent'),
  });
  const server = createAdaptorServer({ fetch: deskHttp(one.door).fetch });
  server.listen(Number(new URL(address).port), '127.0.0.1');
  await once(server, 'listening');
  one.start();
  after.push(async () => {
    await one.stop();
    server.close();
  });
  return { seat: one, address };
}

const isHere = (one: DeskSeat): Promise<boolean> => vi.waitUntil(() => one.isHere, SOON);

const question = (boot: string, more: Partial<DeskQuestion> = {}): DeskQuestion => ({
  gateway: `gw_${boot}`,
  boot,
  fingerprint: 'sp_test',
  message: 1,
  desk: null,
  rates: [{ customer: CUSTOMER, demand: 50, rate: 0, burst: 0, take: 1 }],
  own: true,
  over: false,
  ...more,
});

/** Ends the session that holds the lock, without a word to its core. */
const cut = () => database.sql`
  select pg_terminate_backend(pid) from pg_locks
   where locktype = 'advisory' and granted and objid = 7655105
     and database = (select oid from pg_database where datname = current_database())`;

test('of several seats one has the desk, and the others bring its answers', async () => {
  const seats = [await seat(), await seat(), await seat()];
  await vi.waitUntil(() => seats.some(({ seat: one }) => one.isHere), SOON);
  const number = async (): Promise<number | undefined> => {
    const [row] = await database.sql`select number::float8 as number from rate_desk`;
    return row?.['number'];
  };
  for (const [at, one] of seats.entries()) {
    const answer = await vi.waitUntil(async () => {
      const said = await one.seat.ask(question(`bt_${at}`));
      return said.desk !== undefined && said;
    }, SOON);
    expect(answer.desk).toBe(await number());
    expect(answer.shares).toHaveLength(1);
  }
  expect(seats.filter(({ seat: one }) => one.isHere)).toHaveLength(1);
});

test('a seat whose session is gone divides nothing under its old number', async () => {
  const { seat: one } = await seat();
  await isHere(one);
  const { desk: before } = await one.ask(question('bt_cut'));
  expect(before).toBeDefined();
  await cut();
  // At once: nothing has told this core yet.
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => one.ask(question('bt_cut', { message: 2 + at }))),
  );
  for (const { desk } of answers) expect(desk).not.toBe(before);
  await vi.waitUntil(async () => {
    const { desk } = await one.ask(question('bt_cut', { message: 50 }));
    return desk !== undefined && desk > (before ?? 0);
  }, SOON);
});

test('limits are given to the session that holds the lock, and to no other', async () => {
  const sessions = [openSession(database.url), openSession(database.url)];
  after.push(() => Promise.all(sessions.map((one) => one.end({ timeout: 0 }))));
  const [holder, other] = await Promise.all(sessions.map((one) => one.reserve()));
  if (!holder || !other) throw new Error('no sessions');
  expect((await look(holder)).mine).toBe(true);
  expect((await look(other)).mine).toBe(false);
  const number = await take(holder, 'http://nowhere.test');
  expect((await booksOnLock(holder, number).limits([CUSTOMER]))?.get(CUSTOMER)).toEqual({
    rate: 100,
    burst: 50,
  });
  expect(await booksOnLock(other, number).limits([CUSTOMER])).toBeNull();
  expect(await booksOnLock(holder, number - 1).limits([CUSTOMER])).toBeNull();
});

test('a holder that renews nothing is unseated, and its number is passed', async () => {
  const stopped = openSession(database.url);
  after.push(() => stopped.end({ timeout: 0 }));
  const session = await stopped.reserve();
  await vi.waitUntil(async () => (await look(session)).mine, SOON);
  const number = await take(session, 'http://nowhere.test');
  const { seat: one } = await seat();
  await isHere(one);
  const { desk } = await one.ask(question('bt_after'));
  expect(desk).toBeGreaterThan(number);
  await expect(booksOnLock(session, number).limits([])).rejects.toThrow(/CONNECTION/);
});

test('a seat that stops hands the desk on at once', async () => {
  const { seat: one } = await seat();
  await isHere(one);
  const { seat: next } = await seat();
  const from = performance.now();
  await one.stop();
  await isHere(next);
  // Sooner than a holder that renews nothing would be unseated.
  expect(performance.now() - from).toBeLessThan(3_500);
});

test('a desk that does not answer keeps a sync for half a second, and only one', async () => {
  const away = openSession(database.url);
  after.push(() => away.end({ timeout: 0 }));
  const session = await away.reserve();
  await vi.waitUntil(async () => (await look(session)).mine, SOON);
  // Takes connections and answers none: a core that was stopped.
  let asked = 0;
  const silent = createAdaptorServer({
    fetch: () => {
      asked += 1;
      return new Promise<Response>(() => {});
    },
  });
  const port = await freePort();
  silent.listen(port, '127.0.0.1');
  await once(silent, 'listening');
  await take(session, `http://127.0.0.1:${port}`);
  const { seat: one } = await seat();
  let message = 1;
  const ask = async (): Promise<number> => {
    const from = performance.now();
    expect(await one.ask(question('bt_alone', { message: message++ }))).toEqual({ shares: [] });
    return performance.now() - from;
  };
  await vi.waitUntil(async () => (await ask()) > 400, SOON);
  expect(asked).toBe(1);
  // The next ones do not wait for it as well.
  expect(await ask()).toBeLessThan(400);
  expect(asked).toBe(1);
  if ('closeAllConnections' in silent) silent.closeAllConnections();
  silent.close();
});

test('the door is for cores of the same installation', async () => {
  const { seat: one, address } = await seat();
  await isHere(one);
  const asked = (authorization: string, body: unknown) =>
    fetch(`${address}/desk/v1/shares`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(({ status }) => status);
  expect(await asked(`Bearer ${SECRET}`, question('bt_door'))).toBe(200);
  expect(await asked(`Bearer ${SECRET}`, { ...question('bt_door'), rates: 'all' })).toBe(400);
  expect(await asked(`Bearer ${deskSecret('another secret')}`, question('bt_door'))).toBe(401);
  expect(await asked('', question('bt_door'))).toBe(401);
});
