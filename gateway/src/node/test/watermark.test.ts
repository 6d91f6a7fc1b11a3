import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { keyFact, OK, request } from '../../core/test/sample.ts';
import { openTill } from '../../core/till.ts';
import { SpoolMetering } from '../metering.ts';
import { openMetering } from '../open-metering.ts';
import type { BatchFiles } from '../spool/batches.ts';
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

test('a gateway does not vouch for what its disk takes no batch of', () => {
  const now = 1_790_000_000_000;
  let takes = false;
  const write = (): void => {
    if (!takes) throw new Error('no space left on device');
  };
  const spool = { append: (_: string, release: (frame: number) => void) => release(1) };
  const till = openTill('cus_1');
  const metering = new SpoolMetering({
    spool: { ...spool, begin: (forward: () => void) => forward() } as unknown as Spool,
    batches: { write, last: 0, pending: [], batchedFrame: 0 } as unknown as BatchFiles,
    tills: { till: () => till } as unknown as TillHouse,
    clock: { now: () => now, isSet: true },
    onFull: () => {},
    onStuck: () => {},
  });
  const { fact, route } = request({ fact: keyFact({ id: 'cus_1', quotas: [] }) });
  const hold = { requestId: 'req_1', fact, route, admittedAt: now - 5, spends: [] };
  metering.begin(hold, () => {});
  expect(metering.watermark()).toBe(now - 5);
  metering.settle(hold, OK, () => {});
  metering.cut();
  expect(metering.watermark()).toBe(0);
  takes = true;
  metering.cut();
  expect(metering.watermark()).toBe(now);
});
