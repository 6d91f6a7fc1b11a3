import postgres from 'postgres';
import { expect, inject, test } from 'vitest';
import { testDatabase } from '../database.ts';

test('two test databases do not see each other', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  await one.sql`CREATE TABLE only_here (n int)`;
  await expect(other.sql`SELECT * FROM only_here`).rejects.toThrow('does not exist');
  await Promise.all([one.drop(), other.drop()]);
});

test('a dropped database is gone, though somebody is still connected', async () => {
  const database = await testDatabase();
  const left = postgres(database.url, { max: 1 });
  await left`SELECT 1`;
  await database.drop();
  const sql = postgres(inject('postgres').maintenanceUrl, { max: 1 });
  const name = new URL(database.url).pathname.slice(1);
  expect([...(await sql`SELECT 1 FROM pg_database WHERE datname = ${name}`)]).toEqual([]);
  await Promise.all([sql.end(), left.end()]);
});
