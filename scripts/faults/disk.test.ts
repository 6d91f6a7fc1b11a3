import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Disk } from './rig/disk.ts';
import type { Gateway } from './rig/gateway.ts';
import type { Load } from './rig/load.ts';
import { Rig } from './rig/rig.ts';
import { needs } from './rig/tools.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

// A spool whose disk takes no more.

vi.setConfig({ testTimeout: patience() });

const ROUNDS = sized(1, 10);
const SPOOL_KIB = 2_000;
const LEFT_KIB = 60;
const SPOOL_LEFT_KIB = sized(300, 1_000);

let rig: Rig;
const disks: Disk[] = [];
beforeAll(async () => {
  rig = await Rig.open({ gateways: 0 });
});
afterAll(async () => {
  await rig.close();
  for (const disk of disks) disk.unmount();
});

type OnDisk = { gateway: Gateway; disk: Disk; trial: Trial; load: Load };

/** A load on a gateway whose spool has a small disk of its own. */
async function loadOnDisk(of: Parameters<Rig['addGateway']>[0] = {}): Promise<OnDisk> {
  const disk = Disk.inMemory(SPOOL_KIB);
  disks.push(disk);
  const gateway = await rig.addGateway({ ...of, spool: disk.path });
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  // Steady: clients that wait for each other's answers would all be held by one full write.
  const steady = { perSecond: sized(400, 800), clients: 200 };
  const weights = rig.gateways.map(({ at }) => Number(at === gateway.at));
  const load = await trial.load({ ...steady, weights });
  await load.more(50);
  return { gateway, disk, trial, load };
}

/** Resolves when requests are refused for the disk's sake. */
async function full({ load }: OnDisk): Promise<void> {
  const { refused } = load.counts;
  await load.until((counts) => counts.refused > refused + 20);
}

test('a full disk refuses requests, loses none, and goes on when it has room', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk();
  for (let round = 0; round < ROUNDS; round++) {
    on.disk.fill(LEFT_KIB);
    await full(on);
    on.disk.empty();
    await on.load.more(100);
  }
  const { findings, figures } = await on.trial.verdict();
  await on.gateway.part.end('SIGTERM');
  expect(findings).toEqual([]);
  expect(figures.recorded).toBe(figures.complete);
  expect(Object.keys(figures.reasons)).toEqual(['spool_full']);
  report(`${ROUNDS} times; ${figures.refused} refused, ${figures.recorded} recorded`);
});

test('a spool that fills its disk while core is away empties it again', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk();
  // What is left for it is little, and nothing but its own is ever given back.
  on.disk.fill(SPOOL_LEFT_KIB);
  on.gateway.wire.cut();
  await full(on);
  on.gateway.wire.heal();
  await on.load.more(200);
  const { findings, figures } = await on.trial.verdict();
  await on.gateway.part.end('SIGTERM');
  expect(findings).toEqual([]);
  report(`${figures.refused} refused, ${figures.recorded} recorded`);
});

/** Fills the disk while core is away, and kills the gateway when it was full for a while. */
async function killedWhenFull(on: OnDisk, wasFull: () => Promise<void>): Promise<void> {
  on.gateway.wire.cut();
  on.disk.fill(0);
  await wasFull();
  await on.trial.kill(on.gateway.at);
  on.gateway.wire.heal();
  await on.trial.stopLoads();
}

test('a gateway killed with its disk full starts on it and loses nothing', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk();
  await killedWhenFull(on, () => full(on));
  await on.gateway.part.start();
  const { findings, figures } = await on.trial.verdict();
  await on.gateway.part.end('SIGTERM');
  expect(findings).toEqual([]);
  report(`${figures.refused} refused, ${figures.complete} whole, ${figures.recorded} recorded`);
});

test('a gateway that takes no notice of a full disk is seen to lose', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk({ without: 'the wait for a full disk' });
  await killedWhenFull(on, () => on.load.more(300));
  on.disk.empty();
  await on.gateway.part.start();
  const { findings } = await on.trial.verdict();
  expect(findings.map(({ kind }) => kind)).toContain('lost');
});
