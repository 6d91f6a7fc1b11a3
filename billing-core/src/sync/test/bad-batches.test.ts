import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { windowId } from '../../contract/quota-window.ts';
import type { SyncEnvelope } from '../../contract/sync.ts';
import type { UsageBatch } from '../../contract/usage-batch.ts';
import { openMetrics } from '../../kit/metrics.ts';
import { openCore, type Answer, type Core } from '../../test/core.ts';
import type { SyncMessage } from '../actions.ts';
import { SYNC_BODY_BYTES_MAX } from '../http.ts';
import { CUSTOMER, envelopeOf, messageOf, METER, usageOf } from './ledger.ts';

// What docs/sync.md says becomes of batches that are not as they should be.

const metrics = openMetrics();
let core: Core;
let token = '';
let boot = '';
let boots = 0;
let minute = 0;
beforeAll(async () => {
  core = await openCore({ metrics });
  token = await core.mint(['sync']);
  minute = Math.floor(core.clock.now / 60_000);
});
beforeEach(() => {
  boots += 1;
  boot = `bt_${boots}`;
});
afterAll(() => core.close());

function send({ envelope, bytes }: SyncMessage, more: Partial<SyncEnvelope> = {}): Promise<Answer> {
  const line = Buffer.from(`${JSON.stringify({ ...envelope, ...more })}\n`);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const body = new Uint8Array(Buffer.concat([line, bytes]));
  return core.call('POST', '/internal/v1/sync', { body, headers });
}

/** A batch under this number, with a header that says something else in places. */
function headed(sequence: number, batch: UsageBatch, header: object): SyncMessage {
  const message = messageOf(boot, sequence, batch);
  const { envelope } = message;
  const changed = { ...envelope, batch: { ...envelope.batch, ...header } } as SyncEnvelope;
  return { ...message, envelope: changed };
}

async function minutes(): Promise<{ minute: number; requests: number }[]> {
  const rows = await core.sql<{ minute: number; requests: number }[]>`
    select minute::int as minute, requests::int as requests from usage_entries
     where boot_id = ${boot} order by sequence`;
  return rows.map((row) => ({ ...row }));
}

async function gaps(): Promise<string[]> {
  const rows = await core.sql`
    select reason, first_frame, last_frame from usage_gaps where boot_id = ${boot} order by id`;
  return rows.map((row) => `${row['reason']} ${row['first_frame']}-${row['last_frame']}`);
}

test('late: usage of months ago is recorded under its own minute', async () => {
  const old = minute - 200 * 1_440;
  expect((await send(messageOf(boot, 1, usageOf(3, { minute: old })))).body['batch']).toEqual({
    status: 'applied',
    written: 1,
  });
  expect(await minutes()).toEqual([{ minute: old, requests: 3 }]);
});

test('future-dated: brought back to the present, named; its window stays as it is', async () => {
  const ahead = minute + 3 * 1_440;
  const window = 'the window it was spent in';
  const spent = [{ window, settled: 0, unleased: 4, overdrawn: 0 }];
  await send(headed(1, { ...usageOf(4, { minute: ahead }), spent }, {}));
  await send(messageOf(boot, 2, usageOf(5, { minute: minute + 1 })));
  expect(await minutes()).toEqual([
    { minute, requests: 4 },
    { minute: minute + 1, requests: 5 },
  ]);
  expect(await gaps()).toEqual(['misdated_entries_1 1-1']);
  const [row] = await core.sql`select unleased from lease_settlements where window_id = ${window}`;
  expect(row?.['unleased']).toBe(4n);
});

test('dated too early: before its first subscription, named, for no invoice has it', async () => {
  await core.sql`insert into customers (id, key_ref, name)
    values (${CUSTOMER}, '0000000000', 'A') on conflict do nothing`;
  await send(messageOf(boot, 1, usageOf(3, { minute: minute - 10 })));
  await send(messageOf(boot, 2, usageOf(1, { minute: minute - 2 })));
  expect(await minutes()).toHaveLength(2);
  expect(await gaps()).toEqual(['unbilled_entries_1 1-1']);
  await core.sql`delete from customers where id = ${CUSTOMER}`;
});

test('future-dated: a watermark of the future vouches for nothing that is to come', async () => {
  const tomorrow = core.clock.now + 86_400_000;
  const watermark = async (): Promise<number> => {
    const [row] = await core.sql`select watermark from boots where boot_id = ${boot}`;
    return Number(row?.['watermark']);
  };
  await send(headed(1, usageOf(1), { watermark: tomorrow }));
  expect(await watermark()).toBe(core.clock.now);
  core.clock.now += 1_000;
  await send({ envelope: envelopeOf(boot), bytes: new Uint8Array() }, { watermark: tomorrow });
  expect(await watermark()).toBe(core.clock.now);
});

test('oversized: a body over the limit is refused unread, and changes nothing', async () => {
  const message = messageOf(boot, 1, usageOf(1));
  const huge = { ...message, bytes: new Uint8Array(SYNC_BODY_BYTES_MAX) };
  expect((await send(huge)).status).toBe(413);
  expect((await send(message)).body['batch']).toMatchObject({ status: 'applied' });
});

test('oversized: more entries than a batch may have make a dead letter', async () => {
  const { columns, counts } = usageOf(1);
  const many = Object.fromEntries(
    Object.entries(columns).map(([name, [value]]) => [name, Array(20_001).fill(value)]),
  ) as UsageBatch['columns'];
  const answer = await send(messageOf(boot, 1, { columns: many, counts, spent: [] }));
  expect(answer.body['batch']).toMatchObject({ status: 'dead_letter' });
  expect((await send(messageOf(boot, 2, usageOf(2)))).body['batch']).toMatchObject({
    status: 'applied',
  });
});

const LIMITLESS = Number.MAX_SAFE_INTEGER;
const spends = (count: number) =>
  Array.from({ length: count }, () => ({
    window: 'one',
    settled: LIMITLESS,
    unleased: 0,
    overdrawn: 0,
  }));

test.each([
  ['a header that no row takes', usageOf(1), { first_frame: 9, last_frame: 3 }],
  ['sums beyond what a column takes', { ...usageOf(1), spent: spends(2_000) }, {}],
  ['another number of entries than its header says', usageOf(1), { entries: 4_000_000_000 }],
  [
    'the same count twice',
    { ...usageOf(1), counts: [...usageOf(1).counts, ...usageOf(1).counts] },
    {},
  ],
])('poison: %s makes a dead letter, and the next batch goes on', async (_, batch, header) => {
  const poison = headed(1, batch, header);
  expect((await send(poison)).body).toMatchObject({
    batch: { status: 'dead_letter' },
    next_sequence: 2,
  });
  expect((await send(poison)).body['batch']).toMatchObject({ status: 'repeated' });
  expect((await send(messageOf(boot, 2, usageOf(2)))).body['batch']).toMatchObject({
    status: 'applied',
  });
  expect(await minutes()).toHaveLength(1);
});

test('no poison: whatever was spent beside the leases; the window stays readable', async () => {
  const kind = 'day' as const;
  const window = windowId({ customerId: CUSTOMER, keyId: null, meterId: METER, kind }, 0);
  const over = { window, settled: 0, unleased: LIMITLESS, overdrawn: LIMITLESS };
  for (const sequence of [1, 2]) {
    const batch = { ...usageOf(1), spent: Array.from({ length: 2_000 }, () => over) };
    const answer = await send(messageOf(boot, sequence, batch));
    expect(answer.body['batch']).toMatchObject({ status: 'applied' });
  }
  const leases = [{ window, generation: 0, wanted: 1, returned: 0 }];
  const asked = await send({ envelope: envelopeOf(boot), bytes: new Uint8Array() }, { leases });
  expect(asked.body['grants']).toMatchObject([{ window, granted: 0 }]);
});

test.each([
  ['a number that is none', { wanted: 2 ** 53 }],
  ['a number below zero', { returned: -1 }],
  ['a field too many', { more: 1 }],
  ['no generation', { generation: undefined }],
])('a lease with %s is left out; the others and the batch are taken', async (_, wrong) => {
  const window = windowId({ customerId: CUSTOMER, keyId: null, meterId: METER, kind: 'day' }, 0);
  const good = { window, generation: 0, wanted: 1, returned: 0 };
  const leases = [{ ...good, window: 'bad', ...wrong }, good, null];
  const counted = async (): Promise<number> =>
    (await metrics.badLines.get()).values.find(({ labels }) => labels.list === 'leases')?.value ??
    0;
  const before = await counted();
  const message = messageOf(boot, 1, usageOf(1));
  const answer = await send(message, { leases: leases as SyncEnvelope['leases'] });
  expect(answer).toMatchObject({ status: 200, body: { batch: { status: 'applied' } } });
  expect(answer.body['grants']).toMatchObject([{ window }]);
  expect((await counted()) - before).toBe(2);
});

test('no poison: what core is missing itself is tried again, and recorded then', async () => {
  const message = messageOf(boot, 1, usageOf(1));
  const partitions = await core.sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'usage_entries'::regclass`;
  const { sql } = core;
  for (const { name } of partitions) {
    await sql.unsafe(`alter table usage_entries detach partition ${name}`);
    await sql.unsafe(`alter table ${name} rename to off_${name}`);
  }
  expect((await send(message)).status).toBe(500);
  await sql`select ensure_usage_partitions(current_date - 1, 16)`;
  expect((await send(message)).body['batch']).toMatchObject({ status: 'applied' });
});

test('restored old spool: what core has is acknowledged, other bytes are a conflict', async () => {
  for (const sequence of [1, 2, 3]) await send(messageOf(boot, sequence, usageOf(sequence)));
  const again = await send(messageOf(boot, 1, usageOf(1)), { by: 'bt_next' });
  expect(again.body).toMatchObject({ batch: { status: 'repeated' }, applied_frame: 3 });
  // Its frames behind the backup were cut in another way than the process did that recorded them.
  const other = await send(messageOf(boot, 2, usageOf(7)), { by: 'bt_next' });
  expect(other.body['batch']).toEqual({ status: 'conflict', written: 0 });
  expect((await minutes()).map(({ requests }) => requests)).toEqual([1, 2, 3]);
});
