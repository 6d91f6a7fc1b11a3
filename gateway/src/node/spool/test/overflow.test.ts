import type * as fs from 'node:fs';
import type { UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import { beforeEach, expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { encodeRecord, type UsageRecord } from '../../../core/record.ts';
import { BatchFiles } from '../batches.ts';
import { UNWRITTEN_MAX } from '../overflow.ts';
import { recoverBoot } from '../recovery.ts';
import { Spool } from '../spool.ts';

// SPOOL_FULL=admit: what becomes of records that the disk does not take.

const { disk } = vi.hoisted(() => ({ disk: { full: false } }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  // A full disk still takes what is written in the place of something.
  const writeSync = (...of: [number, Buffer, number?, number?, number?]): number => {
    const inPlace = of[4] !== undefined;
    if (disk.full && !inPlace) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    return real.writeSync(...of);
  };
  return { ...real, writeSync };
});

let dir = '';
beforeEach(() => {
  disk.full = false;
  dir = testFolder('overflow');
});

const RECORD: UsageRecord = {
  requestId: 'req_1',
  customer: 'cus_a',
  key: 'key_a',
  route: 'rte_a',
  routeVersion: 1,
  outcome: 'ok',
  status: 200,
  admittedAt: 1_790_000_000_000,
  billable: true,
  quantities: [['mtr_requests', 1]],
  spent: [],
};

function open({ admits = true } = {}) {
  const seen = { written: [] as number[], left: 0, lost: 0, begun: 0, gaps: [] as UsageGap[] };
  const overflow = {
    blocked: () => false,
    onBegin: () => void (seen.begun += 1),
    onGap: (gap: UsageGap) => void seen.gaps.push(gap),
  };
  const spool = new Spool({
    dir,
    gateway: 'gw',
    boot: 'bt',
    fingerprint: 'sp',
    fsync: 'interval',
    onFatal: (error) => {
      throw error;
    },
    ...(admits && { overflow }),
  });
  const payload = encodeRecord(RECORD);
  const entry = {
    written: (frame: number) => void seen.written.push(frame),
    release: () => void (seen.left += 1),
    lost: () => void (seen.lost += 1),
  };
  /** Admits and ends so many requests in one turn. */
  const serve = (requests: number): void => {
    for (let at = 0; at < requests; at++) spool.begin(() => {});
    for (let at = 0; at < requests; at++) spool.append(payload, entry);
    spool.flush();
  };
  return { spool, seen, serve };
}

const recover = () =>
  recoverBoot(dir, { batches: new BatchFiles(dir, { durable: false }), fingerprint: 'sp' });
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
const unrecorded = (first_frame: number, last_frame: number): UsageGap => ({
  reason: 'unrecorded_requests',
  first_frame,
  last_frame,
});

test('by default no answer leaves a full disk without its record', () => {
  const { spool, seen, serve } = open({ admits: false });
  serve(2);
  disk.full = true;
  serve(3);
  expect(seen).toMatchObject({ left: 2, written: [1, 2] });
  spool.giveUp();
  spool.close();
  const left = recover();
  expect(left.gaps).toEqual([]);
  expect(left.end).toEqual({ kind: 'seal', in_doubt: 3 });
});

test('answers leave while the disk is full; their records follow when it is not', async () => {
  const { spool, seen, serve } = open();
  serve(2);
  disk.full = true;
  for (let turn = 0; turn < 10; turn++) serve(3);
  expect(seen).toMatchObject({ left: 32, written: [1, 2], begun: 1 });
  expect(spool.unwritten).toBe(30);
  const caughtUp = spool.caughtUp();
  disk.full = false;
  await caughtUp;
  serve(1);
  expect(seen).toMatchObject({ left: 33, lost: 0, written: numbers(1, 33), gaps: [] });
  spool.close();
  const left = recover();
  expect(left.records).toHaveLength(33);
  expect(left).toMatchObject({ gaps: [], end: { kind: 'seal', in_doubt: 0 } });
});

test('killed meanwhile it is known to the unit what is missing, and nothing is given back', () => {
  const { seen, serve } = open();
  serve(2);
  disk.full = true;
  serve(40);
  expect(seen.left).toBe(42);
  const left = recover();
  expect(left.records).toHaveLength(2);
  expect(left.gaps).toEqual([unrecorded(3, 42)]);
  expect(left.end).toEqual({ kind: 'forfeit', in_doubt: 0 });
});

test('past what memory may hold requests go on, and what is dropped is one gap', async () => {
  const { spool, seen, serve } = open();
  serve(5);
  disk.full = true;
  serve(UNWRITTEN_MAX);
  serve(7);
  serve(8);
  const dropped = unrecorded(UNWRITTEN_MAX + 6, UNWRITTEN_MAX + 20);
  expect(seen).toMatchObject({ left: UNWRITTEN_MAX + 20, lost: 15, gaps: [] });
  const caughtUp = spool.caughtUp();
  disk.full = false;
  await caughtUp;
  serve(3);
  expect(seen.gaps).toEqual([dropped]);
  expect(seen.written).toEqual([
    ...numbers(1, UNWRITTEN_MAX + 5),
    ...numbers(UNWRITTEN_MAX + 21, UNWRITTEN_MAX + 23),
  ]);
  spool.close();
  // Who reads the spool says the same: core keeps one row of it.
  const left = recover();
  expect(left.records).toHaveLength(UNWRITTEN_MAX + 8);
  expect(left).toMatchObject({ gaps: [dropped], damaged: [] });
  expect(left.end).toEqual({ kind: 'forfeit', in_doubt: 0 });
});

test('stopped on a disk that stays full it says what is missing', () => {
  const { spool, seen, serve } = open();
  serve(1);
  disk.full = true;
  serve(4);
  spool.giveUp();
  expect(seen).toMatchObject({ lost: 4, gaps: [unrecorded(2, 5)] });
  disk.full = false;
  spool.close();
  expect(recover()).toMatchObject({
    gaps: [unrecorded(2, 5)],
    end: { kind: 'forfeit', in_doubt: 0 },
  });
});
