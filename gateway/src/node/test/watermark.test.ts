import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { openMetering } from '../open-metering.ts';
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
