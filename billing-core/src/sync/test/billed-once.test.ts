import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UsageRecord } from '../../../../gateway/src/core/record.ts';
import { openCore, type Core } from '../../test/core.ts';
import { synchronise } from '../actions.ts';
import { forgetClaims } from '../../usage/once-store.ts';
import { rollOnce } from '../../usage/roller.ts';
import { CUSTOMER, envelopeOf, METER } from './ledger.ts';
import { HOUR, NOW, OnceGateway, requestOf } from './once-till.ts';

// Requests with one Idempotency-Key are recorded each, and billed once.

const DAY = 24 * HOUR;
let core: Core;
let one: OnceGateway;
let other: OnceGateway;
beforeEach(async () => {
  core = await openCore();
  core.clock.now = NOW;
  await core.sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
  one = new OnceGateway(core, 'bt_one');
  other = new OnceGateway(core, 'bt_other');
});
afterEach(() => core.close());

type Sum = { requests: number; quantity: number; billed: number };

/** What the ledger has, rolled up or not; and that gateways counted the same. */
async function ledger(customer = CUSTOMER): Promise<Sum> {
  const read = async (): Promise<Sum> => {
    const [row] = await core.sql<[Sum]>`
      select coalesce(sum(requests), 0)::int as requests,
             coalesce(sum(quantity), 0)::int as quantity,
             coalesce(sum(quantity) filter (where billable), 0)::int as billed
        from usage_entries where customer_id = ${customer}`;
    return row;
  };
  const agree = async (): Promise<void> => {
    const counts = await core.admin('GET', '/v1/usage/counts?from=2026-11-01&to=2026-11-30');
    expect(counts.body, counts.text).toMatchObject({ differing: 0, differences: [] });
  };
  await agree();
  while ((await rollOnce(core.sql)) > 0);
  await agree();
  const [rolled] = await core.sql<[Sum]>`
    select coalesce(sum(requests), 0)::int as requests,
           coalesce(sum(quantity), 0)::int as quantity,
           coalesce(sum(quantity) filter (where billable), 0)::int as billed
      from usage_rollups where customer_id = ${customer}`;
  const sum = await read();
  expect({ ...rolled }).toEqual({ ...sum });
  return { ...sum };
}

const sums = (requests: number, billed: number): Sum => ({ requests, quantity: requests, billed });

test('the same key at two gateways is billed once, and the ledger says which and why', async () => {
  const [first, second] = [requestOf({ idempotency: 'a' }), requestOf({ idempotency: 'a' })];
  await one.send(first);
  await other.send(second, requestOf({ idempotency: 'b' }), requestOf(), requestOf());
  expect(await ledger()).toEqual(sums(5, 4));
  const { body } = await core.admin('GET', `/v1/usage/entries?customer_id=${CUSTOMER}`);
  const shown = (body['data'] as Record<string, unknown>[]).map(
    ({ request_id, billable, unbilled, outcome, requests, key_hash }) => ({
      request_id,
      told: [billable, unbilled, outcome, requests, typeof key_hash],
    }),
  );
  const told = (request: UsageRecord) =>
    shown.find(({ request_id }) => request_id === request.requestId)?.told;
  expect(told(first)).toEqual([true, null, 'ok', 1, 'string']);
  expect(told(second)).toEqual([false, 'repeated', 'ok', 1, 'string']);
  // Requests without a key are one row together, as ever.
  expect(shown.find(({ request_id }) => request_id === null)?.told).toEqual([
    true,
    null,
    'ok',
    2,
    'object',
  ]);
});

test('twelve gateways that bring the same keys at once bill each of them once', async () => {
  const keys = Array.from({ length: 40 }, (_, at) => `key ${at}`);
  const gateways = Array.from({ length: 12 }, (_, at) => new OnceGateway(core, `bt_${at}`));
  await Promise.all(
    gateways.map((gateway, at) => {
      // Each in an order of its own, and some of them twice.
      const order = [...keys.slice(at), ...keys.slice(0, at), ...keys.slice(at, at + 5)];
      return gateway.send(...order.map((idempotency) => requestOf({ idempotency })));
    }),
  );
  const sent = 12 * 40 + gateways.reduce((sum, _, at) => sum + keys.slice(at, at + 5).length, 0);
  expect(await ledger()).toEqual(sums(sent, 40));
});

test('a batch that comes again, or whose transaction failed, bills nothing twice', async () => {
  const batch = one.batchOf([requestOf({ idempotency: 'a' }), requestOf({ idempotency: 'b' })]);
  const failing = core.sql.begin(async (tx) => {
    await synchronise(tx, batch, NOW);
    throw new Error('killed before the commit');
  });
  await expect(failing).rejects.toThrow('killed');
  await other.send(requestOf({ idempotency: 'b' }));
  expect((await one.deliver(batch)).batch?.status).toBe('applied');
  expect((await one.deliver(batch)).batch?.status).toBe('repeated');
  expect((await one.deliver(batch)).batch?.status).toBe('repeated');
  expect(await ledger()).toEqual(sums(3, 2));
});

test('keys of other customers and on other routes are others', async () => {
  const foreign = 'cus_0000000000000000000other';
  await one.send(
    requestOf({ idempotency: 'a' }),
    requestOf({ idempotency: 'a', customer: foreign }),
    requestOf({ idempotency: 'a', route: 'rte_other' }),
    requestOf({ idempotency: 'a', key: 'key_other' }),
    requestOf({ idempotency: 'A' }),
  );
  expect(await ledger()).toEqual(sums(4, 3));
  expect(await ledger(foreign)).toEqual(sums(1, 1));
});

describe('by the stamp of admission', () => {
  const t = NOW - 3 * DAY;
  test.each([
    ['a millisecond within 24 h', [t, t + DAY - 1], 1],
    ['24 h apart', [t, t + DAY], 2],
    ['late, admitted before the one that is billed', [t + HOUR, t], 1],
    ['late, a day before', [t + DAY, t], 2],
    ['late, between two that are billed', [t, t + DAY, t + HOUR], 2],
    ['three, each an hour short of a day', [t, t + DAY - HOUR, t + 2 * (DAY - HOUR)], 2],
  ])('%s', async (_name, stamps, billed) => {
    for (const [at, admittedAt] of stamps.entries()) {
      await (at % 2 === 0 ? one : other).send(requestOf({ idempotency: 'a', admittedAt }));
    }
    expect(await ledger()).toEqual(sums(stamps.length, billed));
  });

  test('a clock that is ahead claims nothing of the time to come', async () => {
    await one.send(requestOf({ idempotency: 'a', admittedAt: NOW + 20 * HOUR }));
    core.clock.now = NOW + DAY;
    await other.send(requestOf({ idempotency: 'a', admittedAt: NOW + DAY }));
    const [row] = await core.sql<[{ billed: number }]>`
      select count(*) filter (where billable)::int as billed from usage_entries`;
    expect(row.billed).toBe(2);
  });
});

test('what is not billed anyway leaves the next one with its key to be billed', async () => {
  const failed = { outcome: 'server_error', status: 500, billable: false } as const;
  await one.send(requestOf({ ...failed }), requestOf({ idempotency: 'a' }));
  await other.send(requestOf({ ...failed }), requestOf({ idempotency: 'a' }));
  expect(await ledger()).toEqual(sums(4, 1));
});

test('all meters of a request, and all its spans, are billed or not as one', async () => {
  const quantities = [
    [METER, 1],
    ['mtr_tokens', 70],
  ] as const;
  const first = requestOf({ idempotency: 'a', quantities });
  const second = requestOf({ idempotency: 'a', quantities });
  const span = (of: UsageRecord, hours: number): UsageRecord => ({
    ...of,
    admittedAt: of.admittedAt + hours * HOUR,
    quantities: [['mtr_tokens', 5]],
    later: true,
  });
  await one.send(first);
  await other.send(second, span(second, 1));
  core.clock.now = NOW + 30 * HOUR;
  // Spans of more than a day later are still of the request that was admitted then.
  await other.send(span(second, 30));
  await one.send(span(first, 1), span(first, 30));
  const rows = await core.sql`
    select meter_id, sum(requests)::int as requests, sum(quantity)::int as quantity,
           sum(quantity) filter (where billable)::int as billed
      from usage_entries group by 1 order by 1`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { meter_id: METER, requests: 2, quantity: 2, billed: 1 },
    { meter_id: 'mtr_tokens', requests: 2, quantity: 160, billed: 80 },
  ]);
  await ledger();
});

describe('what is forgotten', () => {
  const vouch = (gateway: OnceGateway, watermark: number) =>
    gateway.deliver({ envelope: envelopeOf(gateway.boot, { watermark }), bytes: new Uint8Array() });
  const kept = async (): Promise<number> =>
    Number((await core.sql`select count(*) from usage_once`)[0]?.['count']);

  test('goes after two days, once every gateway has vouched for the time', async () => {
    await one.send(requestOf({ idempotency: 'a' }));
    await vouch(other, NOW - HOUR);
    core.clock.now = NOW + 3 * DAY;
    await forgetClaims(core.sql, core.clock.now);
    expect(await kept()).toBe(1);
    await vouch(one, core.clock.now);
    await forgetClaims(core.sql, core.clock.now);
    expect(await kept()).toBe(1);
    await vouch(other, core.clock.now);
    await forgetClaims(core.sql, core.clock.now);
    expect(await kept()).toBe(0);
    // A day later the key is as good as new.
    await one.send(requestOf({ idempotency: 'a', admittedAt: core.clock.now }));
    const [row] = await core.sql`select count(*)::int as billed from usage_entries where billable`;
    expect(row?.['billed']).toBe(2);
  });

  test('is never billed again: what comes later than that is recorded, and says why', async () => {
    await one.send(requestOf({ idempotency: 'a', admittedAt: NOW - 40 * DAY }));
    await vouch(other, 0);
    core.clock.now = NOW + 36 * DAY;
    await forgetClaims(core.sql, core.clock.now);
    expect(await kept()).toBe(0);
    await other.send(requestOf({ idempotency: 'a', admittedAt: NOW - 40 * DAY + HOUR }));
    await other.send(requestOf({ idempotency: 'a', admittedAt: core.clock.now }));
    const rows = await core.sql`select unbilled from usage_entries join usage_batches
      using (gateway_id, boot_id, sequence) order by received_at`;
    expect(rows.map((row) => row['unbilled'] as unknown)).toEqual([null, 'too_late', null]);
  });

  test('leaves what comes next to be billed, after a clock that was a year ahead', async () => {
    await one.send(requestOf({ idempotency: 'a' }));
    core.clock.now = NOW + 400 * DAY;
    await forgetClaims(core.sql, core.clock.now);
    core.clock.now = NOW + 2 * DAY;
    await one.send(requestOf({ idempotency: 'b', admittedAt: core.clock.now }));
    const [row] = await core.sql`select unbilled from usage_entries join usage_batches
      using (gateway_id, boot_id, sequence) order by received_at desc, sequence desc limit 1`;
    expect(row?.['unbilled']).toBeNull();
  });

  test('stays while a batch has it under its hands', async () => {
    await one.send(requestOf({ idempotency: 'a' }));
    core.clock.now = NOW + 40 * DAY;
    await core.sql.begin(async (tx) => {
      await tx`select from usage_once for update`;
      await forgetClaims(core.sql, core.clock.now);
    });
    expect(await kept()).toBe(1);
    await forgetClaims(core.sql, core.clock.now);
    expect(await kept()).toBe(0);
  });
});

test('a letter that is recorded after all bills what nobody has billed meanwhile', async () => {
  const batch = one.batchOf([requestOf({ idempotency: 'a' }), requestOf({ idempotency: 'b' })]);
  await core.sql.begin(async (tx) => {
    await synchronise(tx, { ...batch, poison: 'for a test' }, NOW);
  });
  await other.send(requestOf({ idempotency: 'a' }));
  const path = '/v1/usage/dead-letters/gw_test/bt_one/1/record';
  expect((await core.admin('POST', path)).status).toBe(200);
  expect(await ledger()).toEqual(sums(3, 2));
});
