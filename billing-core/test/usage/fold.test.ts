import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import type { Sql } from '../../src/kit/database.ts';
import { FOLD_AFTER_MINUTES, foldHours } from '../../src/usage/fold.ts';
import { meterTotals, readSeries } from '../../src/usage/reading.ts';
import { rollOnce } from '../../src/usage/roller.ts';
import { books, ledger, NOON } from './ledger.ts';

let database: TestDatabase;
let sql: Sql;

beforeEach(async () => {
  database = await testDatabase();
  sql = database.sql;
  await sql`update hour_folds set minute = ${NOON}`;
});

afterEach(async () => {
  await database.drop();
});

const foldAt = (minute: number): Promise<boolean> =>
  foldHours(sql, (minute + FOLD_AFTER_MINUTES) * 60_000);

async function foldAllTo(minute: number): Promise<void> {
  let more = true;
  while (more) more = await foldAt(minute);
}

const total = async (from = NOON - 120, to = NOON + 240): Promise<string> =>
  (await meterTotals(sql, 'cus_1', { from, to, meterId: 'mtr_requests' })).requests;

test('usage is in the totals before its minute is folded, and once after it', async () => {
  const { batch } = ledger(sql);
  await batch([
    { customer_id: 'cus_1', minute: NOON, requests: 3 },
    { customer_id: 'cus_1', minute: NOON + 1, requests: 4 },
  ]);
  await rollOnce(sql);
  expect((await books(sql)).hours).toEqual([]);
  expect(await total()).toBe('7');
  await foldAt(NOON + 1);
  expect((await books(sql)).hours).toMatchObject([{ requests: '3' }]);
  expect(await total()).toBe('7');
  await foldAt(NOON + 1);
  await foldAllTo(NOON + 2);
  expect((await books(sql)).hours).toMatchObject([{ requests: '7' }]);
  expect(await total()).toBe('7');
});

test('usage that comes late for a folded minute is in both, at once', async () => {
  const { batch } = ledger(sql);
  await batch([{ customer_id: 'cus_1', requests: 3 }]);
  await rollOnce(sql);
  await foldAllTo(NOON + 30);
  await batch([
    { customer_id: 'cus_1', requests: 5 },
    { customer_id: 'cus_1', minute: NOON + 30, requests: 1 },
  ]);
  await rollOnce(sql);
  expect((await books(sql)).hours).toMatchObject([{ requests: '8' }]);
  expect(await total()).toBe('9');
});

test('a minute is not folded before it has been over for a while', async () => {
  await ledger(sql).batch([{ customer_id: 'cus_1' }]);
  await rollOnce(sql);
  expect(await foldAt(NOON)).toBe(false);
  expect((await books(sql)).hours).toEqual([]);
});

test('a long stretch is folded in bounded steps, and an empty one in a single step', async () => {
  const { batch } = ledger(sql);
  const minutes = Array.from({ length: 12 }, (_, at) => NOON + 10_000 + at);
  await batch(minutes.map((minute) => ({ customer_id: 'cus_1', minute })));
  await rollOnce(sql);
  let steps = 1;
  while (await foldAt(NOON + 20_000)) steps += 1;
  expect(steps).toBe(4);
  const { ledger: truth, hours } = await books(sql);
  expect(hours).toEqual(truth);
  expect(await sql`select minute::int as minute from hour_folds`).toEqual([
    { minute: NOON + 20_000 },
  ]);
});

/** The same by key: it is read from the hours, where the total is read from the totals. */
async function totalByKey(from: number, to: number): Promise<string> {
  const { rows } = await readSeries(sql, {
    from,
    to,
    whose: { customerId: 'cus_1' },
    interval: 'day',
    group: 'key',
    meterId: 'mtr_requests',
    keyId: undefined,
    routeId: undefined,
  });
  return rows.reduce((sum, row) => sum + BigInt(row.requests), 0n).toString();
}

type Step = { act: 'batch' | 'roll' | 'fold'; minute: number };
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('batch' as const, 'batch', 'roll', 'fold'),
  minute: fc.integer({ min: NOON - 70, max: NOON + 130 }),
});

test('whatever comes when, any range of the totals is that of what was rolled', async () => {
  const { batch } = ledger(sql);
  const sums = async (from: number, to: number): Promise<string> => {
    const [row] = await sql<[{ sum: string }]>`
      select coalesce(sum(requests), 0)::text as sum from usage_rollups
       where minute >= ${from} and minute < ${to}`;
    return row.sum;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      for (const { act, minute } of steps) {
        if (act === 'batch') {
          const key_id = `key_${minute % 3}`;
          await batch([{ customer_id: 'cus_1', minute, key_id, requests: 3 }]);
        } else if (act === 'roll') await rollOnce(sql);
        else await foldAt(minute);
        const ranges = [NOON - 90, minute].map((from) => [from, from + 150] as const);
        for (const [from, to] of ranges) {
          const truth = await sums(from, to);
          expect(await total(from, to)).toBe(truth);
          expect(await totalByKey(from, to)).toBe(truth);
        }
      }
    }),
    { numRuns: 25 },
  );
  while ((await rollOnce(sql)) > 0);
  await foldAllTo(NOON + 1_000);
  const { ledger: truth, minutes, hours } = await books(sql);
  expect(minutes).toEqual(truth);
  expect(hours).toEqual(truth);
});
