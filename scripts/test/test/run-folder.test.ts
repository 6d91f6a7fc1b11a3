import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { makePostgresFolder, makeRunFolder } from '../run-folder.ts';

const NO_PROCESS = 2 ** 22 + 1;
const parent = mkdtempSync(join(tmpdir(), 'tollgate-runs-'));
// Else, as root, the account of Postgres could not pass, and runs go elsewhere.
chmodSync(parent, 0o711);

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true, force: true });
});

function runOf(name: string, owner?: number): string {
  const folder = join(parent, `tollgate-test-${name}`);
  mkdirSync(folder);
  if (owner !== undefined) writeFileSync(join(folder, 'owner.pid'), `${owner}`);
  return folder;
}

test('what a killed run left is swept away; a living run and other folders are not', () => {
  vi.stubEnv('TMPDIR', parent);
  const killed = runOf('killed', NO_PROCESS);
  const living = runOf('living', process.ppid);
  const beginning = runOf('beginning');
  const strange = join(parent, 'something-else');
  mkdirSync(strange);
  const mine = makeRunFolder();
  expect([killed, living, beginning, strange, mine].map((folder) => existsSync(folder))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
});

test('a disk that a killed run had mounted goes with it', (context) => {
  vi.stubEnv('TMPDIR', parent);
  mkdirSync(parent, { recursive: true });
  const killed = runOf('disk', NO_PROCESS);
  const disk = join(killed, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    return context.skip('nothing can be mounted here');
  }
  makeRunFolder();
  expect(existsSync(killed)).toBe(false);
});

test('the Postgres of a run has a folder of its own, swept as the run is', () => {
  const mine = makePostgresFolder();
  const killed = makePostgresFolder();
  writeFileSync(join(killed, 'owner.pid'), `${NO_PROCESS}`);
  const next = makePostgresFolder();
  try {
    expect([mine, killed, next].map((folder) => existsSync(folder))).toEqual([true, false, true]);
  } finally {
    for (const folder of [mine, next]) rmSync(folder, { recursive: true, force: true });
  }
});
