import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { openBootDirectory } from '../../sync.ts';
import { BatchFiles, sha256Hex } from '../batches.ts';
import { ownSpool } from '../owner.ts';
import { Segment } from '../segment.ts';

const { synced } = vi.hoisted(() => ({ synced: [] as string[] }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const paths = new Map<number, string>();
  const openSync: typeof fs.openSync = (path, ...how) => {
    const fd = real.openSync(path, ...how);
    paths.set(fd, String(path));
    return fd;
  };
  const fsyncSync: typeof fs.fsyncSync = (fd) => {
    synced.push(paths.get(fd) ?? '');
    real.fsyncSync(fd);
  };
  return { ...real, openSync, fsyncSync };
});

// A name that is not durable takes all that is durable behind it along, when the power fails.

test('the identity of a spool has a durable name before it is used', () => {
  const dir = testFolder('spool');
  ownSpool(dir).release();
  expect(synced).toContain(dir);
});

test('a boot has a directory with a durable name before it records anything', () => {
  const dir = testFolder('spool');
  fs.mkdirSync(join(dir, 'boots'));
  openBootDirectory(dir, 'bt_1', true);
  expect(synced).toContain(join(dir, 'boots'));
});

test('a segment and a batch have durable names before anything rests on them', () => {
  const dir = testFolder('boot');
  const header = { gateway: 'gw', boot: 'bt', fingerprint: 'sp', kernel_boot: 'kb' };
  Segment.create(dir, { ...header, first_frame: 1, fsync: 'always' }).close();
  expect(synced).toContain(dir);
  synced.length = 0;
  const bytes = Buffer.from('batch');
  const numbers = { sequence: 1, first_frame: 1, last_frame: 1, entries: 1, watermark: 0 };
  const batch = { header: { ...numbers, sha256: sha256Hex(bytes) }, bytes };
  new BatchFiles(dir, { durable: true }).write(batch);
  expect(synced).toContain(dir);
});
