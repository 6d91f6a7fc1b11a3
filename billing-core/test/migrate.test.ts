import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { migrate } from '../src/kit/migrate.ts';

const NAME = `migrate_${process.pid}`;
const SOON = { timeout: 60_000, interval: 10 };
let url: string;
let admin: postgres.Sql;
let sql: postgres.Sql;

beforeAll(async () => {
  const { maintenanceUrl } = inject('postgres');
  admin = postgres(maintenanceUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${NAME}`);
  const own = new URL(maintenanceUrl);
  own.pathname = `/${NAME}`;
  url = own.href;
  sql = postgres(url, { max: 3, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await admin.unsafe(`drop database if exists ${NAME} with (force)`);
  await admin.end();
});

test('a migration waits briefly for a lock, lets others pass, and comes back', async () => {
  await sql`create table schema_migrations (version integer primary key, name text not null,
    checksum text not null, applied_at timestamptz not null default now())`;
  const holder = await sql.reserve();
  await holder`begin`;
  // It may be read, and not written: what a long report does to a table.
  await holder`lock table schema_migrations in share mode`;
  const waits = async (): Promise<number> => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_locks where not granted and locktype = 'relation'`;
    return row!.n;
  };
  let applied: number | undefined;
  const done = migrate(url, { lockMs: 40, pauseMs: 40, tries: 10_000 }).then((n) => (applied = n));
  await vi.waitUntil(async () => (await waits()) > 0, SOON);
  await vi.waitUntil(async () => (await waits()) === 0, SOON);
  await vi.waitUntil(async () => (await waits()) > 0, SOON);
  expect(applied).toBe(undefined);
  await holder`rollback`;
  holder.release();
  expect(await done).toBeGreaterThan(40);
  expect(await migrate(url)).toBe(0);
});

test('a lock that never comes ends it with the words of the database', async () => {
  await sql`delete from schema_migrations`;
  await sql`drop schema public cascade`;
  await sql`create schema public`;
  await sql`create table schema_migrations (version integer primary key, name text not null,
    checksum text not null, applied_at timestamptz not null default now())`;
  const holder = await sql.reserve();
  await holder`begin`;
  await holder`lock table schema_migrations in share mode`;
  const work = migrate(url, { lockMs: 20, pauseMs: 1, tries: 2 });
  await expect(work).rejects.toThrow('lock timeout');
  await holder`rollback`;
  holder.release();
});
