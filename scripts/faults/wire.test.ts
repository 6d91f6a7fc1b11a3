import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Load } from './rig/load.ts';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import type { Wire } from './rig/wire.ts';
import { isFull, patience, report, sized } from './size.ts';

// What happens between gateway and billing-core. Clients notice nothing of it.

vi.setConfig({ testTimeout: patience() });

const ROUNDS = sized(2, 40);
const COPIES = sized(10, 500);
const DELAY_MS = 400;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 2 });
});
afterAll(() => rig.close());

const wires = (): Wire[] => rig.gateways.map(({ wire }) => wire);
const syncs = (): number => Math.min(...wires().map((wire) => wire.syncs));
const copies = (): number => Math.min(...wires().map((wire) => wire.copies));

/** Resolves when each gateway has sent this many more syncs. */
async function moreSyncs(count: number): Promise<void> {
  const to = syncs() + count;
  await vi.waitUntil(() => syncs() >= to, { timeout: patience(), interval: 10 });
}

const HURTS: Record<string, (load: Load) => Promise<void>> = {
  'cut off': async (load) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const wire of wires()) wire.cut();
      await load.more(100);
      for (const wire of wires()) wire.heal();
      await moreSyncs(2);
    }
  },
  'broken while messages are under way': async () => {
    for (let round = 0; round < 2 * ROUNDS; round++) {
      await moreSyncs(1);
      for (const wire of wires()) wire.drop();
    }
  },
  delayed: async () => {
    for (const wire of wires()) wire.delay(DELAY_MS);
    await moreSyncs(ROUNDS);
  },
  'without answers': async () => {
    for (const wire of wires()) wire.loseAnswers();
    await moreSyncs(ROUNDS);
  },
  'doubled and out of order': async () => {
    for (const wire of wires()) wire.double();
    const to = copies() + COPIES;
    await vi.waitUntil(() => copies() >= to, { timeout: patience(), interval: 10 });
  },
};

/** A load, with the wires hurt and then healed. */
async function hurt(name: string): Promise<Trial> {
  const trial = await Trial.begin(rig);
  await trial.customer();
  const load = await trial.load();
  await load.more(100);
  try {
    await HURTS[name]?.(load);
  } finally {
    for (const wire of wires()) wire.heal();
  }
  return trial;
}

describe('a connection with billing-core that is', () => {
  test.each(Object.keys(HURTS))('%s neither loses nor doubles', async (name) => {
    const trial = await hurt(name);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(figures.recorded).toBe(figures.complete);
    report(`${figures.complete} arrived whole, ${figures.recorded} recorded`);
  });

  // A gateway waits 10 s for an answer before it takes a connection for dead.
  test.runIf(isFull())('half open neither loses nor doubles', async () => {
    const trial = await Trial.begin(rig);
    await trial.customer();
    const load = await trial.load();
    await load.more(500);
    for (const wire of wires()) wire.halfOpen();
    const from = performance.now();
    await moreSyncs(3);
    const ms = performance.now() - from;
    await pause(500);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    report(`usage flows again after ${Math.round(ms)} ms; ${figures.recorded} recorded`);
  });
});

// Last: what it leaves in the database is wrong.
describe('without the dedup', () => {
  beforeAll(async () => {
    await rig.sql`alter table usage_batches drop constraint usage_batches_pkey`;
    await rig.replaceCore({ without: 'the dedup of batches' });
  });

  test.each(['without answers', 'doubled and out of order'])(
    '%s is seen to double',
    async (name) => {
      const trial = await hurt(name);
      const { findings } = await trial.verdict({ unrolled: true });
      expect(findings.map(({ kind }) => kind)).toContain('more than served');
    },
  );
});
