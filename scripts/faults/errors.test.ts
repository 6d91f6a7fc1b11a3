import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Disk } from './rig/disk.ts';
import type { Gateway } from './rig/gateway.ts';
import type { Load } from './rig/load.ts';
import { Machine } from './rig/machine.ts';
import { Rig } from './rig/rig.ts';
import { limitFiles, Sabotage } from './rig/sabotage.ts';
import type { Mechanism } from './rig/taken-out.ts';
import { needs } from './rig/tools.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

// A disk that fails: writes that it refuses, or takes a part of, and syncs that do not succeed.

vi.setConfig({ testTimeout: patience() });

const ROUNDS = sized(1, 10);
const BETWEEN = sized(100, 500);
const EXT4_MIB = 24;

let rig: Rig;
const disks: Disk[] = [];
beforeAll(async () => {
  rig = await Rig.open({ gateways: 0 });
});
afterAll(async () => {
  await rig.close();
  for (const disk of disks) disk.unmount();
});

type On = { gateway: Gateway; trial: Trial; load: Load };

async function loadOn(of: Parameters<Rig['addGateway']>[0] = {}): Promise<On> {
  const gateway = await rig.addGateway(of);
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  const weights = rig.gateways.map(({ at }) => Number(at === gateway.at));
  const load = await trial.load({ perSecond: 300, clients: 100, weights });
  await load.more(BETWEEN);
  return { gateway, trial, load };
}

/** The file that the gateway records in just now. */
function segmentOf({ spool, openBoots }: Gateway): string {
  const folder = join(spool, 'boots', openBoots.at(-1) ?? '');
  const segments = readdirSync(folder).filter((name) => name.startsWith('segment-'));
  return join(folder, segments.toSorted().at(-1) ?? '');
}

async function refusedMore({ load }: On, more = 20): Promise<void> {
  const to = load.counts.refused + more;
  await load.until(({ refused }) => refused >= to);
}

/** Until it has refused some, or has found its way round: an answer of core begins a new file. */
async function metBy({ gateway, load }: On, path: string): Promise<void> {
  const to = load.counts.refused + 20;
  await load.until(({ refused }) => refused >= to || segmentOf(gateway) !== path);
}

/** What differs from what it should be: nothing lost, and refused for the spool's sake alone. */
async function wrongIn({ gateway, trial }: On): Promise<unknown[]> {
  const { findings, figures } = await trial.verdict();
  await gateway.part.end('SIGTERM');
  const others = Object.keys(figures.reasons).filter((reason) => reason !== 'spool_full');
  report(`${ROUNDS} times; ${figures.refused} refused, ${figures.recorded} recorded`);
  const missing = figures.complete - figures.recorded;
  return [...findings, ...others, ...(missing === 0 ? [] : [missing])];
}

describe('a write of the spool', () => {
  test.for(['EIO', 'ENOSPC'] as const)('that fails with %s loses nothing', async (error, it) => {
    needs(it, 'strace');
    const on = await loadOn();
    for (let round = 0; round < ROUNDS; round++) {
      const path = segmentOf(on.gateway);
      const failing = { call: 'write', error, path } as const;
      const sabotage = await Sabotage.begin(on.gateway.part.pid, failing);
      await metBy(on, path);
      await sabotage.end();
      expect(sabotage.calls).toBeGreaterThan(0);
      await on.load.more(BETWEEN);
    }
    expect(await wrongIn(on)).toEqual([]);
  });

  test('that is a short one loses nothing', async (it) => {
    needs(it, 'prlimit');
    const on = await loadOn();
    const { pid } = on.gateway.part;
    for (let round = 0; round < ROUNDS; round++) {
      // In the middle of a frame.
      limitFiles(pid, statSync(segmentOf(on.gateway)).size + 1_001);
      await refusedMore(on);
      limitFiles(pid, 'unlimited');
      await on.load.more(BETWEEN);
    }
    expect(await wrongIn(on)).toEqual([]);
  });
});

/** Power cuts after which a lost page has to have been seen. */
const CUTS_MAX = 6;

/** Lets fsync fail on a machine of its own; then its power goes. Out: how often it was tried. */
async function failSync(without?: Mechanism): Promise<{ on: On; calls: number }> {
  const disk = Disk.onImage('ext4', EXT4_MIB);
  disks.push(disk);
  const machine = new Machine(join(rig.folder, `machine-${disks.length}`, 'boot-id'));
  const on = await loadOn({
    spool: join(disk.path, 'spool'),
    env: { SPOOL_FSYNC: 'always' },
    wrap: machine.wrap,
    ...(without && { without }),
  });
  const { gateway, trial, load } = on;
  const calls = await trial.hurt(
    'failed fsync',
    async () => {
      const failing = { call: 'fdatasync', error: 'EIO', path: segmentOf(gateway) } as const;
      const sabotage = await Sabotage.begin(gateway.part.pid, failing);
      // What core has by then is not lost: it takes in nothing until the power is gone.
      if (without) rig.core.signal('SIGSTOP');
      if (without) await load.more(BETWEEN);
      else await gateway.part.ended();
      if (gateway.part.running) gateway.part.signal('SIGSTOP');
      await disk.powerCut(() => gateway.part.end('SIGKILL'));
      if (without) rig.core.signal('SIGCONT');
      return sabotage.calls;
    },
    [gateway.at],
  );
  machine.restart();
  await gateway.part.start();
  return { on, calls };
}

describe('an fsync of the spool that fails', () => {
  test('ends the process, is not tried again, and a power cut then loses nothing', async (it) => {
    needs(it, 'strace', 'mount', 'mkfs.ext4', 'unshare');
    const { on, calls } = await failSync();
    const { findings, figures } = await on.trial.verdict();
    await on.gateway.part.end('SIGTERM');
    expect(findings).toEqual([]);
    expect(calls).toBe(1);
    report(`tried once; ${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  test('and is taken for one that did not is seen to lose', async (it) => {
    needs(it, 'strace', 'mount', 'mkfs.ext4', 'unshare');
    // The sync of another file may bring the pages of this one to the disk: then nothing is lost.
    const kinds = new Set<string>();
    for (let cut = 0; cut < CUTS_MAX && !kinds.has('lost'); cut++) {
      const { on } = await failSync('the end at a failed fsync');
      const { findings } = await on.trial.verdict();
      await on.gateway.part.end('SIGTERM');
      for (const { kind } of findings) kinds.add(kind);
    }
    expect([...kinds]).toContain('lost');
  });
});
