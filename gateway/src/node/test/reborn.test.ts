import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { SyncEnvelope } from '../../../../billing-core/src/contract/sync.ts';
import { testFolder } from '../../../../scripts/test/folder.ts';
import { LiveProcess } from './live-process.ts';
import { serve, useMeters } from './meters.ts';

// A live process whose boot core ended, and what becomes of what it recorded.

const meters = useMeters();
const PATIENT = { timeout: 15_000, interval: 20 };
const live: LiveProcess[] = [];
afterEach(async () => {
  await Promise.all(live.splice(0).map((process) => process.kill()));
});

function start(customer: string, spoolDir = meters.spoolDir): LiveProcess {
  const started = new LiveProcess({ spoolDir, coreUrl: meters.core.url, customer });
  live.push(started);
  return started;
}

function copyOf(spoolDir: string): string {
  const folder = testFolder('copy');
  cpSync(spoolDir, folder, { recursive: true });
  return folder;
}

type Row = { boot_id: string; state: string; in_doubt: number };
const rows = (like: string): Promise<Row[]> =>
  meters.sql<Row[]>`select boot_id, state, in_doubt::int from boots
    where boot_id like ${`${like}%`} order by boot_id`;
const stateOf = async (boot: string): Promise<string | undefined> => (await rows(boot))[0]?.state;
const becomes = (boot: string, state: string): Promise<void> =>
  vi.waitFor(async () => expect(await stateOf(boot)).toBe(state), PATIENT);

/** As if the boot's own process had not been heard of for long enough. */
const silence = (boot: string) =>
  meters.sql`update boots set last_seen_at = last_seen_at - interval '31 seconds'
    where boot_id = ${boot}`;

const isOf =
  (boot: string) =>
  ({ by }: SyncEnvelope): boolean =>
    by === boot;

/** A process with usage that core does not have; nobody can speak for it but itself. */
async function cutOff(customer: string) {
  const process = start(customer);
  await process.answers(200);
  const [boot = ''] = process.boots;
  await meters.core.deafTo(boot);
  await process.answers(100);
  return { process, boot };
}

const snapshotOf = (process: LiveProcess): Promise<string> =>
  process.standingStill(() => copyOf(meters.spoolDir));

/** A copy of its spool ships what was there then, and ends the boot. */
async function endedByCopy({ process, boot }: { process: LiveProcess; boot: string }) {
  await silence(boot);
  meters.open({ spoolDir: await snapshotOf(process), version: 'copy' });
  await becomes(boot, 'forfeited');
}

/** Ends the process; then what it left is shipped, and every answer is in the ledger once. */
async function allIsThere(customer: string, processes: LiveProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.kill()));
  meters.core.weather = () => 'fair';
  const last = meters.open();
  const answered = processes.reduce((sum, process) => sum + process.answered, 0);
  const enough = async (): Promise<void> => {
    expect(await meters.ledger(customer)).toBeGreaterThanOrEqual(answered);
    const alive = await meters.sql`select boot_id from boots where state = 'live'
      and gateway_id = ${last.gateway} and boot_id <> ${last.boot} and version <> 'copy'`;
    expect(alive).toEqual([]);
  };
  await vi.waitFor(enough, PATIENT);
  // A request whose record was written and whose answer was not yet seen: one a life.
  expect(await meters.ledger(customer)).toBeLessThanOrEqual(answered + processes.length);
}

test('a process whose boot a copy ended goes on, and nothing is lost or doubled', async () => {
  const { process, boot } = await cutOff('cus_copied');
  await endedByCopy({ process, boot });
  await process.answers(100);
  meters.core.weather = () => 'fair';
  await becomes(`${boot}.1`, 'sealed');
  await process.answers(100);
  expect(process.alive).toBe(true);
  expect(process.boots).toHaveLength(2);
  await allIsThere('cus_copied', [process]);
  const shipped = await meters.sql<{ boot_id: string; requests: number }[]>`
    select boot_id, sum(requests)::int as requests from usage_entries
     where customer_id = 'cus_copied' group by 1`;
  // What the copy had, what it had not, and what came under the boot of after.
  for (const name of [boot, `${boot}.1`, process.boots[1]]) {
    expect(shipped.find((row) => row.boot_id === name)?.requests).toBeGreaterThan(0);
  }
  const gaps = await meters.sql`select reason from usage_gaps where boot_id like ${`${boot}%`}`;
  expect(gaps).toEqual([]);
});

const isLater = (boot: string, sync: SyncEnvelope): boolean => sync.by !== boot;
test.each<[string, (boot: string, sync: SyncEnvelope) => boolean, 'lost request' | 'lost answer']>([
  ['before it says a word', (boot, sync) => sync.by === boot, 'lost answer'],
  ['with its first word in the new boot', (boot, sync) => isLater(boot, sync), 'lost answer'],
  [
    'asking for the old boot',
    (boot, sync) => sync.boot === boot && isLater(boot, sync),
    'lost answer',
  ],
  ['sending what is behind', (boot, sync) => sync.boot === `${boot}.1`, 'lost request'],
  ['when what is behind was taken', (boot, sync) => sync.boot === `${boot}.1`, 'lost answer'],
  [
    'ending the successor',
    (boot, sync) => sync.boot === `${boot}.1` && sync.end !== null,
    'lost answer',
  ],
])('killed %s it loses and doubles nothing', async (name, isMoment, weather) => {
  const customer = `cus_${name.replaceAll(' ', '_')}`;
  const { process, boot } = await cutOff(customer);
  await endedByCopy({ process, boot });
  await process.answers(100);
  let killed = false;
  meters.core.weather = (sync) => {
    if (sync.version === 'copy') return 'fair';
    if (killed || !isMoment(boot, sync)) return killed ? 'refused' : 'fair';
    killed = true;
    process.signal('SIGKILL');
    return weather;
  };
  await process.exited;
  meters.core.weather = () => 'fair';
  expect(killed).toBe(true);
  const second = start(customer);
  await second.answers(50);
  await allIsThere(customer, [process, second]);
});

test('written off by mistake it goes on; late usage is taken, then it is sealed', async () => {
  const process = start('cus_mistaken');
  await process.answers(200);
  const [boot = ''] = process.boots;
  await meters.sql`update boots set state = 'written_off', watermark = 9223372036854775807
    where boot_id = ${boot}`;
  await becomes(boot, 'sealed');
  await process.answers(100);
  expect(process.alive).toBe(true);
  expect(await rows(boot)).toEqual([{ boot_id: boot, state: 'sealed', in_doubt: 0 }]);
  await allIsThere('cus_mistaken', [process]);
});

test('a copy that shipped the same frames in another batch, and did not end the boot', async () => {
  const { process, boot } = await cutOff('cus_diverged');
  await silence(boot);
  const folder = await snapshotOf(process);
  // Copied before the process cut its batch: the copy cuts another one, of the frames it has.
  const dir = join(folder, 'boots', boot);
  for (const name of readdirSync(dir)) if (name.startsWith('batch-')) rmSync(join(dir, name));
  const before = await meters.ledger('cus_diverged');
  const copy = meters.open({ spoolDir: folder, version: 'copy' });
  const isCut = isOf(boot);
  meters.core.weather = (sync) =>
    isCut(sync) || (sync.by === copy.boot && sync.end !== null) ? 'refused' : 'fair';
  await vi.waitFor(
    async () => expect(await meters.ledger('cus_diverged')).toBeGreaterThan(before),
    PATIENT,
  );
  await process.answers(100);
  meters.core.weather = (sync) => (sync.by === copy.boot ? 'refused' : 'fair');
  await becomes(boot, 'forfeited');
  await becomes(`${boot}.1`, 'sealed');
  expect(process.alive).toBe(true);
  await allIsThere('cus_diverged', [process]);
});

test('two copies that both ship what is behind an ended boot ship it once', async () => {
  const process = start('cus_twice');
  await process.answers(200);
  const [boot = ''] = process.boots;
  await meters.core.deafTo(boot);
  await process.answers(300);
  await process.kill();
  const { answered } = process;
  // Whoever ended it had no frame of the last ones.
  await meters.sql`update boots set state = 'forfeited', watermark = 9223372036854775807
    where boot_id = ${boot}`;
  const copies = [copyOf(meters.spoolDir), copyOf(meters.spoolDir)];
  const open = [meters.spoolDir, ...copies].map((spoolDir) => meters.open({ spoolDir }));
  await becomes(`${boot}.1`, 'sealed');
  for (const gateway of open) await serve(gateway, 'cus_twice');
  for (const gateway of open) expect(await meters.close(gateway, 5_000)).toBe(true);
  const recorded = await meters.ledger('cus_twice');
  expect(recorded).toBeGreaterThanOrEqual(answered + open.length);
  expect(recorded).toBeLessThanOrEqual(answered + open.length + 1);
});
