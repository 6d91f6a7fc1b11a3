import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { testFolder } from '../../test/folder.ts';
import { SBIN } from './disk.ts';

/** What a fault may need of the machine: mounting, or a program. */
export type Need =
  | 'mount'
  | 'strace'
  | 'faketime'
  | 'prlimit'
  | 'mkfs.ext4'
  | 'mkfs.xfs'
  | 'xfs_io'
  | 'unshare';

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { env: SBIN }).status === 0;
}

/** Whether we may mount, asked by doing it: root in a container often may not. */
function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = join(testFolder('mount'), 'tried');
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', 'tried', folder]).status !== 0) return false;
  execFileSync('umount', [folder]);
  return true;
}

const known = new Map<Need, boolean>();

function isThere(need: Need): boolean {
  let there = known.get(need);
  if (there === undefined) {
    there = need === 'mount' ? mayMount() : has(need);
    known.set(need, there);
  }
  return there;
}

const NAMES: Partial<Record<Need, string>> = { mount: 'root that may mount' };

/** Skips the running test, and says why, where the machine lacks one of these. */
export function needs({ skip }: TestContext, ...all: Need[]): void {
  const lacking = all.filter((need) => !isThere(need)).map((need) => NAMES[need] ?? need);
  skip(lacking.length > 0, `needs ${lacking.join(' and ')}`);
}
