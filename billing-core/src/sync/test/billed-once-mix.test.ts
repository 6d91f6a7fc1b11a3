import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore, type Core } from '../../test/core.ts';
import { ONCE_MS } from '../../usage/once.ts';
import { CUSTOMER } from './ledger.ts';
import { NOW, OnceGateway, requestOf } from './once-till.ts';

let core: Core;
let gateways = 0;
beforeAll(async () => {
  core = await openCore();
  core.clock.now = NOW;
  await core.sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
});
afterAll(() => core.close());

type Row = { key_hash: string; request_id: string; billable: boolean; unbilled: string | null };

// A few keys and some days, so that requests of different gateways meet all the time.
const asked = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  ago: fc.integer({ min: 0, max: 72 }).map((hours) => hours * 3_600_000),
});
const batches = fc.array(fc.array(asked, { minLength: 1, maxLength: 6 }), { maxLength: 4 });

test('any mix at once, with repeats: none billed is within a day of another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batches, { minLength: 2, maxLength: 4 }), async (all) => {
      const route = `rte_${(gateways += 1)}`;
      const since = new Map<string, number>();
      await Promise.all(
        all.map(async (own, at) => {
          const gateway = new OnceGateway(core, `bt_${gateways}_${at}`);
          for (const batch of own) {
            const requests = batch.map(({ key, ago }) =>
              requestOf({ idempotency: key, admittedAt: NOW - ago, route }),
            );
            for (const { requestId, admittedAt } of requests) since.set(requestId, admittedAt);
            const message = gateway.batchOf(requests);
            // Sent twice at once: an answer that was lost.
            await Promise.all([gateway.deliver(message), gateway.deliver(message)]);
          }
        }),
      );
      const rows = await core.sql<Row[]>`
        select key_hash, request_id, billable, unbilled from usage_entries
         where route_id = ${route}`;
      expect(rows).toHaveLength(since.size);
      const isNear = (one: Row, other: Row): boolean => {
        const [a = 0, b = 0] = [since.get(one.request_id), since.get(other.request_id)];
        return one.key_hash === other.key_hash && Math.abs(a - b) < ONCE_MS;
      };
      const billed = rows.filter(({ billable }) => billable);
      for (const row of rows) {
        const near = billed.filter((other) => other !== row && isNear(row, other));
        // A billed one has none near it, any other one has.
        expect([row.unbilled, near.length > 0]).toEqual(
          row.billable ? [null, false] : ['repeated', true],
        );
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
