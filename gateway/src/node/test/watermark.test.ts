import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { keyFact, OK, request } from '../../core/test/sample.ts';
import { openTill } from '../../core/till.ts';
import { SpoolMetering } from '../metering.ts';
import { openMetering } from '../open-metering.ts';
import type { BatchFiles, StoredBatch } from '../spool/batches.ts';
import type { Entry } from '../spool/overflow.ts';
import type { Spool } from '../spool/spool.ts';
import type { TillHouse } from '../tills.ts';
import { stormyCore, type StormyCore } from './core.ts';

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let core: StormyCore;
beforeAll(async () => {
  database = await testDatabase();
  core = await stormyCore(database.sql);
});
afterAll(async () => {
  await core.close();
  await database.drop();
});

test('a host whose clock is ahead does not vouch for time that has not come', async () => {
  const gateway = openMetering({
    spoolDir: testFolder('spool'),
    fsync: 'interval',
    spoolBytesMax: 1 << 30,
    whenFull: 'refuse',
    coreUrl: core.url,
    token: 'none',
    version: 'test',
    log: pino({ level: 'silent' }),
    wallNow: () => Date.now() + HOUR_MS,
    random: () => 0.5,
    onFatal: () => {},
  });
  // The first sync goes out before core has told its time; the next ones move the watermark.
  await vi.waitFor(
    async () => {
      const [row] = await database.sql<{ watermark: bigint }[]>`
        select watermark from boots where boot_id = ${gateway.boot}`;
      expect(row?.watermark).toBeGreaterThan(0n);
      expect(Number(row?.watermark)).toBeLessThanOrEqual(Date.now() + 1_000);
    },
    { timeout: 10_000, interval: 20 },
  );
  await gateway.close(2_000);
});

const NOW = 1_790_000_000_000;

/** A metering on a spool that is played by the test; `cut`: the watermarks of its batches. */
function playing(takes: () => boolean = () => true) {
  const entries: Entry[] = [];
  const spool = {
    untold: 0,
    append: (_: string, entry: Entry) => void entries.push(entry),
    begin: (forward: () => void) => forward(),
  };
  const cut: number[] = [];
  const write = ({ header }: StoredBatch): void => {
    if (!takes()) throw new Error('no space left on device');
    cut.push(header.watermark);
  };
  const till = openTill('cus_1');
  const metering = new SpoolMetering({
    spool: spool as unknown as Spool,
    batches: { write, last: 0, pending: [], batchedFrame: 0 } as unknown as BatchFiles,
    tills: { till: () => till } as unknown as TillHouse,
    clock: { now: () => NOW, isSet: true },
    onFull: () => {},
    onStuck: () => {},
  });
  const { fact, route } = request({ fact: keyFact({ id: 'cus_1', quotas: [] }) });
  /** A request that was admitted so many ms ago, and is answered. */
  const answer = (agoMs: number): Entry => {
    const hold = { requestId: 'req_1', fact, route, admittedAt: NOW - agoMs, spends: [] };
    metering.begin(hold, () => {});
    expect(metering.watermark()).toBeLessThanOrEqual(NOW - agoMs);
    metering.settle(hold, OK, () => {});
    return entries.at(-1) as Entry;
  };
  return { metering, spool, cut, answer };
}

test('a gateway does not vouch for what its disk takes no batch of', () => {
  let takes = false;
  const { metering, answer } = playing(() => takes);
  answer(5).written(1);
  metering.cut();
  expect(metering.watermark()).toBe(0);
  takes = true;
  metering.cut();
  expect(metering.watermark()).toBe(NOW);
});

test('a batch that ends before a gap does not vouch for the record behind the gap', () => {
  const { metering, cut, answer } = playing();
  answer(90).written(1);
  const behind = answer(5);
  behind.written(4);
  expect(cut).toEqual([NOW - 5]);
  metering.cut();
  expect(cut).toEqual([NOW - 5, NOW]);
});

test('the watermark waits for dropped records until core is told of them', () => {
  const { metering, spool, cut, answer } = playing();
  const [first, second, third] = [answer(90), answer(50), answer(70)];
  first.written(1);
  // As a full spool does it: dropped, and told of when there is room.
  spool.untold = 2;
  second.lost();
  third.lost();
  expect(metering.watermark()).toBe(NOW - 70);
  metering.cut();
  expect(cut).toEqual([NOW - 70]);
  spool.untold = 0;
  expect(metering.watermark()).toBe(NOW);
  // Of what is told nothing is left, should more be dropped.
  spool.untold = 1;
  answer(20).lost();
  expect(metering.watermark()).toBe(NOW - 20);
});
