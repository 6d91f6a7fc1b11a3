import type * as fs from 'node:fs';
import { readdirSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { encodeRecord } from '../../../core/record.ts';
import { BatchFiles } from '../batches.ts';
import { recoverBoot } from '../recovery.ts';
import { Spool } from '../spool.ts';

// A full file is left for another one while requests go on, however long the disk takes for it.

const { disk } = vi.hoisted(() => ({
  disk: { held: undefined as (() => void)[] | undefined, full: false, syncsNow: 0 },
}));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const fdatasync = (fd: number, done: (error: Error | null) => void): void => {
    if (disk.held) disk.held.push(() => real.fdatasync(fd, done));
    else real.fdatasync(fd, done);
  };
  const fdatasyncSync = (fd: number): void => {
    disk.syncsNow += 1;
    real.fdatasyncSync(fd);
  };
  const openSync = (path: string, flags: string, mode?: number): number => {
    if (disk.full && path.endsWith('.new')) throw new Error('ENOSPC');
    return real.openSync(path, flags, mode);
  };
  return { ...real, fdatasync, fdatasyncSync, openSync };
});

const FIRST = 'segment-000000000001.log';
const SECOND = 'segment-000000000002.log';

const letGo = (): void => {
  const { held = [] } = disk;
  disk.held = undefined;
  for (const sync of held) sync();
};

let dir = '';
beforeEach(() => {
  dir = testFolder('turning');
  Object.assign(disk, { held: undefined, full: false, syncsNow: 0 });
});

const PAYLOAD = encodeRecord({
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
});

/** A spool whose file is full: it has one record. */
async function open(fsync: 'interval' | 'always' = 'interval') {
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const of = { dir, gateway: 'gw', boot: 'bt', fingerprint: 'sp', onFatal };
  const spool = new Spool({ ...of, fsync, segmentBytesMax: 1 });
  const released: number[] = [];
  let count = 0;
  /** One request from its admission to the release of its answer. */
  const serve = (): void => {
    const number = ++count;
    spool.begin(() => {});
    const release = (): void => void released.push(number);
    spool.append(PAYLOAD, { written: () => {}, release, lost: () => {} });
  };
  serve();
  await vi.waitFor(() => expect(released).toEqual([1]));
  return { spool, serve, released };
}

const segments = (): string[] =>
  readdirSync(dir)
    .filter((name) => name.startsWith('segment-'))
    .toSorted();
const left = () =>
  recoverBoot(dir, { batches: new BatchFiles(dir, { durable: false }), fingerprint: 'sp' });

test.each(['interval', 'always'] as const)(
  'with %s requests are forwarded meanwhile, and what they record waits for the other file',
  async (fsync) => {
    const { spool, serve, released } = await open(fsync);
    disk.held = [];
    const { syncsNow } = disk;
    serve();
    const forwarded = vi.fn<() => void>();
    spool.begin(forwarded);
    await vi.waitFor(() => expect(forwarded).toHaveBeenCalled());
    expect(released).toEqual([1]);
    expect(segments()).toEqual([FIRST, `${SECOND}.new`]);
    // A kill at this moment: the file without a name is no part of the log.
    expect(left()).toMatchObject({ gaps: [], damaged: [], end: { in_doubt: 2 } });
    letGo();
    await vi.waitFor(() => expect(released).toEqual([1, 2]));
    expect(segments()).toEqual([FIRST, SECOND]);
    expect(disk.syncsNow).toBe(syncsNow);
    expect(left()).toMatchObject({ gaps: [], damaged: [], end: { in_doubt: 1 } });
    expect(left().records).toHaveLength(2);
    spool.close();
  },
);

test('what must be written meanwhile goes to the old file, and no frame is in doubt', async () => {
  const { spool, serve, released } = await open();
  disk.held = [];
  serve();
  await vi.waitFor(() => expect(disk.held?.length).toBeGreaterThan(1));
  spool.flush();
  expect(released).toEqual([1, 2]);
  letGo();
  await vi.waitFor(() => expect(segments()).toEqual([FIRST]));
  serve();
  await vi.waitFor(() => expect(released).toEqual([1, 2, 3]));
  expect(segments()).toEqual([FIRST, 'segment-000000000003.log']);
  expect(left()).toMatchObject({ gaps: [], damaged: [], end: { kind: 'seal', in_doubt: 0 } });
  expect(left().records).toHaveLength(3);
  spool.close();
});

test('a spool that closes meanwhile has all of it, and leaves no other file', async () => {
  const { spool, serve, released } = await open();
  disk.held = [];
  serve();
  await vi.waitFor(() => expect(disk.held?.length).toBeGreaterThan(1));
  spool.close();
  expect(released).toEqual([1, 2]);
  letGo();
  await vi.waitFor(() => expect(segments()).toEqual([FIRST]));
  expect(left()).toMatchObject({ gaps: [], end: { kind: 'seal', in_doubt: 0 } });
});

test('a disk that takes no other file is full, and is asked again', async () => {
  const { spool, serve, released } = await open();
  disk.full = true;
  serve();
  await vi.waitFor(() => expect(spool.full).toBe(true));
  expect(released).toEqual([1]);
  disk.full = false;
  await vi.waitFor(() => expect(released).toEqual([1, 2]));
  expect(spool.full).toBe(false);
  expect(left()).toMatchObject({ gaps: [], end: { kind: 'seal', in_doubt: 0 } });
  spool.close();
});
