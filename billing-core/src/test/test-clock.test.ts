import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { DAY_MS } from '../kit/clock.ts';
import { openDatabase, type Sql } from '../kit/database.ts';
import { openLog } from '../kit/log.ts';
import { openTestClock, TestClockError, type TestClock } from '../kit/test-clock.ts';
import { settleDue } from '../subscriptions/due.ts';
import { openCore, type Core } from './core.ts';

// The time of a test installation goes forward where it is told to, and everything with it.

const log = openLog('test', 'silent');
const wall = { now: Date.parse('2026-04-01T00:00:00Z') };
let database: TestDatabase;
let sql: Sql;
let time: TestClock;
let core: Core;

const open = (isOn = true) => openTestClock({ sql, base: () => wall.now, isOn, log });
beforeAll(async () => {
  database = await testDatabase();
  sql = openDatabase(database.url, 4);
  time = await open();
  core = await openCore({ clock: time.clock, testClock: time }, database);
});
afterAll(async () => {
  await time.stop();
  await core.close();
  await sql.end();
  await database.drop();
});

const iso = (at: number): string => new Date(at).toISOString();
const advance = (to: string) => core.admin('POST', '/v1/test-clock/advance', { to });
const made = async (path: string, body: object): Promise<string> => {
  const answer = await core.admin('POST', path, body);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
  return answer.body['id'] as string;
};

async function onTrial(): Promise<{ subscription: string; customer: string }> {
  const plan = await made('/v1/plans', { slug: `p${time.clock()}`, name: 'Tried' });
  const prices = [{ model: 'flat', amount: '3000' }];
  const content = { currency: 'USD', trial_days: 14, prices, entitlements: [] };
  const version = await made(`/v1/plans/${plan}/versions`, content);
  await core.admin('POST', `/v1/plan-versions/${version}/publish`);
  const customer = await made('/v1/customers', { name: 'Acme' });
  const body = { customer_id: customer, plan_version_id: version };
  return { subscription: await made('/v1/subscriptions', body), customer };
}

test('advanced past a trial, the trial is over and what is owed is charged', async () => {
  const { subscription } = await onTrial();
  const state = async () =>
    (await core.admin('GET', `/v1/subscriptions/${subscription}`)).body['state'];
  expect(await state()).toBe('trialing');
  const { body } = await advance(iso(time.clock() + 15 * DAY_MS));
  expect(body).toMatchObject({ enabled: true, offset_ms: 15 * DAY_MS });
  expect(await state()).toBe('active');
  await settleDue({ sql, clock: time.clock, log });
  const charges = await sql<{ cause: string }[]>`select cause from subscription_charges
    where subscription_id = ${subscription}`;
  expect(charges.map(({ cause }) => cause)).toEqual(['trial_end']);
});

test('other cores follow, and one that starts later begins there', async () => {
  const other = await open();
  await advance(iso(time.clock() + DAY_MS));
  await vi.waitFor(() => expect(other.clock()).toBe(time.clock()), { timeout: 10_000 });
  await other.stop();
  const later = await open();
  expect(later.clock()).toBe(time.clock());
  await later.stop();
});

test('who moved it, from where to where, is in the audit', async () => {
  const from = iso(time.clock());
  const to = iso(time.clock() + DAY_MS);
  await advance(to);
  const { body } = await core.admin('GET', '/v1/audit?subject_id=test_clock&limit=1');
  expect(body['data']).toMatchObject([{ action: 'test_clock.advance', detail: { from, to } }]);
});

describe('it is never moved', () => {
  test.each([
    ['back', () => iso(time.clock() - 1)],
    ['to now', () => iso(time.clock())],
    ['by two years', () => iso(time.clock() + 730 * DAY_MS)],
    ['to no time', () => 'tomorrow'],
  ])('%s', async (_name, to) => {
    const before = time.clock();
    const answer = await advance(to());
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
    expect(time.clock()).toBe(before);
  });

  test('back, by SQL either', async () => {
    const back = sql`update test_clock set offset_ms = 0`;
    await expect(back).rejects.toMatchObject({ code: '23000' });
  });

  test('where the installation is no test, which tells its time all the same', async () => {
    const plain = await openCore();
    const asked = await plain.admin('GET', '/v1/test-clock');
    expect(asked.body).toEqual({ enabled: false, now: iso(plain.clock.now), offset_ms: 0 });
    const to = iso(plain.clock.now + DAY_MS);
    const answer = await plain.admin('POST', '/v1/test-clock/advance', { to });
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
    await plain.close();
  });
});

test('a core that is not to know refuses a database whose time was moved', async () => {
  await expect(open(false)).rejects.toThrow(TestClockError);
});
