import {
  decodeBatch,
  encodeBatch,
  type GatewayCount,
  type UsageBatch,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { leaseTotals } from '@tollgate/billing-core/contract/sync.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hold } from '../../ports.ts';
import { grant, totals } from '../lending.ts';
import type { UsageRecord } from '../record.ts';
import { Rebinding } from '../rebind.ts';
import { Tally } from '../tally.ts';
import { admit, openTill, settle, type Till } from '../till.ts';
import { keyFact, OK, quota, request, route } from './sample.ts';

// What an upstream says of one request may be large, and no message that core refuses comes of
// any number of them: core would refuse it whole, with everybody's usage in it.

const SAFE = Number.MAX_SAFE_INTEGER;
const NOW = Date.UTC(2026, 6, 15);
const TOKENS = 'mtr_tokens';
const VALUE_MAX = 1e9;

/** Scale 6: the largest value is 10^15 scaled units, the most that a rule may count. */
const counted = route({
  metering: [
    { meter_id: TOKENS, source: 'response_json', units: 1e6, selector: '/u', max_value: VALUE_MAX },
  ],
});
const asking = (limit: number) =>
  request({ route: counted, fact: keyFact({ quotas: [quota({ meter_id: TOKENS, limit })] }) });

/** Core, which lends what is asked for, up to the limit. */
function answer(till: Till, limit: number, now: number): void {
  for (const total of totals(till, now)) {
    expect(leaseTotals.safeParse(total).error).toBeUndefined();
    const { window, generation, wanted } = total;
    const granted = Math.min(wanted, limit);
    const told = { limit, unlent: limit - granted, exhausted: granted === 0, retry_in_ms: null };
    grant(till, { window, generation, granted, ...told }, { asOf: 1n, now });
  }
}

const value = fc.oneof(fc.constant(VALUE_MAX), fc.integer({ min: 0, max: VALUE_MAX }));
const limitOf = fc.oneof(fc.constant(9e15), fc.constant(SAFE), fc.integer({ min: 1, max: SAFE }));
const burst = fc.array(value, { minLength: 1, maxLength: 30 });
const pauses = fc.integer({ min: 0, max: 20_000 });

test('any sequence of allowed values makes asks and batches that core takes', () => {
  fc.assert(
    fc.property(limitOf, fc.array(fc.tuple(burst, pauses), { maxLength: 12 }), (limit, bursts) => {
      const till = openTill('cus');
      const tally = new Tally();
      let [now, frame] = [NOW, 0];
      for (const [values, pause] of bursts) {
        const open: [Hold, number][] = [];
        for (const told of values) {
          let decided = admit(till, asking(limit), now);
          if (decided.kind === 'ask') {
            answer(till, limit, now);
            decided = admit(till, asking(limit), now);
          }
          if (decided.kind === 'admitted') open.push([decided.hold, told]);
        }
        for (const [hold, told] of open) {
          const readings = [{ text: String(told) }];
          tally.add(settle(till, hold, { ...OK, readings }), ++frame);
        }
        const batch = tally.take();
        expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
        answer(till, limit, now);
        now += pause;
        answer(till, limit, now);
      }
    }),
  );
});

const quantity = fc.oneof(fc.constant(SAFE), fc.integer({ min: 0, max: SAFE }), fc.nat());
const record: fc.Arbitrary<UsageRecord> = fc
  .record({
    billable: fc.boolean(),
    customer: fc.constantFrom('cus_a', 'cus_b'),
    quantity,
    spent: fc.tuple(fc.constantFrom('w1', 'w2'), quantity, quantity, quantity),
  })
  .map((of) => ({
    requestId: 'req',
    key: 'key',
    route: 'rte',
    routeVersion: 1,
    outcome: 'ok',
    status: 200,
    admittedAt: NOW,
    customer: of.customer,
    billable: of.billable,
    quantities: [[TOKENS, of.quantity]],
    spent: [of.spent],
  }));

const sum = (all: readonly number[]): bigint => all.reduce((total, n) => total + BigInt(n), 0n);

/** Core's table of running totals: parts by the frame that they count from, merged by maximum. */
function merged(batches: readonly UsageBatch[]): GatewayCount[] {
  const parts = new Map<string, GatewayCount>();
  for (const count of batches.flatMap(({ counts }) => counts)) {
    const key = `${count.customer} ${count.since ?? 0}`;
    const was = parts.get(key);
    parts.set(key, {
      ...count,
      requests: Math.max(count.requests, was?.requests ?? 0),
      quantity: Math.max(count.quantity, was?.quantity ?? 0),
      billable: Math.max(count.billable, was?.billable ?? 0),
    });
  }
  return [...parts.values()];
}

function expectWhole(batches: readonly UsageBatch[], records: readonly UsageRecord[]): void {
  for (const batch of batches) expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
  const counts = merged(batches);
  const billable = records.filter((one) => one.billable);
  const quantities = (of: readonly UsageRecord[]): number[] =>
    of.flatMap((one) => one.quantities.map(([, units]) => units));
  expect(sum(counts.map((count) => count.requests))).toBe(BigInt(records.length));
  expect(sum(counts.map((count) => count.quantity))).toBe(sum(quantities(records)));
  expect(sum(counts.map((count) => count.billable))).toBe(sum(quantities(billable)));
  expect(sum(batches.flatMap(({ columns }) => columns.quantity))).toBe(sum(quantities(records)));
  const spent = batches.flatMap((batch) => batch.spent);
  const told = spent.flatMap((one) => [one.settled, one.unleased, one.overdrawn]);
  expect(sum(told)).toBe(sum(records.flatMap((one) => one.spent.flatMap(([, ...n]) => n))));
}

test('batches and running totals stay exact beyond 2^53, also under another boot', () => {
  const records = fc.array(record, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 9 }), fc.boolean(), (all, every, returned) => {
      let tally = new Tally();
      const batches: UsageBatch[] = [];
      const firsts: number[] = [];
      for (let at = 0; at < all.length; at += every) {
        for (const [of, one] of all.slice(at, at + every).entries()) tally.add(one, at + of + 1);
        firsts.push(at + 1);
        batches.push(tally.take());
        // A host without a memory takes them up again for each batch.
        tally = new Tally();
        tally.resume(merged(batches));
      }
      expectWhole(batches, all);
      const rebinding = new Rebinding({ returned });
      expectWhole(
        batches.map((batch, at) => rebinding.take(batch, firsts[at] ?? 0)),
        all,
      );
    }),
  );
});
