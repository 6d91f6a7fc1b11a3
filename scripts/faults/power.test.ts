import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Finding } from './checker/verdict.ts';
import { Disk } from './rig/disk.ts';
import type { Gateway } from './rig/gateway.ts';
import type { Load } from './rig/load.ts';
import { Machine } from './rig/machine.ts';
import { Rig } from './rig/rig.ts';
import type { Mechanism } from './rig/taken-out.ts';
import { needs } from './rig/tools.ts';
import { Trial } from './rig/trial.ts';
import { isFull, patience, report, sized } from './size.ts';

// The power goes: what is not on the disk itself is gone, with all processes.

vi.setConfig({ testTimeout: patience() });

const CUTS = sized(1, 40);
const BETWEEN = sized(200, 1_000);
const EXT4_MIB = 24;
const XFS_MIB = 320;
/** With `interval`, records of so long may be lost, as the docs say. */
const LOSS_MS = 500;

let rig: Rig;
const disks: Disk[] = [];
beforeAll(async () => {
  rig = await Rig.open({ gateways: 0 });
});
afterAll(async () => {
  await rig.close();
  for (const disk of disks) disk.unmount();
});

type OnDisk = { gateway: Gateway; disk: Disk; machine: Machine; trial: Trial; load: Load };
type Of = { fsync: 'always' | 'interval'; kind?: 'ext4' | 'xfs'; without?: Mechanism };

/** A load on a gateway that runs on a machine and a disk of its own. */
async function loadOnMachine({ fsync, kind = 'ext4', without }: Of): Promise<OnDisk> {
  const disk = Disk.onImage(kind, kind === 'xfs' ? XFS_MIB : EXT4_MIB);
  disks.push(disk);
  const machine = new Machine(join(rig.folder, `machine-${disks.length}`, 'boot-id'));
  const gateway = await rig.addGateway({
    spool: join(disk.path, 'spool'),
    env: { SPOOL_FSYNC: fsync },
    wrap: machine.wrap,
    ...(without && { without }),
  });
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  const weights = rig.gateways.map(({ at }) => Number(at === gateway.at));
  const load = await trial.load({ weights, clients: 16 });
  return { gateway, disk, machine, trial, load };
}

/** Cuts the power under load, and starts all again. */
async function cutPower({ gateway, disk, machine, trial, load }: OnDisk): Promise<void> {
  await load.more(BETWEEN);
  await trial.hurt(
    'power cut',
    async () => {
      gateway.part.signal('SIGSTOP');
      await disk.powerCut(() => gateway.part.end('SIGKILL'));
    },
    [gateway.at],
  );
  machine.restart();
  await gateway.part.start();
}

const kinds = (findings: readonly Finding[]): string[] => findings.map(({ kind }) => kind);

/** Whole answers that came in the fullest time of so many ms before the first fault. */
function answeredWithin({ asked, faults }: Trial, ms: number): number {
  const [cut] = faults;
  if (!cut) throw new Error('nothing was hurt');
  const times = asked.filter(({ complete, done }) => complete && done <= cut.until);
  const done = times.map((each) => each.done).toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  done.forEach((time, at) => {
    while (done[first]! < time - ms) first += 1;
    most = Math.max(most, at - first + 1);
  });
  return most;
}

describe('a power cut', () => {
  test('loses nothing with SPOOL_FSYNC=always', async (context) => {
    needs(context, 'mount', 'mkfs.ext4', 'unshare');
    const on = await loadOnMachine({ fsync: 'always' });
    for (let cut = 0; cut < CUTS; cut++) await cutPower(on);
    const { findings, figures } = await on.trial.verdict();
    await on.gateway.part.end('SIGTERM');
    expect(findings).toEqual([]);
    const { complete, recorded, extra, inFlight } = figures;
    report(
      `${CUTS} cuts; ${complete} arrived whole, ${recorded} recorded, ` +
        `${extra} of ${inFlight} in flight recorded without`,
    );
  });

  test('is seen to lose without the fsync', async (context) => {
    needs(context, 'mount', 'mkfs.ext4', 'unshare');
    const on = await loadOnMachine({ fsync: 'always', without: 'the fsync of the spool' });
    await cutPower(on);
    const { findings } = await on.trial.verdict();
    await on.gateway.part.end('SIGTERM');
    expect(kinds(findings)).toContain('lost');
  });

  test('loses what the interval says at most, and gives no unit back', async (context) => {
    needs(context, 'mount', 'mkfs.ext4', 'unshare');
    const on = await loadOnMachine({ fsync: 'interval' });
    await cutPower(on);
    const { findings, figures } = await on.trial.verdict();
    await on.gateway.part.end('SIGTERM');
    const lost = figures.complete - figures.recorded;
    const bound = answeredWithin(on.trial, LOSS_MS);
    expect(lost).toBeLessThanOrEqual(bound);
    const states = await rig.sql`select state from boots where gateway_id = ${on.gateway.id}
      order by started_at limit 1`;
    expect(states).toEqual([{ state: 'forfeited' }]);
    // What the disk still knows to have been recorded is told of as a gap.
    const others = new Set(['lost', 'bytes differ', 'wrong minute', 'loss reported']);
    expect(kinds(findings).filter((kind) => !others.has(kind))).toEqual([]);
    report(`${lost} lost, of ${bound} that were answered in the fullest ${LOSS_MS} ms`);
  });

  test.runIf(isFull())('of the file system itself loses nothing with always', async (context) => {
    needs(context, 'mount', 'mkfs.xfs', 'xfs_io', 'unshare');
    const on = await loadOnMachine({ fsync: 'always', kind: 'xfs' });
    for (let cut = 0; cut < CUTS; cut++) {
      await on.load.more(BETWEEN);
      await on.trial.hurt(
        'shutdown',
        () => on.disk.shutDown(() => on.gateway.part.end('SIGKILL')),
        [on.gateway.at],
      );
      on.machine.restart();
      await on.gateway.part.start();
    }
    const { findings, figures } = await on.trial.verdict();
    expect(findings).toEqual([]);
    report(`${CUTS} times; ${figures.complete} whole, ${figures.recorded} recorded`);
  });
});
