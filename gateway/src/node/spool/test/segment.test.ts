import type * as fs from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { scanFrames } from '../frame.ts';
import { readSegment } from '../segment.ts';
import { Spool, type FsyncPolicy } from '../spool.ts';

// What the spool asks of the disk, and what it does when the disk does less.

const { disk } = vi.hoisted(() => ({
  disk: { writes: 0, takes: Infinity, syncs: 0, dead: false },
}));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const failing = (code: string): Error => Object.assign(new Error(code), { code });
  const writeSync = (fd: number, bytes: Buffer, from = 0, length?: number, at?: number): number => {
    if (at !== undefined) return real.writeSync(fd, bytes, from, length, at);
    disk.writes += 1;
    const left = bytes.length - from;
    const some = Math.min(left, disk.takes);
    if (some === 0) throw failing('ENOSPC');
    disk.takes -= some;
    return real.writeSync(fd, bytes, from, some);
  };
  const fdatasync = (fd: number, done: (error: Error | null) => void): void => {
    disk.syncs += 1;
    if (disk.dead) queueMicrotask(() => done(failing('EIO')));
    else real.fdatasync(fd, done);
  };
  const fdatasyncSync = (fd: number): void => {
    disk.syncs += 1;
    if (disk.dead) throw failing('EIO');
    real.fdatasyncSync(fd);
  };
  return { ...real, writeSync, fdatasync, fdatasyncSync };
});

let dir = '';
beforeEach(() => {
  dir = testFolder('segment');
  Object.assign(disk, { writes: 0, takes: Infinity, syncs: 0, dead: false });
});

function open(fsync: FsyncPolicy = 'never') {
  const fatal: unknown[] = [];
  const onFatal = (error: unknown): void => void fatal.push(error);
  const spool = new Spool({ dir, gateway: 'gw', boot: 'bt', fingerprint: 'sp', fsync, onFatal });
  const left: string[] = [];
  const record = (text: string): void => {
    const release = (): void => void left.push(text);
    spool.append(text, { written: () => {}, release, lost: () => {} });
  };
  return { spool, record, left, fatal };
}

function onDisk() {
  const { frames } = readSegment(`${dir}/segment-000000000001.log`);
  const { frames: read, gaps, torn } = scanFrames(frames, 1);
  return { read: read.map(({ payload }) => payload), gaps, torn };
}

test('all records of one turn of the event loop share one write, and wait for it', async () => {
  const { spool, record, left } = open();
  const before = disk.writes;
  for (let at = 0; at < 64; at++) record(`r${at}`);
  expect(left).toEqual([]);
  await vi.waitFor(() => expect(left).toHaveLength(64));
  expect(disk.writes - before).toBe(1);
  expect(onDisk().read).toEqual(left);
  spool.close();
});

test('a short write is cut back to the last boundary, and the frames follow whole', () => {
  const { spool, record, left } = open();
  record('first');
  spool.flush();
  record('second, which is longer than what the disk takes');
  disk.takes = 20;
  spool.flush();
  expect(spool.full).toBe(true);
  expect(left).toEqual(['first']);
  // Nothing of the half frame is left: a kill now leaves no torn tail either.
  expect(onDisk()).toEqual({ read: ['first'], gaps: [], torn: false });
  disk.takes = Infinity;
  spool.flush();
  expect(left).toHaveLength(2);
  expect(onDisk()).toEqual({ read: left, gaps: [], torn: false });
  spool.close();
});

test.each(['always', 'interval'] as const)(
  'with %s a failed fsync ends the process, and that descriptor is not asked again',
  async (fsync) => {
    const { spool, record, left, fatal } = open(fsync);
    disk.dead = true;
    record('lost');
    await vi.waitFor(() => expect(fatal).toMatchObject([{ code: 'EIO' }]));
    if (fsync === 'always') expect(left).toEqual([]);
    disk.dead = false;
    const { syncs } = disk;
    record('more');
    await vi.waitFor(() => expect(fatal.length).toBeGreaterThan(1));
    expect(() => spool.close()).toThrow('failed before');
    expect(disk.syncs).toBe(syncs);
  },
);

test('with always no answer leaves before the fsync behind its write', async () => {
  const { spool, record, left } = open('always');
  const { syncs } = disk;
  record('one');
  spool.flush();
  expect(onDisk().read).toEqual(['one']);
  expect(left).toEqual([]);
  await vi.waitFor(() => expect(left).toEqual(['one']));
  expect(disk.syncs).toBeGreaterThan(syncs);
  spool.close();
});
