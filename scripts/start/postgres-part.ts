import postgres from 'postgres';
import { createCluster, databaseUrl, launchPostgres, stopPostgres } from '../postgres/cluster.ts';
import { placeFor } from '../postgres/place.ts';
import type { DataDir } from './data-dir.ts';
import type { Part } from './keeper.ts';
import { lastLines, logPath } from './log-file.ts';
import type { Secrets } from './secrets.ts';

const DATABASE = 'tollgate';

/** Our own Postgres as a part; makes its cluster when there is none yet. */
export function postgresPart(dataDir: DataDir, secrets: Secrets, port: number): Part {
  const place = placeFor(dataDir.cluster);
  createCluster(place, { password: secrets.databasePassword });
  const logFile = logPath(dataDir.logs, 'postgres');
  return {
    name: 'postgres',
    launch: () => launchPostgres(place, { port, logFile }),
    stop: stopPostgres,
    lastWords: () => lastLines(logFile),
  };
}

/** Makes our database unless it is there. Out: its URL. */
export async function ensureDatabase(secrets: Secrets, port: number): Promise<string> {
  const password = { password: secrets.databasePassword };
  const sql = postgres(databaseUrl(port, password, 'postgres'), { max: 1 });
  try {
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${DATABASE}`;
    if (!found) await sql.unsafe(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await sql.end();
  }
  return databaseUrl(port, password, DATABASE);
}
