import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { keyFact, request } from '../../core/test/sample.ts';
import { finish, serve, useMeters } from './meters.ts';

const meters = useMeters();

test('a spool limited to little goes on for ever while core takes what it holds', async () => {
  const customer = 'cus_little';
  const gateway = meters.open({ spoolBytesMax: 40_000 });
  const fact = keyFact({ id: customer, quotas: [] });
  let served = 0;
  // Several times what the spool may hold; each answer is of a request that was recorded.
  const serveOne = async (): Promise<void> => {
    const answer = await gateway.tills.admit(request({ fact }));
    if (answer.kind !== 'admitted') {
      expect(answer.refusal.reason).toBe('spool_full');
      throw new Error('full just now');
    }
    await new Promise<void>((resolve) => gateway.metering.begin(answer.hold, resolve));
    await finish(gateway, answer.hold);
    served += 1;
  };
  while (served < 600) await vi.waitFor(serveOne, { timeout: 10_000, interval: 20 });
  await meters.settled(customer, served);
}, 60_000);

test('a disk that takes no batch is given room by what core has already', async () => {
  const gateway = meters.open();
  const dir = join(meters.spoolDir, 'boots', gateway.boot);
  const acked = (): string[] => readdirSync(dir).filter((name) => name.startsWith('acked-'));
  for (let batch = 1; batch <= 3; batch++) {
    await serve(gateway, 'cus_room');
    await meters.settled('cus_room', batch);
  }
  await vi.waitFor(() => expect(acked()).toHaveLength(3), { timeout: 30_000 });
  // A directory in the place of the next file is as good as a full disk.
  const four = '4'.padStart(12, '0');
  const name = join(dir, `batch-${four}-${four}-${four}.tgb`);
  mkdirSync(join(name, 'full'), { recursive: true });
  await serve(gateway, 'cus_room');
  // The newest stays: its name tells which numbers are used.
  await vi.waitFor(() => expect(acked()).toHaveLength(1), { timeout: 30_000 });
  rmSync(name, { recursive: true });
  await meters.settled('cus_room', 4);
});

test('past its size a spool that admits keeps its bounds; the rest follows', async () => {
  const customer = 'cus_past';
  const spoolBytesMax = 40_000;
  const gateway = meters.open({ spoolBytesMax, whenFull: 'admit' });
  await meters.core.deafTo(gateway.boot);
  const dir = join(meters.spoolDir, 'boots', gateway.boot);
  const segments = () => readdirSync(dir).filter((name) => name.startsWith('segment-'));
  const bytes = (): number =>
    segments().reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  for (let at = 0; at < 600; at++) await serve(gateway, customer);
  expect(gateway.metering.unwritten).toBeGreaterThan(100);
  expect(bytes()).toBeLessThan(1.25 * spoolBytesMax);
  meters.core.weather = () => 'fair';
  await meters.settled(customer, 600);
  expect(gateway.metering.unwritten).toBe(0);
  expect(await meters.sql`select 1 from usage_gaps`).toEqual([]);
}, 60_000);
