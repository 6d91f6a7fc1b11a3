import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import type { SyncAnswer } from '../../contract/sync.ts';
import { synchronise, type SyncMessage } from '../actions.ts';
import { envelopeOf, messageOf, METER, CUSTOMER, usageOf } from './ledger.ts';

let database: TestDatabase;
let boot = '';
let boots = 0;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  boots += 1;
  boot = `bt_${boots}`;
});

const NOW = 1_790_000_000_000;
const send = (message: SyncMessage): Promise<SyncAnswer> =>
  database.sql.begin((tx) => synchronise(tx, message, NOW)) as Promise<SyncAnswer>;

async function recorded(): Promise<number> {
  const [row] = await database.sql<{ sum: number }[]>`
    select coalesce(sum(requests), 0)::int as sum from usage_entries where boot_id = ${boot}`;
  return row?.sum ?? 0;
}

test('a replayed batch bills once, and is acknowledged each time', async () => {
  const message = messageOf(boot, 1, usageOf(7));
  expect((await send(message)).batch).toEqual({ status: 'applied', written: 1 });
  expect((await send(message)).batch).toEqual({ status: 'repeated', written: 1 });
  expect(await recorded()).toBe(7);
});

test('the same batch sent ten times at once bills once', async () => {
  const message = messageOf(boot, 1, usageOf(7));
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(message)));
  expect(answers.filter((answer) => answer.batch?.status === 'applied')).toHaveLength(1);
  expect(await recorded()).toBe(7);
});

test('a gap is refused with the number core expects, and changes nothing', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const answer = await send(messageOf(boot, 3, usageOf(5)));
  expect(answer).toMatchObject({ batch: { status: 'gap', written: 0 }, next_sequence: 2 });
  expect(await recorded()).toBe(1);
});

test('another content under a used sequence is a conflict and is not recorded', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const answer = await send(messageOf(boot, 1, usageOf(99)));
  expect(answer.batch).toEqual({ status: 'conflict', written: 0 });
  expect(await recorded()).toBe(1);
});

test('bytes that do not fit their checksum are refused, and may come again whole', async () => {
  const message = messageOf(boot, 1, usageOf(3));
  const torn = { ...message, bytes: message.bytes.slice(0, -1) };
  await expect(send(torn)).rejects.toMatchObject({ code: 'invalid_request' });
  expect((await send(message)).batch?.status).toBe('applied');
  expect(await recorded()).toBe(3);
});

test('values that could not be read are counted with their batch, once', async () => {
  const route = `rte_${boot.padEnd(24, '0')}`;
  const of = { customer: CUSTOMER, route, meter: METER, minute: 29_000_000 };
  const faults = [
    { ...of, fault: 'missing', requests: 2 },
    { ...of, fault: 'missing', minute: 29_000_001, requests: 3 },
    { ...of, fault: 'negative', requests: 1 },
  ];
  const message = messageOf(boot, 1, { ...usageOf(6), faults });
  await send(message);
  await send(message);
  await send(messageOf(boot, 2, { ...usageOf(1), faults: faults.slice(0, 1) }));
  const rows = await database.sql`
    select fault, sum(requests)::int as requests from usage_value_faults
     where route_id = ${route} group by 1 order by 1`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { fault: 'missing', requests: 7 },
    { fault: 'negative', requests: 1 },
  ]);
});

test.each([
  ['an unknown outcome', { outcome: ['fine'] }],
  ['a negative quantity', { quantity: [-1] }],
  ['a fraction', { requests: [1.5] }],
  ['a number beyond 2^53', { quantity: [2 ** 53] }],
  ['columns of different length', { requests: [1, 2] }],
  ['NUL in an id', { customer: ['cus_\u0000'] }],
])('%s makes a dead letter: kept, visible, and the next batch goes on', async (_, wrong) => {
  const batch = usageOf(1);
  const broken = { ...batch, columns: { ...batch.columns, ...wrong } } as typeof batch;
  expect((await send(messageOf(boot, 1, broken))).batch?.status).toBe('dead_letter');
  expect((await send(messageOf(boot, 1, broken))).batch?.status).toBe('repeated');
  expect((await send(messageOf(boot, 2, usageOf(2)))).batch?.status).toBe('applied');
  expect(await recorded()).toBe(2);
  const letters = await database.sql`
    select reason, length(content) as bytes from usage_dead_letters where boot_id = ${boot}`;
  expect(letters).toHaveLength(1);
  expect(letters[0]?.['bytes']).toBeGreaterThan(0);
});

test('any mix of repeats and reorders of batches records each of them once', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 5, maxLength: 25 }),
      async (order) => {
        run += 1;
        boot = `bt_mix_${boots}_${run}`;
        const sent = order.map((sequence) => messageOf(boot, sequence, usageOf(10 ** sequence)));
        let expected = 0;
        for (const message of sent) {
          const answer = await send(message);
          if (answer.batch?.status === 'applied') {
            expected += 10 ** (message.envelope.batch?.sequence ?? 0);
          }
          expect(await recorded()).toBe(expected);
        }
        const digits = String(expected).replaceAll('0', '');
        expect(digits).toMatch(/^1*$/);
      },
    ),
    { numRuns: 25 },
  );
});

test('refusals are counted at most once, however often and late a sync comes', async () => {
  const refusals = [{ customer: CUSTOMER, minute: 29_000_000, reason: boot, requests: 5 }];
  const [early, later] = [1, 2].map(() => ({
    envelope: envelopeOf(boot, { refusals }),
    bytes: new Uint8Array(),
  })) as [SyncMessage, SyncMessage];
  for (const message of [later, later, early]) await send(message);
  const [row] = await database.sql<{ requests: number }[]>`
    select requests::int as requests from usage_refusals where reason = ${boot}`;
  expect(row?.requests).toBe(5);
});

test('what is lost for good is a gap row, and the boot goes on behind it', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const message = messageOf(boot, 4, usageOf(2));
  const skipping = { ...message, envelope: { ...message.envelope, skip: { first: 2, last: 3 } } };
  expect((await send(skipping)).batch?.status).toBe('applied');
  const gaps = await database.sql`select reason from usage_gaps where boot_id = ${boot}`;
  expect(gaps.map((gap) => gap['reason'])).toEqual(['lost_batches_2_3']);
  expect(await recorded()).toBe(3);
});

test('a boot that was sealed takes no batch any more', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const end = { kind: 'seal' as const, in_doubt: 2 };
  const sealed = await send({ envelope: envelopeOf(boot, { end }), bytes: new Uint8Array() });
  expect(sealed.boot_state).toBe('sealed');
  const late = await send(messageOf(boot, 2, usageOf(5)));
  expect(late).toMatchObject({ boot_state: 'sealed', batch: null });
  expect(await recorded()).toBe(1);
  const [row] = await database.sql`select in_doubt from boots where boot_id = ${boot}`;
  expect(row?.['in_doubt']).toBe(2n);
});

test('a boot that was ended tells its frames in the ledger, and acknowledges none', async () => {
  const framed = (sequence: number, first: number, last: number): SyncMessage => {
    const message = messageOf(boot, sequence, usageOf(1));
    const { batch } = message.envelope;
    const header = batch && { ...batch, first_frame: first, last_frame: last };
    return { ...message, envelope: { ...message.envelope, batch: header } };
  };
  expect((await send(framed(1, 1, 10))).applied_frame).toBe(10);
  expect((await send(framed(2, 11, 25))).applied_frame).toBe(25);
  expect((await send(framed(1, 1, 10))).applied_frame).toBe(25);
  const end = { kind: 'seal' as const, in_doubt: 0 };
  await send({ envelope: envelopeOf(boot, { end }), bytes: new Uint8Array() });
  // Its own process cut the second batch wider than whoever ended it.
  const late = await send(framed(2, 11, 31));
  expect(late).toMatchObject({ boot_state: 'sealed', batch: null, applied_frame: 25 });
});

test('another spool cannot speak for a boot', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const message = messageOf(boot, 2, usageOf(1));
  const forged = { ...message, envelope: { ...message.envelope, fingerprint: 'sp_other' } };
  await expect(send(forged)).rejects.toMatchObject({ code: 'state_conflict' });
});

test("the gateway's own count merges by maximum, so an old message cannot lower it", async () => {
  const at = (requests: number, sequence: number) => messageOf(boot, sequence, usageOf(requests));
  await send(at(10, 1));
  await send(at(4, 2));
  const [row] = await database.sql`
    select requests from gateway_counts
     where boot_id = ${boot} and customer_id = ${CUSTOMER} and meter_id = ${METER}`;
  expect(row?.['requests']).toBe(10n);
});

test('a count that begins anew at a later frame stands beside the first', async () => {
  const counting = (sequence: number, requests: number, since?: number): SyncMessage => {
    const batch = usageOf(requests);
    const counts = batch.counts.map((count) => ({ ...count, ...(since && { since }) }));
    return messageOf(boot, sequence, { ...batch, counts });
  };
  await send(counting(1, 10));
  await send(counting(2, 3, 11));
  await send(counting(3, 5, 11));
  const rows = await database.sql`select requests::int, since_frame::int from gateway_counts
    where boot_id = ${boot} and customer_id = ${CUSTOMER} order by since_frame`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { requests: 10, since_frame: 0 },
    { requests: 5, since_frame: 11 },
  ]);
});

test('the ledger cannot be changed or emptied, by anyone', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const { sql } = database;
  await expect(sql`update usage_entries set requests = 0`).rejects.toThrow(/only grows/);
  await expect(sql`delete from usage_entries`).rejects.toThrow(/only grows/);
  await expect(sql`truncate usage_entries`).rejects.toThrow(/only grows/);
});

test('a later process on the same spool speaks for a boot; one on a copy waits', async () => {
  await send(messageOf(boot, 1, usageOf(1)));
  const by = (sequence: number, fingerprint: string) => {
    const message = messageOf(boot, sequence, usageOf(5));
    return { ...message, envelope: { ...message.envelope, by: 'bt_next', fingerprint } };
  };
  expect((await send(by(2, 'sp_test'))).batch?.status).toBe('applied');
  await expect(send(by(3, 'sp_copy'))).rejects.toMatchObject({ code: 'state_conflict' });
  expect(await recorded()).toBe(6);
  await database.sql`update boots set last_seen_at = last_seen_at - interval '30 seconds'
    where boot_id = ${boot}`;
  expect((await send(by(3, 'sp_copy'))).batch?.status).toBe('applied');
});

test('a boot whose process was never heard of is shipped at once', async () => {
  const message = messageOf(boot, 1, usageOf(5));
  const other = { ...message, envelope: { ...message.envelope, by: 'bt_next' } };
  expect((await send(other)).batch?.status).toBe('applied');
});
