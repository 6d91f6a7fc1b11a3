import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import type { UsageColumns } from '../../src/contract/usage-batch.ts';
import { insertEntries } from '../../src/usage/store.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(async () => {
  await database.drop();
});

const ODD = [
  '"',
  '\\',
  '\\"',
  'a,b',
  '{}',
  'NULL',
  'a\nb\tc',
  ' ',
  'é😀',
  "'; drop table x",
  '\\N',
];

test('entries arrive as they were sent, whatever their texts hold', async () => {
  const { sql } = database;
  const columns: UsageColumns = {
    customer: ODD.map((_, at) => ODD[(at * 3) % ODD.length]!),
    key: ODD,
    route: ODD.toReversed(),
    route_version: ODD.map((_, at) => at),
    meter: ODD,
    outcome: ODD.map((_, at) => (at % 2 === 0 ? 'ok' : 'client_error')),
    minute: ODD.map((_, at) => 29_000_000 + at),
    billable: ODD.map((_, at) => at % 2 === 0),
    requests: ODD.map((_, at) => at),
    quantity: ODD.map((_, at) => Number.MAX_SAFE_INTEGER - at),
  };
  const key = { gateway: 'gw_1', boot: 'bt_1', sequence: 1 };
  expect(await sql.begin((tx) => insertEntries(tx, key, { columns }))).toBe(ODD.length);
  const rows = await sql`
    select customer_id, key_id, route_id, route_version, meter_id, outcome, minute::int as minute,
           billable, requests::int as requests, quantity::text as quantity
      from usage_entries order by requests`;
  expect(rows.map((row) => ({ ...row }))).toEqual(
    ODD.map((_, at) => ({
      customer_id: columns.customer[at],
      key_id: columns.key[at],
      route_id: columns.route[at],
      route_version: at,
      meter_id: columns.meter[at],
      outcome: columns.outcome[at],
      minute: columns.minute[at],
      billable: columns.billable[at],
      requests: at,
      quantity: String(columns.quantity[at]),
    })),
  );
});
