import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { openDatabase, type Sql } from './database.ts';
import { migrateJobs } from './jobs.ts';
import { LOCKS } from './locks.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

type Migration = { version: number; name: string; text: string; checksum: string };

function migrations(): Migration[] {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  return names.map((name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    return { version: Number.parseInt(name, 10), name, text, checksum };
  });
}

async function applied(sql: Sql): Promise<Map<number, string>> {
  await sql`create table if not exists schema_migrations (
    version integer primary key, name text not null, checksum text not null,
    applied_at timestamptz not null default now())`;
  const rows = await sql`select version, checksum from schema_migrations`;
  return new Map(rows.map((row) => [row['version'] as number, row['checksum'] as string]));
}

/**
 * Applies the numbered forward migrations that are missing, each in its own transaction, and
 * returns how many it applied; the tables of jobs come behind them. Refuses a database whose
 * applied migrations differ from these files, or that is newer than this program.
 */
export async function migrate(databaseUrl: string): Promise<number> {
  const sql = openDatabase(databaseUrl, 1);
  try {
    await sql`select pg_advisory_lock(${LOCKS.migration})`;
    const done = await applied(sql);
    const known = migrations();
    const newest = known.at(-1)?.version ?? 0;
    for (const version of done.keys()) {
      if (version > newest) throw new Error(`database is at migration ${version}, newer than ours`);
    }
    let count = 0;
    for (const { version, name, text, checksum } of known) {
      const was = done.get(version);
      if (was !== undefined && was !== checksum) throw new Error(`${name} changed after it ran`);
      if (was !== undefined) continue;
      await sql.begin(async (tx) => {
        await tx.unsafe(text);
        await tx`insert into schema_migrations (version, name, checksum)
          values (${version}, ${name}, ${checksum})`;
      });
      count += 1;
    }
    await migrateJobs(sql);
    return count;
  } finally {
    await sql.end();
  }
}

let newest: number | undefined;

/** Whether every migration of this program is applied, and none that it does not know. */
export async function migrationsCurrent(sql: Sql): Promise<boolean> {
  newest ??= migrations().at(-1)?.version ?? 0;
  const [table] = await sql`select to_regclass('schema_migrations') is not null as there`;
  if (table?.['there'] !== true) return false;
  const [row] = await sql`select max(version) as applied from schema_migrations`;
  return row?.['applied'] === newest;
}
