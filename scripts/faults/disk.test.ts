import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Disk } from './rig/disk.ts';
import type { Gateway } from './rig/gateway.ts';
import type { Load, LoadOf } from './rig/load.ts';
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
/** 10 s for what is under way, 1 s for its records, 5 s for the last sync, and a busy machine. */
const STOPS_WITHIN_MS = 18_000;

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
async function loadOnDisk(
  of: Parameters<Rig['addGateway']>[0] = {},
  asked: Partial<LoadOf> = {},
): Promise<OnDisk> {
  const disk = Disk.inMemory(SPOOL_KIB);
  disks.push(disk);
  const gateway = await rig.addGateway({ ...of, spool: disk.path });
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  // Steady: clients that wait for each other's answers would all be held by one full write.
  const steady = { perSecond: sized(400, 800), clients: 200 };
  const weights = rig.gateways.map(({ at }) => Number(at === gateway.at));
  const load = await trial.load({ ...steady, weights, ...asked });
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
  report(`${ROUNDS} times; ${figures.refused} refused, ${figures.recorded} recorded`);
  // On a machine that others keep busy a gateway also turns away what it would be late with.
  const reasons = Object.keys(figures.reasons).filter((reason) => reason !== 'overloaded');
  expect(reasons).toEqual(['spool_full']);
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

test('stopped with a full disk it is unready at once, ends, loses nothing', async (context) => {
  needs(context, 'mount');
  // Many are under way when the disk is full: there is no room for the records of all.
  const answers = [{ status: 200, ms: 400, weight: 1 }];
  const on = await loadOnDisk({}, { answers });
  const { part, privateUrl, wire, at } = on.gateway;
  wire.cut();
  on.disk.fill(0);
  await full(on);
  const from = performance.now();
  const stopped = on.trial.hurt('stop', () => part.end('SIGTERM'), [at]);
  await vi.waitFor(async () => expect((await fetch(`${privateUrl}/readyz`)).status).toBe(503));
  const unready = performance.now() - from;
  expect(await stopped).toBe(0);
  const took = performance.now() - from;
  expect(took).toBeLessThan(STOPS_WITHIN_MS);
  await on.trial.stopLoads();
  // Those that the disk took no record of have no whole answer.
  expect(on.trial.asked.some(({ sent, complete }) => sent && !complete)).toBe(true);
  on.disk.empty();
  wire.heal();
  await part.start();
  const { findings, figures } = await on.trial.verdict();
  await part.end('SIGTERM');
  expect(findings).toEqual([]);
  const seen = `unready after ${Math.round(unready)} ms, ended after ${Math.round(took)} ms`;
  report(`${seen}; ${figures.complete} whole, ${figures.recorded} recorded`);
});

const ADMITS = { env: { SPOOL_FULL: 'admit' } };

/** What core was told of records that the disk did not take: how many, in how many rows. */
async function unrecordedOf({ gateway }: OnDisk): Promise<number> {
  const [row] = await rig.sql<{ frames: number }[]>`
    select coalesce(sum(last_frame - first_frame + 1), 0)::int as frames from usage_gaps
     where gateway_id = ${gateway.id} and reason = 'unrecorded_requests'`;
  return row?.frames ?? 0;
}

test('with SPOOL_FULL=admit requests go on, and their records follow', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk(ADMITS);
  for (let round = 0; round < ROUNDS; round++) {
    on.gateway.wire.cut();
    on.disk.fill(0);
    await on.load.more(1_000);
    on.disk.empty();
    on.gateway.wire.heal();
    await on.load.more(100);
  }
  const { findings, figures } = await on.trial.verdict();
  await on.gateway.part.end('SIGTERM');
  expect(findings).toEqual([]);
  expect(figures).toMatchObject({ reasons: {}, recorded: figures.complete });
  expect(await unrecordedOf(on)).toBe(0);
  report(`${ROUNDS} times; ${figures.refused} refused, ${figures.recorded} recorded`);
});

test('with SPOOL_FULL=admit a kill on a full disk loses what core is told of', async (context) => {
  needs(context, 'mount');
  const on = await loadOnDisk(ADMITS);
  await killedWhenFull(on, () => on.load.more(1_000));
  const [boot = ''] = on.gateway.openBoots;
  on.disk.empty();
  await on.gateway.part.start();
  const { findings, figures } = await on.trial.verdict();
  await on.gateway.part.end('SIGTERM');
  const lost = figures.complete - figures.recorded;
  const told = await unrecordedOf(on);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThanOrEqual(told);
  expect(told - lost).toBeLessThanOrEqual(figures.inFlight);
  const ends = await rig.sql`select state from boots where boot_id = ${boot}`;
  expect(ends).toEqual([{ state: 'forfeited' }]);
  const kinds = new Set(findings.map(({ kind }) => kind));
  for (const kind of ['lost', 'bytes differ', 'wrong minute', 'doubt not stated'] as const) {
    kinds.delete(kind);
  }
  expect([...kinds]).toEqual(['loss reported']);
  report(`${figures.complete} whole, ${figures.recorded} recorded, ${told} told to be missing`);
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
