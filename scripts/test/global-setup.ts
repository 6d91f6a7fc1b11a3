import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../billing-core/src/kit/migrate.ts';
import { createCluster, databaseUrl, startPostgres, stopPostgres } from '../postgres/cluster.ts';
import { placeFor } from '../postgres/place.ts';
import { freePort } from './free-port.ts';
import { clusterPaths, makeRunFolder } from './run-folder.ts';

const TEMPLATE = 'template_tollgate';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests make their databases, and the migrated one that they copy. */
    postgres: { maintenanceUrl: string; template: string };
    /** Removed after the run, or by the next one. */
    runFolder: string;
  }
}

// Nothing here has to outlive the run, so nothing waits for a disk.
const FAST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '300',
};

/** Starts one Postgres for the whole run, with a migrated template. Out: how to end it. */
export default async function startTestPostgres(
  project: TestProject,
): Promise<() => Promise<void>> {
  const folder = makeRunFolder();
  const { data, outside } = clusterPaths(folder);
  const place = placeFor(data, outside);
  const secrets = { password: randomBytes(16).toString('hex') };
  createCluster(place, secrets, false);
  const port = await freePort();
  const child = await startPostgres(place, {
    port,
    logFile: join(folder, 'postgres.log'),
    settings: FAST_SETTINGS,
  });
  const end = async (): Promise<void> => {
    await stopPostgres(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const maintenanceUrl = databaseUrl(port, secrets, 'postgres');
    await makeTemplate(maintenanceUrl, databaseUrl(port, secrets, TEMPLATE));
    project.provide('runFolder', folder);
    project.provide('postgres', { maintenanceUrl, template: TEMPLATE });
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

async function makeTemplate(maintenanceUrl: string, templateUrl: string): Promise<void> {
  const sql = postgres(maintenanceUrl, { max: 1 });
  await sql.unsafe(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(templateUrl);
  await sql.end();
}
