import type { GatewayCount } from '@tollgate/billing-core/contract/usage-batch.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord, type UsageRecord } from '../record.ts';
import { Tally } from '../tally.ts';

const record: fc.Arbitrary<UsageRecord> = fc.record({
  requestId: fc.string({ maxLength: 20 }),
  customer: fc.constantFrom('cus_a', 'cus_b'),
  key: fc.constantFrom('key_a', 'key_b'),
  route: fc.constantFrom('rte_a', 'rte_b'),
  routeVersion: fc.constantFrom(1, 2),
  outcome: fc.constantFrom('ok', 'server_error', 'client_abort'),
  status: fc.constantFrom(200, 500, 0),
  admittedAt: fc.integer({ min: 1_790_000_000_000, max: 1_790_000_200_000 }),
  billable: fc.boolean(),
  quantities: fc.constantFrom(
    [['mtr_requests', 1] as const],
    [['mtr_requests', 1] as const, ['mtr_bytes', 512] as const],
  ),
  spent: fc.constantFrom([], [['w1', 1, 0, 2] as const]),
});

test('batches cut anywhere hold every record once, whatever is gathered together', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), fc.nat({ max: 7 }), (records, every) => {
      const tally = new Tally();
      const sums = { requests: 0, quantity: 0, settled: 0, overdrawn: 0 };
      const take = (): void => {
        const batch = tally.take();
        sums.requests += batch.columns.requests.reduce((sum, n) => sum + n, 0);
        sums.quantity += batch.columns.quantity.reduce((sum, n) => sum + n, 0);
        for (const spent of batch.spent) {
          sums.settled += spent.settled;
          sums.overdrawn += spent.overdrawn;
        }
      };
      records.forEach((one, at) => {
        tally.add(one, at + 1);
        if (every > 0 && at % every === 0) take();
      });
      take();
      const flat = records.flatMap((one) => one.quantities);
      expect(sums.requests).toBe(flat.length);
      expect(sums.quantity).toBe(flat.reduce((sum, [, quantity]) => sum + quantity, 0));
      expect(sums.settled).toBe(records.filter((one) => one.spent.length > 0).length);
      expect(sums.overdrawn).toBe(2 * sums.settled);
      expect(tally.take().columns.customer).toEqual([]);
    }),
  );
});

const SAMPLE: UsageRecord = {
  requestId: 'r',
  customer: 'cus_a',
  key: 'k',
  route: 'rte_a',
  routeVersion: 1,
  outcome: 'ok',
  status: 200,
  admittedAt: 1_790_000_000_000,
  billable: true,
  quantities: [],
  spent: [],
};
const LARGE = Number.MAX_SAFE_INTEGER - 5;

test('each part of a running total counts the frames from its first to the next part', () => {
  const one = fc
    .record({
      customer: fc.constantFrom('cus_a', 'cus_b', 'cus_c'),
      route: fc.constantFrom('rte_a', 'rte_b'),
      quantities: fc
        .constantFrom(1, 7, LARGE)
        .map((quantity) => [['mtr_requests', quantity] as const]),
    })
    .map((of): UsageRecord => ({ ...SAMPLE, ...of }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), fc.nat({ max: 7 }), (records, every) => {
      const tally = new Tally({ countsMax: 2 });
      const parts = new Map<string, GatewayCount>();
      const take = (): void => {
        for (const count of tally.take().counts) {
          parts.set(`${count.customer}|${count.day}|${count.since}`, count);
        }
      };
      records.forEach((each, at) => {
        tally.add(each, at + 1);
        if (every > 0 && at % every === 0) take();
      });
      take();
      for (const part of parts.values()) {
        const { customer, day, since = 0 } = part;
        const like = [...parts.values()].filter((p) => p.customer === customer && p.day === day);
        const next = Math.min(...like.map((p) => p.since ?? 0).filter((from) => from > since));
        const mine = records.filter(
          ({ customer: whose, admittedAt }, at) =>
            whose === customer &&
            Math.floor(admittedAt / 86_400_000) === day &&
            at + 1 >= since &&
            at + 1 < next,
        );
        expect(part.requests).toBe(mine.length);
        const sum = mine.reduce((all, { quantities }) => all + BigInt(quantities[0]?.[1] ?? 0), 0n);
        expect(BigInt(part.quantity)).toBe(sum);
      }
      expect([...parts.values()].reduce((all, { requests }) => all + requests, 0)).toBe(
        records.length,
      );
    }),
  );
});

test('running totals go on over batches, and are taken up again after a restart', () => {
  const one: UsageRecord = {
    requestId: 'r',
    customer: 'cus_a',
    key: 'k',
    route: 'r',
    routeVersion: 1,
    outcome: 'ok',
    status: 200,
    admittedAt: 1_790_000_000_000,
    billable: true,
    quantities: [['m', 2]],
    spent: [],
  };
  const first = new Tally();
  first.add(one, 1);
  first.take();
  first.add({ ...one, billable: false }, 2);
  const { counts } = first.take();
  expect(counts).toMatchObject([{ requests: 2, quantity: 4, billable: 2 }]);
  // A later span of a request adds to the quantity, and to no number of requests.
  first.add({ ...one, later: true }, 3);
  const last = first.take();
  expect(last.counts).toMatchObject([{ requests: 2, quantity: 6, billable: 4 }]);
  const second = new Tally();
  for (const told of [counts, last.counts, counts]) second.resume(told);
  second.add(one, 4);
  expect(second.take().counts).toMatchObject([{ requests: 3, quantity: 8, billable: 6 }]);
});

test('a record comes back from its frame as it went in', () => {
  fc.assert(
    fc.property(record, (one) => {
      expect(decodeRecord(encodeRecord(one))).toEqual(one);
    }),
  );
});

test('totals that are forgotten begin anew beside the old ones: a day adds up all the same', () => {
  const customers = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(customers, fc.integer({ min: 1, max: 9 }), (visits, every) => {
      const tally = new Tally({ countsMax: 6 });
      const kept = new Map<string, number>();
      const take = (): void => {
        for (const { customer, since, requests } of tally.take().counts) {
          const key = `${customer} ${since}`;
          kept.set(key, Math.max(kept.get(key) ?? 0, requests));
        }
      };
      visits.forEach((customer, at) => {
        const [one] = fc.sample(record, { numRuns: 1, seed: 7 }) as [UsageRecord];
        const quantities = [['mtr_requests', 1]] as const;
        tally.add({ ...one, customer: `cus_${customer}`, quantities }, at + 1);
        if (at % every === 0) take();
      });
      take();
      expect(tally.counted).toBeLessThanOrEqual(6);
      const sum = [...kept.values()].reduce((total, requests) => total + requests, 0);
      expect(sum).toBe(visits.length);
    }),
  );
});
