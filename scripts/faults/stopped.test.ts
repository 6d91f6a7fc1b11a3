import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { isFull, patience, report, sized } from './size.ts';

// Processes that stand still where they are, as under a debugger, a paused machine or a long
// collection of garbage: they have not died, and go on with what they believed.

vi.setConfig({ testTimeout: patience() });

const STOPS = sized(2, 10);
const STOPPED_MS = sized(700, 5_000);
/** A gateway takes an answer that has not come by then for lost. */
const SYNC_TIMEOUT_MS = 10_000;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 2 });
});
afterAll(() => rig.close());

test('a gateway that stood still under load loses nothing and doubles nothing', async () => {
  const trial = await Trial.begin(rig);
  await trial.customer();
  const load = await trial.load();
  for (let stop = 0; stop < STOPS; stop++) {
    const { part } = rig.gateway(stop % 2);
    await load.more(100);
    part.signal('SIGSTOP');
    await pause(STOPPED_MS);
    part.signal('SIGCONT');
  }
  const { findings, figures } = await trial.verdict();
  expect(findings).toEqual([]);
  expect(figures.recorded).toBe(figures.complete);
  report(
    `${STOPS} stops of ${STOPPED_MS} ms; ${figures.complete} whole, ${figures.recorded} recorded`,
  );
});

/**
 * Stops billing-core while syncs are on their way to it, and lets their gateways give them up and
 * send them again: when it goes on it finds each of them twice.
 */
async function stopCore(): Promise<Trial> {
  const trial = await Trial.begin(rig);
  await trial.customer();
  const load = await trial.load();
  const wires = rig.gateways.map(({ wire }) => wire);
  for (let stop = 0; stop < STOPS; stop++) {
    await load.more(100);
    rig.core.signal('SIGSTOP');
    const before = wires.map(({ syncs }) => syncs);
    const asked = (): boolean => wires.every(({ syncs }, at) => syncs > before[at]!);
    await vi.waitUntil(asked, { timeout: 30_000, interval: 5 });
    for (const wire of wires) wire.drop();
    await vi.waitUntil(() => wires.every(({ syncs }, at) => syncs > before[at]! + 1), {
      timeout: 30_000,
      interval: 5,
    });
    rig.core.signal('SIGCONT');
    await load.more(100);
  }
  return trial;
}

describe('billing-core that stood still', () => {
  test('counts once what was sent to it twice meanwhile', async () => {
    const trial = await stopCore();
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${STOPS} stops; ${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  test.runIf(isFull())('for longer than gateways wait counts once', async () => {
    const trial = await Trial.begin(rig);
    await trial.customer();
    const load = await trial.load();
    await load.more(1_000);
    rig.core.signal('SIGSTOP');
    await pause(2.5 * SYNC_TIMEOUT_MS);
    rig.core.signal('SIGCONT');
    await load.more(1_000);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    report(`${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  // Last: what it leaves in the database is wrong.
  test('and has lost its dedup is seen to double', async () => {
    await rig.sql`alter table usage_batches drop constraint usage_batches_pkey`;
    await rig.replaceCore({ without: 'the dedup of batches' });
    const trial = await stopCore();
    const { findings } = await trial.verdict({ unrolled: true });
    expect(findings.map(({ kind }) => kind)).toContain('more than served');
  });
});
