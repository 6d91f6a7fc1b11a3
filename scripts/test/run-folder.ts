import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount, canReach } from '../postgres/account.ts';
import { stopLeftover } from '../postgres/leftover.ts';
import { removeCluster } from '../postgres/place.ts';
import { isAlive } from '../process.ts';

const PREFIX = 'tollgate-test-';
const OWNER_FILE = 'owner.pid';
const CLUSTER_DEPTH_MAX = 4;

/** A folder for one run of the tests, and what older runs left behind when they were killed. */
export function makeRunFolder(): string {
  const parent = parentFolder();
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX)) removeIfAbandoned(join(parent, name));
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
  rmSync(folder, { recursive: true, force: true });
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
  const account = postgresAccount();
  const wanted = tmpdir();
  return !account || canReach(account, wanted, '/bin/true') ? wanted : '/tmp';
}
