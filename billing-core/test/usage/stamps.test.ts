import { expect, test } from 'vitest';
import { CUSTOMER, usageOf } from '../../src/sync/test/ledger.ts';
import { late, unbillable } from '../../src/usage/stamps.ts';

const MINUTE_MS = 60_000;
const NOW = 29_000_000;

test.each([
  ['of just now', NOW - 5, true, []],
  ['late', NOW - 6, true, [CUSTOMER]],
  ['late and free', NOW - 6, false, []],
])('usage %s', (_, minute, billable, customers) => {
  const batch = usageOf(1, { minute });
  batch.columns.billable = [billable];
  expect([...late(batch, NOW * MINUTE_MS)]).toEqual(customers);
});

test.each([
  ['ends as the subscription begins', NOW + 1, 1],
  ['holds its beginning', NOW + 0.5, 0],
  ['is after it', NOW, 0],
  ['of a customer that never had one', Number.POSITIVE_INFINITY, 1],
])('a minute that %s', (_, began, count) => {
  const batch = usageOf(7, { minute: NOW });
  expect(unbillable(batch, new Map([[CUSTOMER, began * MINUTE_MS]]))).toBe(count);
  expect(unbillable(batch, new Map())).toBe(0);
});
