import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { encodeRecord, type UsageRecord } from '../../core/record.ts';
import { Spool } from '../spool/spool.ts';
import { serve, useMeters } from './meters.ts';

// Somebody cuts, empties or deletes what a process recorded, while none runs.

const meters = useMeters();
const PATIENT = { timeout: 30_000, interval: 50 };

const recordOf = (customer: string): UsageRecord => ({
  requestId: 'req',
  customer,
  key: 'key',
  route: 'rte',
  routeVersion: 1,
  outcome: 'ok',
  status: 200,
  admittedAt: Date.now(),
  billable: true,
  quantities: [['mtr_requests', 1]],
  spent: [],
});

/** What a process leaves that is killed with so many requests recorded, and no batch cut. */
async function recorded(boot: string, requests: number): Promise<string> {
  const dir = join(meters.spoolDir, 'boots', boot);
  mkdirSync(dir, { recursive: true });
  const of = { dir, gateway: 'gw', boot, fingerprint: 'sp', fsync: 'interval' } as const;
  const spool = new Spool({ ...of, onFatal: (error) => meters.fatal.push(error) });
  for (let i = 0; i < requests; i++) {
    spool.begin(() => {});
    spool.append(encodeRecord(recordOf(`cus_${boot}`)));
  }
  spool.close();
  return join(dir, readdirSync(dir).find((name) => name.startsWith('segment-')) as string);
}

const gapsOf = (boot: string) => meters.sql`
  select reason, first_frame::int, last_frame::int from usage_gaps where boot_id = ${boot}`;

async function stateOf(boot: string): Promise<string | undefined> {
  const [row] = await meters.sql<{ state: string }[]>`
    select state from boots where boot_id = ${boot}`;
  return row?.state;
}

test('a last segment that was cut meanwhile is a gap, and nothing comes back', async () => {
  await meters.close(meters.open(), 5_000);
  const path = await recorded('bt_cut', 100);
  truncateSync(path, Math.floor(statSync(path).size / 2));
  meters.open();
  await vi.waitFor(async () => expect(await stateOf('bt_cut')).toBe('forfeited'), PATIENT);
  const there = await meters.ledger('cus_bt_cut');
  expect(there).toBeGreaterThan(10);
  expect(there).toBeLessThan(60);
  const gap = { reason: 'missing_frames', first_frame: there + 1, last_frame: 100 };
  expect(await gapsOf('bt_cut')).toEqual([gap]);
  const put = readdirSync(join(meters.spoolDir, 'boots', 'bt_cut'));
  await vi.waitFor(() => expect(put.some((name) => name.endsWith('.quarantined'))).toBe(true));
});

/** A gateway process that is killed after so many answers; which boot it was. */
async function killed(customer: string, answers: number): Promise<string> {
  const before = new Set(readdirSync(join(meters.spoolDir, 'boots')));
  const program = join(import.meta.dirname, 'one-gateway.ts');
  const child = spawn(process.execPath, [program, meters.spoolDir, meters.core.url, customer, '2']);
  let answered = 0;
  for await (const chunk of child.stdout) {
    answered += (chunk as Buffer).length;
    if (answered >= answers) child.kill('SIGKILL');
  }
  const made = readdirSync(join(meters.spoolDir, 'boots')).filter((boot) => !before.has(boot));
  return made[0] as string;
}

test('stopped while core is away, or killed, a spool reports no gap', async () => {
  const boots: string[] = [];
  for (const requests of [0, 1, 40]) {
    meters.core.weather = () => 'fair';
    const gateway = meters.open();
    boots.push(gateway.boot);
    // Of some of it core has the batch already, and its segment may be gone.
    for (let i = 0; i < requests; i++) await serve(gateway, 'cus_drained');
    await vi.waitFor(() => expect(gateway.reachable()).toBe(true), PATIENT);
    meters.core.weather = () => 'refused';
    for (let i = 0; i < requests; i++) await serve(gateway, 'cus_drained');
    expect(await meters.close(gateway, 200)).toBe(false);
  }
  for (const answers of [1, 3, 300]) boots.push(await killed('cus_killed', answers));
  meters.core.weather = () => 'fair';
  meters.open();
  for (const boot of boots) {
    await vi.waitFor(async () => expect(await stateOf(boot)).toBe('sealed'), PATIENT);
    expect(await gapsOf(boot)).toEqual([]);
  }
  expect(await meters.ledger('cus_drained')).toBe(82);
});
