import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { openDatabase, type Sql } from '../../billing-core/src/kit/database.ts';

const CONNECTIONS_MAX = 5;

/** A database of one test file, with all migrations applied and nothing else in it. */
export interface TestDatabase {
  url: string;
  sql: Sql;
  /** Closes `sql` and removes the database, also while others are connected to it. */
  drop(): Promise<void>;
}

/** Makes a database from the migrated template. About 30 ms. Whoever asks for it drops it. */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await databaseFrom(inject('postgres').template);
  await settleDown(database);
  return database;
}

/**
 * Tells a copy that it is what it was copied from: as copied files are, without a trace. Its
 * session ends: tests count those of billing-core.
 */
export async function settleDown({ url }: TestDatabase): Promise<void> {
  await maintain(url, 'update recoveries set database = database_identity()');
}

/** A copy of a database as it is now, to be put back later. Nobody else may be connected to it. */
export async function copyOf(database: TestDatabase): Promise<TestDatabase> {
  await database.sql.end();
  const copy = await databaseFrom(nameOfDatabase(database));
  database.sql = openDatabase(database.url, CONNECTIONS_MAX);
  return copy;
}

/** A copy of a database of this run, which nobody is connected to and which stays as it is. */
export async function databaseLike(name: string): Promise<TestDatabase> {
  const database = await databaseFrom(name);
  await settleDown(database);
  return database;
}

export const nameOfDatabase = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

/** A database with nothing in it, not even tables. Whoever asks for it drops it. */
export const emptyDatabase = (): Promise<TestDatabase> => databaseFrom('template0');

async function databaseFrom(template: string): Promise<TestDatabase> {
  const { maintenanceUrl } = inject('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await maintain(maintenanceUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  const sql = openDatabase(url.href, CONNECTIONS_MAX);
  const database = { url: url.href, sql, drop: async (): Promise<void> => {} };
  database.drop = async () => {
    await database.sql.end({ timeout: 1 });
    await maintain(maintenanceUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return database;
}

async function maintain(maintenanceUrl: string, command: string): Promise<void> {
  const sql = postgres(maintenanceUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(command);
  } finally {
    await sql.end();
  }
}
