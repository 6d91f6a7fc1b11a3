import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GatewayCount } from '../../src/contract/usage-batch.ts';
import { synchronise } from '../../src/sync/actions.ts';
import { CUSTOMER, KEY, messageOf, METER, ROUTE } from '../../src/sync/test/ledger.ts';
import { openCore, type Core, type Json } from '../../src/test/core.ts';
import { foldHours } from '../../src/usage/fold.ts';
import { rollOnce } from '../../src/usage/roller.ts';

let core: Core;
const DAY = 20_400;
const MINUTE = DAY * 1_440 + 600;
const MS = MINUTE * 60_000;

beforeAll(async () => {
  core = await openCore();
  core.clock.now = MS + 3_600_000;
});
afterAll(() => core.close());

type Sent = { requests: number; counted: number; minute?: number; billable?: boolean };

/** A batch of one entry; `counted` is what the gateway says it came to so far on that day. */
async function send(boot: string, sequence: number, sent: Sent): Promise<void> {
  const { requests, counted, minute = MINUTE, billable = true } = sent;
  const count: GatewayCount = {
    customer: CUSTOMER,
    meter: METER,
    day: Math.floor(minute / 1_440),
    requests: counted,
    quantity: counted,
    billable: billable ? counted : 0,
  };
  const columns = {
    customer: [CUSTOMER],
    key: [KEY],
    route: [ROUTE],
    route_version: [1],
    meter: [METER],
    outcome: ['ok' as const],
    minute: [minute],
    billable: [billable],
    requests: [requests],
    quantity: [requests],
  };
  const message = messageOf(boot, sequence, { columns, counts: [count], spent: [] });
  await core.sql.begin((tx) => synchronise(tx, message, core.clock.now));
}

const compare = async (query = ''): Promise<Json> => {
  const { status, body, text } = await core.admin('GET', `/v1/usage/counts${query}`);
  expect(status, text).toBe(200);
  return body;
};

test('books that agree say so, wherever an entry is on its way into the totals', async () => {
  await send('bt_1', 1, { requests: 5, counted: 5 });
  expect(await compare()).toMatchObject({ compared: 1, differing: 0, differences: [] });
  await rollOnce(core.sql);
  expect(await compare()).toMatchObject({ compared: 1, differing: 0 });
  await send('bt_1', 2, { requests: 2, counted: 7, minute: MINUTE + 30 });
  await send('bt_2', 1, { requests: 9, counted: 9, minute: MINUTE + 1 });
  expect(await compare()).toMatchObject({ compared: 1, differing: 0 });
  while ((await rollOnce(core.sql)) > 0);
  while (await foldHours(core.sql, MS + 10 * 60_000));
  // Now some are folded into their hour, some are minutes, and some are not rolled.
  await send('bt_2', 2, { requests: 1, counted: 10, minute: MINUTE + 45 });
  expect(await compare()).toMatchObject({ compared: 1, differing: 0, differences: [] });
});

test('what a gateway counted and the ledger lacks is named, down to the boot', async () => {
  // Its second batch is gone for good.
  await send('bt_3', 1, { requests: 4, counted: 4, minute: MINUTE - 1_440 });
  const later = { requests: 3, counted: 12, minute: MINUTE - 1_440, billable: true };
  const message = { ...later };
  await core.sql`update boots set next_sequence = 3 where boot_id = 'bt_3'`;
  await send('bt_3', 3, message);
  const body = await compare();
  expect(body['differing']).toBe(1);
  expect(body['differences']).toEqual([
    {
      customer_id: CUSTOMER,
      meter_id: METER,
      day: new Date((DAY - 1) * 86_400_000).toISOString().slice(0, 10),
      counted: { requests: '12', quantity: '12', billable_quantity: '12' },
      ledger: { requests: '7', quantity: '7', billable_quantity: '7' },
      boots: [
        {
          gateway: 'gw_test',
          boot: 'bt_3',
          counted: { requests: '12', quantity: '12', billable_quantity: '12' },
          ledger: { requests: '7', quantity: '7', billable_quantity: '7' },
        },
      ],
    },
  ]);
});

test('what is in the ledger and was counted by nobody is named as well', async () => {
  const minute = MINUTE - 2 * 1_440;
  await send('bt_4', 1, { requests: 4, counted: 4, minute });
  await core.sql`delete from gateway_counts where boot_id = 'bt_4'`;
  const from = new Date((DAY - 2) * 86_400_000).toISOString().slice(0, 10);
  const body = await compare(`?from=${from}&to=${from}`);
  expect(body).toMatchObject({ from, to: from, compared: 1, differing: 1 });
  expect(body['differences']).toMatchObject([
    { counted: { requests: '0' }, ledger: { requests: '4' }, boots: [{ boot: 'bt_4' }] },
  ]);
});

test('billable is compared apart: the same requests may be billed and not', async () => {
  const minute = MINUTE - 3 * 1_440;
  await send('bt_5', 1, { requests: 4, counted: 4, minute, billable: false });
  await core.sql`update gateway_counts set billable_quantity = 1 where boot_id = 'bt_5'`;
  const day = new Date((DAY - 3) * 86_400_000).toISOString().slice(0, 10);
  expect(await compare(`?from=${day}&to=${day}`)).toMatchObject({ differing: 1 });
  const nobody = `cus_${'0'.repeat(24)}`;
  expect(await compare(`?customer_id=${nobody}`)).toMatchObject({ compared: 0, differing: 0 });
});

test.each(['from=2026-02-02&to=2026-02-01', 'from=2025-01-01&to=2026-01-01', 'from=today'])(
  'a range that is none is refused: %s',
  async (query) => {
    const { status, body } = await core.admin('GET', `/v1/usage/counts?${query}`);
    expect([status, body['code']]).toEqual([400, 'invalid_request']);
  },
);
