import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Durability, FSYNC_INTERVAL_MS, UNSYNCED_MAX_MS } from '../durability.ts';
import type { Pending } from '../overflow.ts';
import type { FsyncPolicy } from '../spool.ts';

let syncs: PromiseWithResolvers<void>[] = [];
let left: number[] = [];
let failed: unknown[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  [syncs, left, failed] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

function open(policy: FsyncPolicy) {
  const durability = new Durability({
    policy,
    sync: () => {
      const sync = Promise.withResolvers<void>();
      syncs.push(sync);
      return sync.promise;
    },
    release: (written) => left.push(...written.map(({ number }) => number)),
    onFatal: (error) => failed.push(error),
  });
  let number = 0;
  const write = (): void => {
    number += 1;
    const entry = { written: () => {}, release: () => {}, lost: () => {} };
    const frame: Pending = { payload: '', bytes: 0, number, entry, released: false };
    durability.wrote([frame]);
  };
  return { durability, write };
}

const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('answers whose records are written', () => {
  test('leave at once with interval, and a sync follows', async () => {
    const { write } = open('interval');
    write();
    expect(left).toEqual([1]);
    await passes(FSYNC_INTERVAL_MS);
    expect(syncs).toHaveLength(1);
  });

  test('wait with interval for a late disk: half a second of them is not synced', async () => {
    const { write } = open('interval');
    for (let ms = 0; ms < 2_000; ms += 100) {
      write();
      await passes(100);
    }
    expect(left).toHaveLength(UNSYNCED_MAX_MS / 100);
    for (let n = 0; n < syncs.length; n++) {
      syncs[n]?.resolve();
      await passes(0);
    }
    expect(left).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    write();
    expect(left).toHaveLength(21);
  });

  test('wait for a sync that began behind them with always, in order', async () => {
    const { write } = open('always');
    write();
    write();
    expect([left, syncs.length]).toEqual([[], 1]);
    syncs[0]?.resolve();
    await passes(0);
    expect([left, syncs.length]).toEqual([[1], 2]);
    syncs[1]?.resolve();
    await passes(0);
    expect(left).toEqual([1, 2]);
  });

  test('never leave when the sync failed', async () => {
    const { write } = open('always');
    write();
    syncs[0]?.reject(new Error('EIO'));
    await passes(1_000);
    expect([left, syncs.length, failed.length]).toEqual([[], 1, 1]);
  });

  test('wait for nothing with never', async () => {
    const { write } = open('never');
    write();
    await passes(1_000);
    expect([left, syncs.length]).toEqual([[1], 0]);
  });
});
