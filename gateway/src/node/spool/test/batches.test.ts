import { beforeEach, expect, test } from 'vitest';
import { mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { ACKED_BYTES_MAX, BatchFiles, sha256Hex, type StoredBatch } from '../batches.ts';
import { ownSpool } from '../owner.ts';

let dir = '';
beforeEach(() => {
  dir = testFolder('batches');
});

const NOW = Date.now();
const DAY_MS = 86_400_000;
const batch = (sequence: number): StoredBatch => {
  const bytes = Buffer.from(`batch ${sequence}`);
  const [first_frame, last_frame] = [sequence * 10 - 9, sequence * 10];
  const header = { sequence, first_frame, last_frame, entries: 1, watermark: 0 };
  return { header: { ...header, sha256: sha256Hex(bytes) }, bytes };
};
const files = (): BatchFiles => new BatchFiles(dir, { durable: false });

test('what is written is read, also by the next process', () => {
  files().write(batch(1));
  expect(files().read(1)).toEqual(batch(1));
  expect(files().pending).toEqual([1]);
});

test('however long a boot is idle, its numbers and frames are not used again', () => {
  const store = files();
  for (const sequence of [1, 2, 3]) {
    store.write(batch(sequence));
    store.acknowledge(sequence, NOW);
  }
  store.prune(NOW + 10 * DAY_MS);
  expect(store.places.map(({ sequence }) => sequence)).toEqual([3]);
  expect([files().last, files().batchedFrame]).toEqual([3, 30]);
});

test('a number stays used when its batch is put aside', () => {
  const store = files();
  store.write(batch(1));
  store.quarantine(1);
  expect([files().last, files().pending]).toEqual([1, []]);
});

test('a restored core is sent again from where it asks', () => {
  const store = files();
  for (const sequence of [1, 2, 3]) {
    store.write(batch(sequence));
    store.acknowledge(sequence, NOW);
  }
  store.reopenFrom(2);
  expect(files().pending).toEqual([2, 3]);
});

test('a spool without its identity is refused: its usage would be counted twice', () => {
  ownSpool(dir).release();
  mkdirSync(join(dir, 'boots', 'bt_older'));
  rmSync(join(dir, 'spool.json'));
  expect(() => ownSpool(dir)).toThrow(/spool.json is missing/);
});

const kept = (store: BatchFiles): number[] => store.places.map(({ sequence }) => sequence);

test('an acknowledged batch stays for 24 h, and no longer', () => {
  const store = files();
  for (const sequence of [1, 2, 3]) store.write(batch(sequence));
  store.acknowledge(1, NOW);
  store.acknowledge(2, NOW + 1_000);
  store.prune(NOW + DAY_MS - 1_000);
  expect(kept(store)).toEqual([1, 2, 3]);
  store.prune(NOW + DAY_MS);
  expect(kept(store)).toEqual([2, 3]);
  // What core has not acknowledged has no age.
  store.prune(NOW + 10 * DAY_MS);
  expect([kept(store), store.pending]).toEqual([[3], [3]]);
});

test('of what is kept for a day the oldest go where it takes too much of the disk', () => {
  const store = files();
  for (const sequence of [1, 2, 3, 4]) {
    store.write(batch(sequence));
    store.acknowledge(sequence, NOW);
  }
  // Sparse: its size counts, not its blocks.
  const path = (sequence: number): string =>
    readdirSync(dir).find((name) =>
      name.startsWith(`acked-${String(sequence).padStart(12, '0')}`),
    ) ?? '';
  truncateSync(join(dir, path(2)), ACKED_BYTES_MAX);
  store.prune(NOW);
  expect(kept(store)).toEqual([3, 4]);
});

test('what stays is looked at once, however many there are', () => {
  const store = files();
  for (const sequence of [1, 2, 3, 4]) store.write(batch(sequence));
  for (const sequence of [1, 2, 3]) store.acknowledge(sequence, NOW);
  store.prune(NOW);
  // Behind its back: a second look would not find them.
  for (const name of readdirSync(dir)) if (name.startsWith('acked-')) rmSync(join(dir, name));
  store.prune(NOW + DAY_MS - 1_000);
  expect(kept(store)).toEqual([1, 2, 3, 4]);
});

test('what core asked for again has the age of its second acknowledgement', () => {
  const store = files();
  for (const sequence of [1, 2, 3]) store.write(batch(sequence));
  for (const sequence of [1, 2]) store.acknowledge(sequence, NOW);
  store.prune(NOW);
  store.reopenFrom(2);
  store.acknowledge(2, NOW + DAY_MS);
  store.prune(NOW + DAY_MS);
  expect(kept(store)).toEqual([2, 3]);
});
