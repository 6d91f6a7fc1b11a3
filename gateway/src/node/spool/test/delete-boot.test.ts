import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { deleteBoot, ENDED_MARK } from '../room.ts';

const cut = vi.hoisted(() => ({ after: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const remove: typeof rmSync = (path, options) => {
    if (cut.after === 0) throw new Error('the power is gone');
    cut.after -= 1;
    real.rmSync(path, options);
  };
  return { ...real, rmSync: remove };
});

let root: string;
afterEach(() => {
  cut.after = Number.POSITIVE_INFINITY;
  rmSync(root, { recursive: true });
});

const NAMES = ['00000000000000000001.seg', 'admitted', ENDED_MARK, 'zz'];

function endedBoot(): string {
  root = mkdtempSync(join(tmpdir(), 'tollgate-delete-'));
  const dir = join(root, 'bt_1');
  mkdirSync(join(dir, 'batches'), { recursive: true });
  for (const name of NAMES) writeFileSync(join(dir, name), 'x');
  return dir;
}

test('a boot that is deleted says to the last that it has ended', () => {
  for (let after = 0; after <= NAMES.length; after++) {
    const dir = endedBoot();
    cut.after = after;
    expect(() => deleteBoot(dir)).toThrow('the power is gone');
    expect(existsSync(join(dir, ENDED_MARK))).toBe(true);
    expect(readdirSync(dir)).toHaveLength(NAMES.length + 1 - after);
    cut.after = Number.POSITIVE_INFINITY;
    deleteBoot(dir);
    expect(existsSync(dir)).toBe(false);
    rmSync(root, { recursive: true });
  }
  endedBoot();
});
