import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { lastChange } from '../kit/changes.ts';
import {
  IDLE_IN_TRANSACTION_MS,
  mayWait,
  openDatabase,
  type Sql,
  type Tx,
} from '../kit/database.ts';
import { openLog } from '../kit/log.ts';
import { ChangeFeed } from '../sync/feed.ts';

// A core that stands still, or is cut off from its database, holds up nobody at the other cores.

let database: TestDatabase;
/** Of the core that stands still, and of one that goes on. */
let still: Sql;
let whole: Sql;
beforeAll(async () => {
  database = await testDatabase();
  still = openDatabase(database.url, 2);
  whole = openDatabase(database.url, 2);
});
afterAll(async () => {
  await Promise.all([still.end({ timeout: 1 }), whole.end({ timeout: 1 })]);
  await database.drop();
});
vi.setConfig({ testTimeout: 60_000 });

/** A transaction that takes this lock and asks nothing more until told. */
function standing(lock: number, before: (tx: Tx) => Promise<void> = async () => {}) {
  const taken = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  const ended = still.begin(async (tx) => {
    await before(tx);
    await tx`select pg_advisory_xact_lock(${lock})`;
    taken.resolve();
    await goesOn.promise;
    await tx`select 1`;
    return 'whole';
  });
  ended.catch(() => {});
  return { taken: taken.promise, goOn: goesOn.resolve, ended };
}

test('its transaction is ended, and its locks with it; but not one that may wait', async () => {
  const forgotten = standing(1);
  const waiting = standing(2, (tx) => mayWait(tx, 10 * IDLE_IN_TRANSACTION_MS));
  await Promise.all([forgotten.taken, waiting.taken]);
  const took = await whole.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`;
    const [other] = await tx<[{ free: boolean }]>`select pg_try_advisory_xact_lock(2) as free`;
    return other.free;
  });
  expect(took).toBe(false);
  forgotten.goOn();
  waiting.goOn();
  await expect(forgotten.ended).rejects.toThrow(/idle-in-transaction|CONNECTION|connection/);
  await expect(waiting.ended).resolves.toBe('whole');
});

test('who waits for changes there is told to ask elsewhere, and is heard again later', async () => {
  const feed = new ChangeFeed(still, openLog('test', 'silent'));
  const last = await lastChange(whole, 'facts');
  const { signal } = new AbortController();
  const unavailable = { code: 'unavailable' };
  const waiting = feed.after(last, 50_000, signal);
  waiting.catch(() => {});
  // Whoever came later has been answered: the first one is past its question, and waits.
  expect(await feed.after(last, 1, signal)).toEqual([]);
  const silence = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const locking = whole.begin(async (tx) => {
    await mayWait(tx, 10 * IDLE_IN_TRANSACTION_MS);
    await tx`lock table changes in access exclusive mode`;
    locked.resolve();
    await silence.promise;
  });
  await locked.promise;
  await expect(waiting).rejects.toMatchObject(unavailable);
  await expect(feed.after(last, 50_000, signal)).rejects.toMatchObject(unavailable);
  silence.resolve();
  await locking;
  await vi.waitFor(async () => expect(await feed.after(last, 0, signal)).toEqual([]));
});
