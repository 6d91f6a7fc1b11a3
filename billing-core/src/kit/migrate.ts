import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, type Sql } from './database.ts';
import { migrateJobs } from './jobs.ts';
import { LOCKS } from './locks.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** How long a migration waits for the lock of a table, and how often it tries. */
export type Patience = { lockMs: number; pauseMs: number; tries: number };
const PATIENCE: Patience = { lockMs: 3_000, pauseMs: 2_000, tries: 60 };
const LOCK_NOT_AVAILABLE = '55P03';

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
 * Applies one migration. What waits for the lock of a table keeps all others from it that come
 * later, and cores go on meanwhile: so it waits briefly, lets them pass, and tries again.
 */
async function apply(sql: Sql, migration: Migration, patience: Patience): Promise<void> {
  const { version, name, text, checksum } = migration;
  for (let tries = 1; ; tries += 1) {
    try {
      await sql.begin(async (tx) => {
        await tx`select set_config('lock_timeout', ${`${patience.lockMs}ms`}, true)`;
        await tx.unsafe(text);
        await tx`insert into schema_migrations (version, name, checksum)
          values (${version}, ${name}, ${checksum})`;
      });
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== LOCK_NOT_AVAILABLE || tries >= patience.tries) throw error;
      await pause(patience.pauseMs);
    }
  }
}

/**
 * Applies the numbered forward migrations that are missing, each in its own transaction, and
 * returns how many it applied; the tables of jobs come behind them. Refuses a database whose
 * applied migrations differ from these files, or that is newer than this program.
 */
export async function migrate(databaseUrl: string, patience = PATIENCE): Promise<number> {
  const sql = openDatabase(databaseUrl, 1);
  try {
    // A large table takes its time, and so does another one that migrates.
    await sql`select set_config('statement_timeout', '0', false)`;
    await sql`select pg_advisory_lock(${LOCKS.migration})`;
    const done = await applied(sql);
    const known = migrations();
    const newest = known.at(-1)?.version ?? 0;
    for (const version of done.keys()) {
      if (version > newest) throw new Error(`database is at migration ${version}, newer than ours`);
    }
    let count = 0;
    for (const migration of known) {
      const was = done.get(migration.version);
      if (was !== undefined && was !== migration.checksum) {
        throw new Error(`${migration.name} changed after it ran`);
      }
      if (was !== undefined) continue;
      await apply(sql, migration, patience);
      count += 1;
    }
    await migrateJobs(sql);
    return count;
  } finally {
    await sql.end();
  }
}

let newest: number | undefined;

/**
 * Whether every migration of this program is applied. More of them are no fault: while a new
 * version is rolled out, and when it is taken back, the one before goes on with its tables.
 */
export async function migrationsCurrent(sql: Sql): Promise<boolean> {
  newest ??= migrations().at(-1)?.version ?? 0;
  const [table] = await sql`select to_regclass('schema_migrations') is not null as there`;
  if (table?.['there'] !== true) return false;
  const [row] = await sql`select max(version) as applied from schema_migrations`;
  return Number(row?.['applied'] ?? 0) >= newest;
}
