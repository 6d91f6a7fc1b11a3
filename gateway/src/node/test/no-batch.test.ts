import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve, useMeters } from './meters.ts';

const meters = useMeters();

test('what the disk took no batch of is not sealed away: the next start ships it', async () => {
  const gateway = meters.open();
  // Something stands where the first batch has to be.
  const one = '1'.padStart(12, '0');
  const name = `batch-${one}-${one}-${one}.tgb`;
  const obstacle = join(meters.spoolDir, 'boots', gateway.boot, name);
  mkdirSync(obstacle);
  writeFileSync(join(obstacle, 'x'), '');
  await serve(gateway, 'cus_stuck');
  expect(await meters.close(gateway, 2_000)).toBe(false);
  const [boot] = await meters.sql`select state from boots where boot_id = ${gateway.boot}`;
  expect(boot?.['state'] ?? 'live').toBe('live');
  rmSync(obstacle, { recursive: true });
  meters.open();
  await meters.settled('cus_stuck', 1);
});
