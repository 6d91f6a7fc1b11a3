import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../../scripts/test/folder.ts';
import { dropEndedBoots, ENDED_MARK, Reserve, RESERVE_BYTES } from '../room.ts';

let spoolDir: string;
beforeEach(() => {
  spoolDir = testFolder('room');
});
afterEach(() => rmSync(spoolDir, { recursive: true }));

test('a reserve takes real bytes of the disk, and gives them back', () => {
  const reserve = new Reserve(spoolDir);
  reserve.keep();
  const { size, blocks } = statSync(join(spoolDir, 'reserve'));
  expect(size).toBe(RESERVE_BYTES);
  expect(blocks * 512).toBeGreaterThanOrEqual(RESERVE_BYTES);
  reserve.keep();
  reserve.release();
  expect(readdirSync(spoolDir)).toEqual([]);
  reserve.release();
});

test('for room only boots go that core has in full', () => {
  for (const boot of ['bt_ended', 'bt_open'])
    mkdirSync(join(spoolDir, 'boots', boot), { recursive: true });
  writeFileSync(join(spoolDir, 'boots', 'bt_ended', ENDED_MARK), '');
  dropEndedBoots(spoolDir);
  expect(readdirSync(join(spoolDir, 'boots'))).toEqual(['bt_open']);
});
