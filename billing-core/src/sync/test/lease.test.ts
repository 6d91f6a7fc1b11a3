import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../scripts/test/database.ts';
import { quotaWindow, utcWindow } from '../../contract/quota-window.ts';
import type { LeaseGrant, SyncAnswer, SyncEnvelope } from '../../contract/sync.ts';
import { endBoot, findBoot } from '../../usage/store.ts';
import { synchronise } from '../actions.ts';
import { envelopeOf, messageOf, METER, usageOf } from './ledger.ts';

let database: TestDatabase;
const CUSTOMER = 'cus_000000000000000000000001';
const NOW = Date.UTC(2026, 10, 22, 12);
const OF = { customerId: CUSTOMER, keyId: null, meterId: METER };
const WINDOW = quotaWindow({ ...OF, kind: 'month' }, utcWindow('month', NOW)).id;
const LIMIT = 1_000;
const DAY = 86_400_000;

beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  await sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
  await sql`insert into plans (id, slug, name) values ('pln_1', 'free', 'Free')`;
  await sql`insert into plan_versions (id, plan_id, number, state, currency)
    values ('plv_1', 'pln_1', 1, 'draft', 'USD')`;
  await sql`insert into entitlements
    (id, plan_version_id, position, kind, meter_id, quota_limit, quota_window, enforcement,
     on_unreachable)
    values ('ent_1', 'plv_1', 0, 'quota', ${METER}, ${LIMIT}, 'month', 'hard', 'refuse')`;
  await sql`update plan_versions set state = 'published', published_at = now()`;
  await sql`insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at)
    values ('sub_1', ${CUSTOMER}, 'plv_1', 'UTC', now())`;
});
afterAll(() => database.drop());

const sync = (envelope: SyncEnvelope, now = NOW): Promise<SyncAnswer> =>
  database.sql.begin((tx) =>
    synchronise(tx, { envelope, bytes: new Uint8Array() }, now),
  ) as Promise<SyncAnswer>;

async function ask(boot: string, wanted: number, returned = 0): Promise<LeaseGrant> {
  const answer = await sync(
    envelopeOf(boot, { leases: [{ window: WINDOW, generation: 0, wanted, returned }] }),
  );
  return answer.grants[0] as LeaseGrant;
}

async function lent(): Promise<number> {
  const [row] = await database.sql`select lent from quota_windows where id = ${WINDOW}`;
  return Number(row?.['lent'] ?? 0n);
}

test('eight boots that ask at once are lent the limit together and not a unit more', async () => {
  const boots = Array.from({ length: 8 }, (_, at) => `bt_many_${at}`);
  const granted = new Map<string, number>();
  for (let round = 0; round < 60; round++) {
    await Promise.all(
      boots.map(async (boot) => {
        const grant = await ask(boot, (granted.get(boot) ?? 0) + 500);
        granted.set(boot, grant.granted);
      }),
    );
    expect(await lent()).toBeLessThanOrEqual(LIMIT);
  }
  const sum = [...granted.values()].reduce((all, units) => all + units, 0);
  expect(sum).toBe(LIMIT);
  // Nobody has spent anything yet: those who hold units are asked for them, not more than needed.
  expect(await ask('bt_late', 1)).toMatchObject({ exhausted: false, retry_in_ms: 250 });
  expect(await ask('bt_late', 1)).toMatchObject({ exhausted: false, retry_in_ms: 250 });
  const changes = await database.sql`select kind, subject_id from changes`;
  expect(changes.map((change) => ({ ...change }))).toEqual([
    { kind: 'recall', subject_id: WINDOW },
  ]);
});

test('a core whose clock was set back asks those who hold units all the same', async () => {
  const leases = [{ window: WINDOW, generation: 0, wanted: 1, returned: 0 }];
  await sync(envelopeOf('bt_late', { leases }), NOW - 60_000);
  const recalls = await database.sql`select 1 from changes where kind = 'recall'`;
  expect(recalls).toHaveLength(2);
});

test('a seal gives back what was not spent, and tells tills to ask again', async () => {
  const boot = 'bt_many_0';
  const { granted } = await ask(boot, 0);
  const spent = { window: WINDOW, settled: 3, unleased: 0, overdrawn: 0 };
  const batch = { ...usageOf(3), spent: [spent] };
  const message = messageOf(boot, 1, batch);
  await database.sql.begin((tx) => synchronise(tx, message, NOW));
  const before = await lent();
  const changes = await database.sql`select number from changes`;
  await sync(envelopeOf(boot, { end: { kind: 'seal', in_doubt: 0 } }));
  expect(await lent()).toBe(before - (granted - 3));
  const more = await database.sql`select kind, subject_id from changes order by number`;
  expect(more).toHaveLength(changes.length + 1);
  expect(more.at(-1)).toMatchObject({ kind: 'quota', subject_id: WINDOW });
});

test('a forfeit gives nothing back: what a lost disk held stays used', async () => {
  const before = await lent();
  await sync(envelopeOf('bt_many_1', { end: { kind: 'forfeit', in_doubt: 9 } }));
  expect(await lent()).toBe(before);
});

test('units a till returns can be lent again, and an old return cannot undo that', async () => {
  const boot = 'bt_many_2';
  const { granted } = await ask(boot, 0);
  await ask(boot, granted, granted);
  const after = await lent();
  const other = await ask('bt_other', 10_000);
  expect(other.granted).toBeGreaterThan(0);
  await ask(boot, granted, 0);
  expect(await lent()).toBe(after + other.granted);
});

test('a window nobody has an entitlement for lends nothing', async () => {
  const window = quotaWindow({ ...OF, kind: 'day' }, utcWindow('day', NOW)).id;
  const leases = [
    { window, generation: 0, wanted: 5, returned: 0 },
    { window: 'no|such|window|1', generation: 0, wanted: 1, returned: 0 },
  ];
  const answer = await sync(envelopeOf('bt_other', { leases }));
  expect(answer.grants).toEqual([
    {
      window,
      generation: 0,
      granted: 0,
      limit: 0,
      unlent: 0,
      // The plan is another one at the till for a moment: that is no used-up quota.
      exhausted: false,
      retry_in_ms: 250,
    },
  ]);
});

test('what was spent outside a lease leaves less to lend', async () => {
  const { unlent } = await ask('bt_other', 0);
  const spent = { window: WINDOW, settled: 0, unleased: 4, overdrawn: 3 };
  const message = messageOf('bt_other', 1, { ...usageOf(7), spent: [spent] });
  await database.sql.begin((tx) => synchronise(tx, message, NOW));
  expect((await ask('bt_other', 0)).unlent).toBe(Math.max(0, unlent - 7));
});

test('a boot that was written off is lent nothing; its late batches still count', async () => {
  const key = { gateway: 'gw_test', boot: 'bt_many_3' };
  const before = await lent();
  await database.sql.begin(async (tx) => {
    const row = await findBoot(tx, key.gateway, key.boot);
    if (!row) throw new Error('no boot');
    await endBoot(tx, row, { state: 'written_off', inDoubt: 0 });
  });
  const leases = [{ window: WINDOW, generation: 0, wanted: 9_000, returned: 0 }];
  const asked = await sync(envelopeOf(key.boot, { leases }));
  expect(asked).toMatchObject({ boot_state: 'written_off', grants: [] });
  expect(await lent()).toBe(before);
  const late = await database.sql.begin((tx) =>
    synchronise(tx, messageOf(key.boot, 1, usageOf(5)), NOW),
  );
  expect(late).toMatchObject({ batch: { status: 'applied', written: 1 } });
  // Its spool is back whole, so its seal gives back what it did not spend.
  const sealed = await sync(envelopeOf(key.boot, { end: { kind: 'seal', in_doubt: 0 } }));
  expect(sealed.boot_state).toBe('sealed');
  expect(await lent()).toBeLessThan(before);
});

test('a message that comes twice or late is lent nothing and told what its boot has', async () => {
  const leases = [{ window: WINDOW, generation: 0, wanted: 9_000, returned: 0 }];
  const [early, later] = [1, 2].map(() => envelopeOf('bt_twice', { leases }));
  const [first] = (await sync(later as SyncEnvelope)).grants;
  expect(first?.granted).toBeGreaterThan(0);
  const before = await lent();
  const told = { granted: first?.granted, exhausted: false };
  // Whoever doubled it may have lost the first answer.
  expect((await sync(later as SyncEnvelope)).grants).toMatchObject([told]);
  expect((await sync(early as SyncEnvelope)).grants).toMatchObject([told]);
  expect(await lent()).toBe(before);
});

test('what a late message returned is returned, once', async () => {
  const leases = [{ window: WINDOW, generation: 0, wanted: 9_000, returned: 0 }];
  const [{ granted }] = (await sync(envelopeOf('bt_late_return', { leases }))).grants as [
    LeaseGrant,
  ];
  const back = [{ window: WINDOW, generation: 0, wanted: granted, returned: granted }];
  const [early, later] = [1, 2].map(() => envelopeOf('bt_late_return', { leases: back }));
  const before = await lent();
  await sync(later as SyncEnvelope);
  await sync(early as SyncEnvelope);
  expect(await lent()).toBe(before - granted);
});

test('a window that has not begun lends nothing: a wrong clock cannot open it', async () => {
  const window = quotaWindow({ ...OF, kind: 'month' }, utcWindow('month', NOW + 40 * DAY)).id;
  const leases = [{ window, generation: 0, wanted: 5, returned: 0 }];
  expect((await sync(envelopeOf('bt_future', { leases }))).grants).toEqual([
    expect.objectContaining({ granted: 0, exhausted: false, retry_in_ms: 60_000 }),
  ]);
  expect(await database.sql`select 1 from quota_windows where id = ${window}`).toEqual([]);
});
