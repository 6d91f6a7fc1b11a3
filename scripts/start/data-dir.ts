import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { removeCluster } from '../postgres/place.ts';

/** Where everything of one installation lies. */
export interface DataDir {
  folder: string;
  cluster: string;
  logs: string;
  spool: string;
  mail: string;
  /** What the local Stripe has. */
  stripe: string;
  secrets: string;
  devFile: string;
  processes: string;
}

/** The paths in a data folder. */
export function dataDirAt(folder: string): DataDir {
  return {
    folder,
    cluster: join(folder, 'postgres'),
    logs: join(folder, 'logs'),
    spool: join(folder, 'spool'),
    mail: join(folder, 'mail'),
    stripe: join(folder, 'stripe.json'),
    secrets: join(folder, 'secrets.json'),
    devFile: join(folder, 'dev.json'),
    processes: join(folder, 'processes.json'),
  };
}

/**
 * Makes the folder and holds it until we end, however we end: the lock is the kernel's.
 * Out: a function that lets go. Throws when another start holds it.
 */
export function claim({ folder, logs, mail }: DataDir): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const holder = join(folder, 'start.pid');
  const lockFile = join(folder, 'start.lock');
  const lock = new DatabaseSync(lockFile);
  chmodSync(lockFile, 0o600);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new Error(
      `Tollgate already runs on ${folder} (process ${readHolder(holder)}). ` +
        'Stop it first, or set TOLLGATE_DATA_DIR and other ports.',
    );
  }
  writeFileSync(holder, `${process.pid}`);
  for (const private_ of [logs, mail]) mkdirSync(private_, { recursive: true, mode: 0o700 });
  return () => {
    rmSync(holder, { force: true });
    lock.close();
  };
}

/** Forgets the installation. Only what we made is removed: the folder may hold other things. */
export function reset(dataDir: DataDir): void {
  removeCluster(dataDir.cluster);
  for (const path of [
    `${dataDir.cluster}.unfinished`,
    dataDir.spool,
    dataDir.mail,
    dataDir.stripe,
    dataDir.logs,
    dataDir.secrets,
    dataDir.devFile,
    dataDir.processes,
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
  for (const private_ of [dataDir.logs, dataDir.mail]) mkdirSync(private_, { mode: 0o700 });
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'unknown';
  }
}
