import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { openLog } from '../../src/kit/log.ts';
import { follow } from '../../src/invoicing/follow.ts';
import { closeDue } from '../../src/invoicing/run.ts';
import { seedMonth, sumsOfMonth, totalOfMonth } from './month.ts';

/** A hundredth of what the benchmark closes; its bar of ten minutes leaves 6 ms each. */
const SIZE = { customers: 1_000, hours: 10 };
const SECONDS_MAX = 60;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test('a month of many customers closes in its time, stopped half-way and resumed', async () => {
  const { sql } = database;
  const now = await seedMonth(sql, SIZE);
  const kit = { sql, log: openLog('test', 'silent'), send: async () => {}, now };
  const from = performance.now();
  await follow(sql);
  const half = new AbortController();
  await closeDue(kit, half.signal, ({ cycles }) => {
    if (cycles * 2 >= SIZE.customers) half.abort();
  });
  const stopped = await sumsOfMonth(sql);
  expect(stopped.invoices).toBeGreaterThan(0);
  expect(stopped.invoices).toBeLessThan(SIZE.customers);
  const never = new AbortController().signal;
  await Promise.all([closeDue(kit, never), closeDue(kit, never)]);
  const seconds = (performance.now() - from) / 1_000;
  expect(await sumsOfMonth(sql)).toEqual({
    invoices: SIZE.customers,
    numbers: SIZE.customers,
    lines: 3 * SIZE.customers,
    total: String(SIZE.customers * totalOfMonth(SIZE)),
  });
  expect(seconds).toBeLessThan(SECONDS_MAX);
}, 120_000);
