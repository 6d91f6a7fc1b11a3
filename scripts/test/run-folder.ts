import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount, canReach } from '../postgres/account.ts';
import { stopLeftover } from '../postgres/leftover.ts';
import { removeCluster } from '../postgres/place.ts';
import { isAlive } from '../process.ts';

const PREFIX = 'tollgate-test-';
const OWNER_FILE = 'owner.pid';
const CLUSTER_DEPTH_MAX = 4;
/** Files that never reach a disk, on Linux. */
const MEMORY = '/dev/shm';
/** What is mounted where, on Linux. */
const MOUNTS = '/proc/self/mounts';
const TMPFS = 0x01_02_19_94;
/** Several times of what a run of all tests puts there. */
const MEMORY_MIN_BYTES = 4 * 1024 ** 3;

/** A folder for one run of the tests; what older runs left behind when they were killed goes. */
export const makeRunFolder = (): string => makeFolder(parentFolder());

/**
 * A folder for the Postgres of a run: in memory where there is plenty, else on disk. A copy of the
 * template is 1,200 small files, which took 220 ms of CPU on ext4 and 20 ms in memory.
 */
export function makePostgresFolder(): string {
  return makeFolder(isRoomy(MEMORY) ? MEMORY : parentFolder());
}

function makeFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      removeIfAbandoned(join(parent, name));
    } catch {
      // Another run removes it just now, or a disk is mounted there that is not ours to take away.
    }
  }
  const folder = mkdtempSync(join(parent, PREFIX));
  writeFileSync(join(folder, OWNER_FILE), `${process.pid}`);
  // The account of Postgres passes through; its data is closed to others by itself.
  chmodSync(folder, 0o711);
  return folder;
}

/** Out: where the cluster of a run lies, and where it goes when that is out of reach. */
export const clusterPaths = (runFolder: string): { data: string; outside: string } => ({
  data: join(runFolder, 'postgres'),
  outside: join(runFolder, 'outside'),
});

function removeIfAbandoned(folder: string): void {
  const owner = ownerOf(folder);
  if (owner === undefined || isAlive(owner)) return;
  for (const data of clustersIn(folder, CLUSTER_DEPTH_MAX)) {
    stopLeftover(data);
    // It may be a link to a cluster that lives outside.
    removeCluster(data);
  }
  unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Disks of tests that were killed: what is mounted can't be removed. */
function unmountBelow(folder: string): void {
  const mounts = existsSync(MOUNTS) ? readFileSync(MOUNTS, 'utf8').split('\n') : [];
  const points = mounts.map((line) => line.split(' ')[1] ?? '');
  for (const point of points.filter((path) => path.startsWith(`${folder}/`))) {
    execFileSync('umount', ['--lazy', point], { stdio: 'ignore' });
  }
}

// Tests of Postgres and of npm start have clusters of their own below the run's folder.
function clustersIn(folder: string, depth: number): string[] {
  if (existsSync(join(folder, 'PG_VERSION'))) return [folder];
  if (depth === 0 || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder).flatMap((name) => clustersIn(join(folder, name), depth - 1));
}

function ownerOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, OWNER_FILE), 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    // Another user's run, or one that is just beginning.
    return undefined;
  }
}

function parentFolder(): string {
  const wanted = tmpdir();
  return mayEnter(wanted) ? wanted : '/tmp';
}

/** Whether Postgres may keep its data in this memory, and there is room for much more than that. */
function isRoomy(memory: string): boolean {
  if (!existsSync(memory) || !mayEnter(memory)) return false;
  const { type, bavail, bsize } = statfsSync(memory);
  const room = Math.min(bavail * bsize, freemem(), process.constrainedMemory() || Infinity);
  return type === TMPFS && room >= MEMORY_MIN_BYTES;
}

function mayEnter(folder: string): boolean {
  const account = postgresAccount();
  return !account || canReach(account, folder, '/bin/true');
}
