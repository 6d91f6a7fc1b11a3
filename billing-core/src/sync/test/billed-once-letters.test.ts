import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCore, type Core } from '../../test/core.ts';
import { CUSTOMER, ROUTE } from './ledger.ts';
import { NOW, OnceGateway, requestOf } from './once-till.ts';

// What a batch may say of requests that are billed once; anything else is a dead letter.

let core: Core;
let one: OnceGateway;
beforeEach(async () => {
  core = await openCore();
  core.clock.now = NOW;
  await core.sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
  one = new OnceGateway(core, 'bt_one');
});
afterEach(() => core.close());

test.each([
  ['a place behind the entries', [['h', 'r', NOW, 1, 1, []]]],
  ['no entries', [['h', 'r', NOW, 0, 0, []]]],
  [
    'entries of two requests',
    [
      ['h', 'r', NOW, 0, 1, []],
      ['h', 's', NOW, 0, 1, []],
    ],
  ],
  ['a hash that is no text', [[7, 'r', NOW, 0, 1, []]]],
  ['an empty hash', [['', 'r', NOW, 0, 1, []]]],
  ['a request with a NUL', [['h', 'r\0', NOW, 0, 1, []]]],
  ['a time before time', [['h', 'r', -1, 0, 1, []]]],
  ['a place that is no place', [['h', 'r', NOW, 0.5, 1, []]]],
  ['spent units that are none', [['h', 'r', NOW, 0, 1, [['w', -1]]]]],
  ['spent units without a window', [['h', 'r', NOW, 0, 1, [[1]]]]],
  ['a row too short', [['h', 'r', NOW, 0, 1]]],
  ['no list', 'none'],
])('a batch with %s is a dead letter, and bills nothing', async (_name, once) => {
  const batch = one.batchOf([requestOf({ idempotency: 'a' })]);
  const content = { ...JSON.parse(Buffer.from(batch.bytes).toString()), once };
  const bytes = Buffer.from(JSON.stringify(content));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const header = { ...batch.envelope.batch!, sha256 };
  const answer = await one.deliver({ envelope: { ...batch.envelope, batch: header }, bytes });
  expect(answer.batch?.status).toBe('dead_letter');
  const [row] = await core.sql`select count(*)::int as rows from usage_once`;
  expect(row?.['rows']).toBe(0);
});

test('a batch that says once of what is not billable, or of two routes, is a letter', async () => {
  const records = [
    requestOf({ idempotency: 'a' }),
    requestOf({ idempotency: 'a', route: 'rte_2' }),
  ];
  const batch = one.batchOf(records);
  const content = JSON.parse(Buffer.from(batch.bytes).toString()) as {
    columns: { billable: boolean[]; route: string[] };
    once: unknown[][];
  };
  const deliver = (sequence: number) => {
    const bytes = Buffer.from(JSON.stringify(content));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const header = { ...batch.envelope.batch!, sequence, sha256 };
    return one.deliver({ envelope: { ...batch.envelope, batch: header }, bytes });
  };
  content.columns.billable[1] = false;
  expect((await deliver(1)).batch?.status).toBe('dead_letter');
  content.columns.billable[1] = true;
  content.once = [['h', 'r', NOW, 0, 2, []]];
  expect((await deliver(2)).batch?.status).toBe('dead_letter');
  expect(content.columns.route).toEqual([ROUTE, 'rte_2']);
});
