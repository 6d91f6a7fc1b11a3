import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { openDatabase, type Sql } from '../../src/kit/database.ts';
import { ensurePartitions, rollOnce, startRoller } from '../../src/usage/roller.ts';
import { books, ledger, NOON } from './ledger.ts';

let database: TestDatabase;
let sql: Sql;
let opened: Sql[];

beforeEach(async () => {
  database = await testDatabase();
  sql = database.sql;
  opened = [];
});

afterEach(async () => {
  for (const pool of opened) await pool.end({ timeout: 1 });
  await database.drop();
});

/** Connections of their own, as another core has them. */
function another(connections = 2): Sql {
  const pool = openDatabase(database.url, connections);
  opened.push(pool);
  return pool;
}

const log = pino({ level: 'silent' });
const kit = (pool: Sql) => ({ sql: pool, log, clock: Date.now });
const unrolled = async (): Promise<number> => {
  const rows = await sql`select 1 from usage_batches where roll_number is null`;
  return rows.length;
};

test('a roll adds every entry of its batches to the minutes and the hours, once', async () => {
  const { batch } = ledger(sql);
  await batch([
    { customer_id: 'cus_1', requests: 3 },
    { customer_id: 'cus_1', requests: 2, outcome: 'server_error' },
    { customer_id: 'cus_2', requests: 5, minute: NOON + 59 },
  ]);
  await batch([
    { customer_id: 'cus_1', requests: 4 },
    { customer_id: 'cus_1', quantity: -2 },
  ]);
  expect(await rollOnce(sql)).toBe(2);
  expect(await rollOnce(sql)).toBe(0);
  const { ledger: truth, minutes, hours } = await books(sql);
  expect(truth).toEqual([
    { customer_id: 'cus_1', requests: '10', quantity: '7', billable: '5' },
    { customer_id: 'cus_2', requests: '5', quantity: '5', billable: '5' },
  ]);
  expect(minutes).toEqual(truth);
  expect(hours).toEqual(truth);
});

test('usage that comes late for a minute is added to what is there', async () => {
  const { batch } = ledger(sql);
  for (let count = 0; count < 3; count++) {
    await batch([{ customer_id: 'cus_1', minute: NOON, requests: 7 }]);
    await rollOnce(sql);
  }
  const [row, ...others] = await sql`
    select requests, last_roll, (select last_roll from usage_last_rolls) as newest
      from usage_rollups`;
  expect(others).toEqual([]);
  expect(row).toEqual({ requests: '21', last_roll: 3n, newest: 3n });
});

test('a batch without entries gets a number and adds nothing', async () => {
  await ledger(sql).batch([]);
  expect(await rollOnce(sql)).toBe(1);
  expect(await unrolled()).toBe(0);
  expect((await books(sql)).minutes).toEqual([]);
});

test('totals beyond bigint do not stop the roller', async () => {
  const most = 9_223_372_036_854_775_807n;
  const { batch } = ledger(sql);
  await batch([1, 2, 3].map(() => ({ customer_id: 'cus_1', quantity: most })));
  await rollOnce(sql);
  expect((await books(sql)).hours).toMatchObject([{ quantity: (most * 3n).toString() }]);
});

test('parallel rollers count each batch once, while batches keep coming', async () => {
  const cores = [another(), another(), another()];
  const { batch } = ledger(sql);
  const customers = ['cus_1', 'cus_2', 'cus_3'];
  let writing = true;
  const writers = [0, 1].map(async (writer) => {
    for (let count = 0; count < 60; count++) {
      const customer_id = customers[(writer + count) % 3]!;
      await batch([
        { customer_id, requests: count + 1, minute: NOON + (count % 3) },
        { customer_id, requests: 2, key_id: `key_${count % 4}` },
      ]);
    }
  });
  const rollers = cores.map(async (core) => {
    while (writing) await rollOnce(core);
  });
  await Promise.all(writers).finally(() => (writing = false));
  await Promise.all(rollers);
  while ((await rollOnce(sql)) > 0) expect(await unrolled()).toBeGreaterThanOrEqual(0);
  expect(await unrolled()).toBe(0);
  const { ledger: truth, minutes, hours } = await books(sql);
  expect(truth.reduce((sum, row) => sum + Number(row.requests), 0)).toBe(2 * (1830 + 120));
  expect(minutes).toEqual(truth);
  expect(hours).toEqual(truth);
});

test('a batch that commits after a roll took its batches goes into a later roll', async () => {
  const { batch, append } = ledger(sql);
  await batch([{ customer_id: 'cus_1', requests: 1 }]);
  const slow = another(1);
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
  const { promise: appended, resolve: didAppend } = Promise.withResolvers<void>();
  const late = slow.begin(async (tx) => {
    await append(tx, [{ customer_id: 'cus_1', requests: 10 }]);
    didAppend();
    await mayCommit;
  });
  await appended;
  expect(await rollOnce(sql)).toBe(1);
  commit();
  await late;
  expect(await rollOnce(sql)).toBe(1);
  const numbers = await sql`select roll_number from usage_batches order by sequence`;
  expect(numbers.map((row) => row['roll_number'])).toEqual([1n, 2n]);
  const { ledger: truth, minutes } = await books(sql);
  expect(minutes).toEqual(truth);
});

test('a roller that dies in mid-roll leaves everything to the next one', async () => {
  const { batch } = ledger(sql);
  await batch([{ customer_id: 'cus_1', requests: 1 }]);
  await rollOnce(sql);
  await batch([{ customer_id: 'cus_1', requests: 10 }]);
  const dying = another(1);
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: locked, resolve: didLock } = Promise.withResolvers<void>();
  // Holding the total's row keeps the roll in the middle: numbered nowhere, added nowhere.
  const holder = sql.begin(async (tx) => {
    await tx`select 1 from usage_rollups for update`;
    didLock();
    await mayEnd;
  });
  await locked;
  const roll = rollOnce(dying);
  roll.catch(() => {});
  await vi.waitFor(async () => {
    const killed = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`;
    expect(killed).toHaveLength(1);
  });
  await expect(roll).rejects.toThrow(/CONNECTION_CLOSED|terminating connection/);
  end();
  await holder;
  expect(await unrolled()).toBe(1);
  expect((await books(sql)).minutes).toMatchObject([{ requests: '1' }]);
  expect(await rollOnce(dying)).toBe(1);
  const { ledger: truth, minutes, hours } = await books(sql);
  expect(minutes).toEqual(truth);
  expect(hours).toEqual(truth);
});

test('a batch whose entries are not all there is not numbered, and it says so', async () => {
  const { gateway, boot, sequence } = await ledger(sql).batch([{ customer_id: 'cus_1' }]);
  await sql`update usage_batches set entries = 2
    where gateway_id = ${gateway} and boot_id = ${boot} and sequence = ${sequence}`;
  await expect(rollOnce(sql)).rejects.toThrow('1 entries of 2');
  expect(await unrolled()).toBe(1);
  expect((await books(sql)).minutes).toEqual([]);
});

test('a round is bounded, and a full one is followed by the next at once', async () => {
  await sql`
    insert into usage_batches (gateway_id, boot_id, sequence, first_frame, last_frame, entries,
                               checksum, watermark)
    select 'gw_1', 'boot_1', n, 0, 0, 0, '', 0 from generate_series(1, 1200) n`;
  expect(await rollOnce(sql)).toBe(500);
  const roller = startRoller(kit(sql), 3_600_000);
  await vi.waitFor(async () => expect(await unrolled()).toBe(0));
  await roller.stop();
});

test('the roller outlives lost connections, and stops without one left', async () => {
  const core = another();
  const { batch } = ledger(sql);
  const roller = startRoller(kit(core), 5);
  for (let count = 0; count < 5; count++) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and query like '%roll%'`.catch(() => {});
    await batch([{ customer_id: 'cus_1', requests: 1 }]);
    await vi.waitFor(async () => expect(await unrolled()).toBe(0), { timeout: 10_000 });
  }
  await roller.stop();
  await batch([{ customer_id: 'cus_1', requests: 1 }]);
  const { minutes } = await books(sql);
  expect(minutes).toMatchObject([{ requests: '5' }]);
  expect(await unrolled()).toBe(1);
});

test('days are made ahead though the clock was a year ahead, and was put right', async () => {
  const newest = async () => {
    const [row] = await sql<{ day: string }[]>`
      select max(day)::text as day from usage_partitions()`;
    return row?.day ?? '';
  };
  const took = async () => {
    const day = await newest();
    await sql`select drop_usage_partition(${day}::text::date)`;
    return day;
  };
  const right = Date.now();
  let now = right + 365 * 86_400_000;
  const day = await took();
  const roller = startRoller({ ...kit(sql), clock: () => now }, 5);
  await vi.waitFor(async () => expect(await newest()).toBe(day), { timeout: 10_000 });
  await took();
  now = right;
  await vi.waitFor(async () => expect(await newest()).toBe(day), { timeout: 10_000 });
  await roller.stop();
});

test('entries of several days are read from the partitions of those days alone', async () => {
  await ledger(sql).batch([{ customer_id: 'cus_1' }]);
  const plan = await sql`
    explain select * from unnest(array['gw_1'], array['boot_1'], array[1::bigint])
              as taken (gateway_id, boot_id, sequence)
      join usage_entries using (gateway_id, boot_id, sequence)
     where received_day = any(array[current_date]::date[])`;
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text.match(/usage_entries_\d{8}/g)?.length).toBeGreaterThan(0);
  expect(new Set(text.match(/usage_entries_\d{8}/g)).size).toBeLessThanOrEqual(1);
});

test('partitions are made ahead of the day, by any number of cores at once', async () => {
  await sql.unsafe(`do $$ declare day date; begin
    for day in select current_date + n from generate_series(5, 14) n loop
      execute format('drop table usage_entries_%s', to_char(day, 'YYYYMMDD'));
    end loop; end $$`);
  const count = async () =>
    (await sql`select 1 from pg_inherits where inhparent = 'usage_entries'::regclass`).length;
  const before = await count();
  await Promise.all([another(1), another(1), another(1)].map((core) => ensurePartitions(core)));
  await ensurePartitions(sql);
  expect(await count()).toBe(before + 10);
});

test('the last use of a key is its latest minute, also when usage comes late', async () => {
  const { batch } = ledger(sql);
  await batch([{ customer_id: 'cus_1', key_id: 'key_1', minute: NOON + 5 }]);
  await rollOnce(sql);
  await batch([{ customer_id: 'cus_1', key_id: 'key_1', minute: NOON }]);
  await rollOnce(sql);
  const [use] = await sql`select minute from usage_last_uses where key_id = 'key_1'`;
  expect(use).toEqual({ minute: BigInt(NOON + 5) });
});
