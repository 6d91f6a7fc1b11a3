import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .toSorted();
const REPAIR = files.findIndex((name) => name.endsWith('_balance_given_back.sql'));

let database: TestDatabase;
const run = async (names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    await database.sql.begin((tx) => tx.unsafe(text));
  }
};

/** A database as it was before credit came back. */
beforeAll(async () => {
  database = await testDatabase();
  await database.sql.unsafe('drop schema public cascade; create schema public');
  await run(files.slice(0, REPAIR));
});
afterAll(() => database.drop());

type Old = { from: number; credits: number[]; paid: number; state: string };

async function old(id: string, { from, credits, paid, state }: Old, number: number) {
  const { sql } = database;
  await sql`insert into customers (id, key_ref, name)
    values (${`cus_${id}`}, ${id.padEnd(10, '0')}, 'Acme')`;
  const credited = credits.reduce((a, b) => a + b, 0);
  await sql`insert into invoices (id, customer_id, state, reason, series, number, currency,
      customer, total, from_balance, credited, paid, created_at, finalized_at, paid_at, ended_at)
    values (${`inv_${id}`}, ${`cus_${id}`}, ${state}, 'manual', 'INV', ${number}, 'USD', '{}', 1000,
            ${from}, ${credited}, ${paid}, now(), now(),
            ${state === 'paid' ? new Date(0) : null}, ${state === 'void' ? new Date(0) : null})`;
  await sql`insert into customer_balance_entries (id, customer_id, currency, invoice_id, amount,
      created_at)
    values (${`bal_g${id}`}, ${`cus_${id}`}, 'USD', ${`inv_${id}`}, ${-from}, now())`;
  for (const [at, total] of credits.entries()) {
    await sql`insert into credit_notes (id, invoice_id, customer_id, series, number, currency,
        reason, tax, total, created_at)
      values (${`crn_${id}${at}`}, ${`inv_${id}`}, ${`cus_${id}`}, 'CN', ${number * 10 + at}, 'USD',
              'x', 0, ${total}, now())`;
  }
}

test('credit that invoices of before lost comes back with the migration', async () => {
  const cases: [string, Old, string[]][] = [
    ['void', { from: 400, credits: [], paid: 0, state: 'void' }, ['400']],
    ['half', { from: 400, credits: [500], paid: 0, state: 'open' }, []],
    ['full', { from: 400, credits: [700, 300], paid: 0, state: 'paid' }, ['100', '300']],
    ['paid', { from: 400, credits: [500], paid: 600, state: 'paid' }, []],
    ['both', { from: 400, credits: [1000], paid: 600, state: 'paid' }, ['400']],
  ];
  for (const [at, [id, before]] of cases.entries()) await old(id, before, at + 1);
  await run(files.slice(REPAIR, REPAIR + 1));
  for (const [id, , back] of cases) {
    const rows = await database.sql<{ amount: string }[]>`
      select amount from customer_balance_entries
       where invoice_id = ${`inv_${id}`} and kind in ('void', 'credit_note') order by amount`;
    expect([id, ...rows.map(({ amount }) => amount)]).toEqual([id, ...back]);
  }
  const odd = await database.sql`
    select id from invoices
     where to_balance <> (select coalesce(sum(amount), 0) from customer_balance_entries entry
                           where entry.invoice_id = invoices.id and amount > 0)`;
  expect(odd).toEqual([]);
});
