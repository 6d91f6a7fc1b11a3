import type * as fs from 'node:fs';
import { expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { FRAME_PAYLOAD_MAX } from '../frame.ts';
import { SEGMENT_BYTES_MAX, Spool } from '../spool.ts';

const { disk } = vi.hoisted(() => ({ disk: { full: false, dead: false } }));
const failing = (code: string): Error => Object.assign(new Error(code), { code });
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (...of: [number, Buffer]): number => {
    if (disk.full) throw failing('ENOSPC');
    return real.writeSync(...of);
  };
  const fdatasyncSync = (fd: number): void => {
    if (disk.dead) throw failing('EIO');
    real.fdatasyncSync(fd);
  };
  return { ...real, writeSync, fdatasyncSync };
});

function open() {
  const fatal: unknown[] = [];
  const onFatal = (error: unknown): void => void fatal.push(error);
  const of = { dir: testFolder('spool'), gateway: 'gw_1', boot: 'bt_1', fingerprint: 'sp_1' };
  const spool = new Spool({ ...of, fsync: 'interval', onFatal });
  const recorded: number[] = [];
  const record = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const written = (frame: number): void => void recorded.push(frame);
      const entry = { written, release: () => {}, lost: () => {} };
      spool.append('x'.repeat(FRAME_PAYLOAD_MAX), entry);
    }
    spool.flush();
  };
  return { spool, record, recorded, fatal };
}
const TO_THE_BRIM = SEGMENT_BYTES_MAX / FRAME_PAYLOAD_MAX;

test('a disk that is full when a file has to be begun is written to again when it is not', () => {
  const { spool, record, recorded } = open();
  record(TO_THE_BRIM);
  disk.full = true;
  record(1);
  spool.flush();
  expect(spool.full).toBe(true);
  expect(recorded).toHaveLength(TO_THE_BRIM);
  disk.full = false;
  spool.flush();
  expect(spool.full).toBe(false);
  expect(recorded).toHaveLength(TO_THE_BRIM + 1);
  spool.close();
});

test('a sync that fails when a file is closed ends the process: nobody knows what it lost', () => {
  const { record, fatal } = open();
  record(TO_THE_BRIM);
  disk.dead = true;
  record(1);
  expect(fatal).toMatchObject([{ code: 'EIO' }]);
  disk.dead = false;
});
