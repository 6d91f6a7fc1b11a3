import { expect, test } from 'vitest';
import { Rebinding } from '../rebind.ts';
import type { UsageRecord } from '../record.ts';
import { Tally } from '../tally.ts';

const DAY_MS = 86_400_000;
const DAY = 20_700;
const WINDOW = 'cus_a|mtr_requests|month|1';

const record = (more: Partial<UsageRecord> = {}): UsageRecord => ({
  requestId: 'req',
  customer: 'cus_a',
  key: 'key_a',
  route: 'rte_a',
  routeVersion: 1,
  outcome: 'ok',
  status: 200,
  admittedAt: DAY * DAY_MS,
  billable: true,
  quantities: [['mtr_requests', 2]],
  spent: [[WINDOW, 2, 0, 1]],
  ...more,
});

/** Two batches of one boot; the second carries running totals over both. */
function boot() {
  const tally = new Tally();
  tally.add(record(), 1);
  tally.add(record({ customer: 'cus_b' }), 2);
  const first = tally.take();
  tally.add(record(), 3);
  tally.add(record({ billable: false, outcome: 'server_error', spent: [] }), 4);
  tally.add(record({ admittedAt: (DAY + 1) * DAY_MS }), 5);
  return [first, tally.take()] as const;
}

test('entries stay what they are; running totals begin anew with the other boot', () => {
  const [, second] = boot();
  expect(second.counts[0]).toMatchObject({ requests: 3, quantity: 6 });
  const rebinding = new Rebinding({ returned: true });
  const rebound = rebinding.take(second, 3);
  expect(rebound.columns).toEqual(second.columns);
  const none = { customer: 'cus_a', meter: 'mtr_requests' };
  expect(rebound.counts).toEqual([
    { ...none, day: DAY, requests: 2, quantity: 4, billable: 2 },
    { ...none, day: DAY + 1, requests: 1, quantity: 2, billable: 2 },
  ]);
  expect(rebinding.counts).toEqual(rebound.counts);
});

test('values that could not be read are told by the other boot all the same', () => {
  const [first] = boot();
  const fault = { customer: 'cus_a', route: 'rte_a', meter: 'm', fault: 'missing', minute: 1 };
  const faults = [{ ...fault, requests: 2 }];
  expect(new Rebinding({ returned: true }).take({ ...first, faults }, 1).faults).toEqual(faults);
});

test('running totals go on from batch to batch, and come to what the entries are', () => {
  const rebinding = new Rebinding({ returned: false });
  const all = boot().map((batch, at) => rebinding.take(batch, at === 0 ? 1 : 3));
  const sum = all.flatMap(({ columns }) => columns.quantity).reduce((a, b) => a + b, 0);
  expect(rebinding.counts.reduce((total, { quantity }) => total + quantity, 0)).toBe(sum);
  expect(all[1]?.counts[0]).toMatchObject({ requests: 3 });
});

test('units that core gave back were spent all the same: they count beside the leases', () => {
  const [first] = boot();
  const { spent } = new Rebinding({ returned: true }).take(first, 1);
  expect(spent).toEqual([{ window: WINDOW, settled: 0, unleased: 0, overdrawn: 6 }]);
  expect(new Rebinding({ returned: false }).take(first, 1).spent).toEqual(first.spent);
});
