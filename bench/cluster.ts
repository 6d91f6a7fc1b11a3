import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../billing-core/src/kit/migrate.ts';
import {
  createCluster,
  databaseUrl,
  startPostgres,
  stopPostgres,
} from '../scripts/postgres/cluster.ts';
import { placeFor } from '../scripts/postgres/place.ts';
import { freePort } from '../scripts/test/free-port.ts';
import { clusterPaths, makeRunFolder } from '../scripts/test/run-folder.ts';

const DATABASE = 'bench';

/**
 * What an operator would set for this load, and nothing that weakens a commit: fsync,
 * synchronous_commit and full_page_writes stay as Postgres ships them, on.
 */
export const SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  min_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_buffers: '64MB',
};

export type BenchCluster = {
  url: string;
  pid: number;
  stop(): Promise<void>;
};

/** A durable Postgres of its own, migrated, in a folder that goes with it. */
export async function openCluster(settings: Record<string, string> = SETTINGS) {
  const folder = makeRunFolder();
  const { data, outside } = clusterPaths(folder);
  const place = placeFor(data, outside);
  const secrets = { password: randomBytes(16).toString('hex') };
  createCluster(place, secrets);
  const port = await freePort();
  const logFile = join(folder, 'postgres.log');
  const child = await startPostgres(place, { port, logFile, settings });
  const stop = async (): Promise<void> => {
    await stopPostgres(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await makeDatabase(databaseUrl(port, secrets, 'postgres'));
    const url = databaseUrl(port, secrets, DATABASE);
    await migrate(url);
    return { url, pid: Number(child.pid), stop } satisfies BenchCluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeDatabase(maintenanceUrl: string): Promise<void> {
  const sql = postgres(maintenanceUrl, { max: 1 });
  try {
    const [durable] = await sql`
      select current_setting('fsync') || current_setting('synchronous_commit')
             || current_setting('full_page_writes') as all`;
    if (durable?.['all'] !== 'ononon') throw new Error('this Postgres does not commit durably');
    await sql.unsafe(`create database ${DATABASE}`);
  } finally {
    await sql.end();
  }
}
