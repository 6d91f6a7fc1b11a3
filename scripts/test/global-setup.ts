import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../billing-core/src/kit/migrate.ts';
import { createCluster, databaseUrl, startPostgres, stopPostgres } from '../postgres/cluster.ts';
import { placeFor } from '../postgres/place.ts';
import { freePort } from './free-port.ts';
import { clusterPaths, makePostgresFolder, makeRunFolder } from './run-folder.ts';

const TEMPLATE = 'template_tollgate';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests make their databases, and the migrated one that they copy. */
    postgres: { maintenanceUrl: string; template: string };
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
  // Each copy of a database is a checkpoint; no others are wanted, nor much that is kept for them.
  checkpoint_timeout: '1h',
  max_wal_size: '256MB',
};

type Running = {
  provided: Pick<ProvidedContext, 'runFolder' | 'postgres'>;
  end: () => Promise<void>;
};
/** Each project of a run loads this file anew. */
const shared = globalThis as { tollgateTests?: { running: Promise<Running>; users: number } };

/** Gives a project the one Postgres of the whole run. Out: how it says that it is done with it. */
export default async function useTestPostgres(project: TestProject): Promise<() => Promise<void>> {
  const run = (shared.tollgateTests ??= { running: startTestPostgres(), users: 0 });
  run.users += 1;
  const { provided, end } = await run.running;
  project.provide('runFolder', provided.runFolder);
  project.provide('postgres', provided.postgres);
  return async () => {
    run.users -= 1;
    if (run.users > 0) return;
    delete shared.tollgateTests;
    await end();
  };
}

/** Starts it, with a migrated template. */
async function startTestPostgres(): Promise<Running> {
  const folder = makeRunFolder();
  const ofPostgres = makePostgresFolder();
  const { outside } = clusterPaths(folder);
  const { data } = clusterPaths(ofPostgres);
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
    for (const each of [ofPostgres, folder]) rmSync(each, { recursive: true, force: true });
  };
  try {
    const maintenanceUrl = databaseUrl(port, secrets, 'postgres');
    await makeTemplate(maintenanceUrl, databaseUrl(port, secrets, TEMPLATE));
    const provided = { runFolder: folder, postgres: { maintenanceUrl, template: TEMPLATE } };
    return { provided, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function makeTemplate(maintenanceUrl: string, templateUrl: string): Promise<void> {
  const sql = postgres(maintenanceUrl, { max: 1 });
  await sql.unsafe(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(templateUrl);
  await sql.end();
}
