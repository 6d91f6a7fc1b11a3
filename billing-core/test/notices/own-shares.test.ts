import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendChange } from '../../src/kit/changes.ts';
import { MINUTE_MS } from '../../src/kit/clock.ts';
import { openLog } from '../../src/kit/log.ts';
import { saveAlerts } from '../../src/notices/alert-store.ts';
import { lookAround, Watcher } from '../../src/notices/watch.ts';
import { endDue } from '../../src/overrides/due.ts';
import { openScene, type Scene } from '../invoicing/scene.ts';

// Customers are told of quotas that were raised, and at the shares that they chose.

const START = Date.parse('2026-04-01T00:00:00Z');
const REQUESTS = 'mtr_requests';
let scene: Scene;
let now: number;

beforeAll(async () => {
  scene = await openScene(START);
  now = START;
});
afterAll(() => scene.core.close());

/** One core's memory, through all tests. */
const watcher = new Watcher();
const log = openLog('test', 'silent');
/** Notices are listed by their time. */
const look = (who = watcher) => {
  const { sql, clock } = scene.core;
  clock.now += 1;
  return lookAround({ sql, clock: () => clock.now, log, send: async () => {}, watcher: who });
};
const told = async (customer: string) =>
  [
    ...(await scene.core.sql<{ kind: string; percent: string | null; limit: string | null }[]>`
      select kind, detail ->> 'percent' as percent, detail ->> 'limit' as limit from notices
       where customer_id = ${customer} order by id`),
  ].map(({ kind, percent, limit }) => [kind, percent, limit]);

const quota = (limit: string | null, more: object = {}) => ({
  ...{ kind: 'quota', meter_id: REQUESTS, limit, window: 'month', enforcement: 'hard' },
  ...more,
});

/** A new customer on a plan with this. */
async function on(terms: { prices?: object[]; entitlements?: object[]; trial_days?: number }) {
  now += MINUTE_MS;
  await scene.go(now);
  const { prices = [], ...rest } = terms;
  const version = await scene.plan(prices, rest);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, version);
  const use = async (requests: number, at = scene.core.clock.now, more: object = {}) => {
    await scene.use(customer, { requests, at, ...more });
    await look();
  };
  return { customer, subscription, version, use };
}
const pass = async (ms: number): Promise<void> => {
  now += ms;
  await scene.go(now);
};

test('a quota is told of at shares that the customer chose, or at none', async () => {
  const { customer, use } = await on({ entitlements: [quota('100')] });
  const { sql } = scene.core;
  const choose = (percents: number[]) =>
    sql.begin(async (tx) => {
      await saveAlerts(tx, customer, percents);
      await appendChange(tx, 'customer', customer);
    });
  await use(45);
  await choose([90, 25, 50]);
  await use(1);
  const shares = async () => (await told(customer)).map(([, percent]) => percent);
  expect(await shares()).toEqual(['25']);
  await use(4);
  expect(await shares()).toEqual(['25', '50']);
  await use(35);
  expect(await shares()).toEqual(['25', '50']);
  await use(10);
  expect(await shares()).toEqual(['25', '50', '90']);
  await choose([]);
  await use(20);
  expect(await shares()).toEqual(['25', '50', '90']);
});

test('a raised quota is told of at what it was raised to, then at the plan’s', async () => {
  const { customer, use } = await on({ entitlements: [quota('100')] });
  const ends_at = new Date(now + 10 * MINUTE_MS).toISOString();
  const wish = { customer_id: customer, meter_id: REQUESTS, window: 'month', limit: '200' };
  await scene.core.admin('POST', '/v1/quota-overrides', { ...wish, reason: 'Launch', ends_at });
  await use(110);
  await use(50);
  const ofQuota = async () => (await told(customer)).filter(([kind]) => kind === 'quota');
  expect(await ofQuota()).toEqual([['quota', '80', '200']]);
  await pass(11 * MINUTE_MS);
  const { sql, clock } = scene.core;
  await endDue({ sql, clock: () => clock.now, log });
  await use(1);
  expect(await ofQuota()).toEqual([
    ['quota', '80', '200'],
    ['quota', '100', '100'],
  ]);
});
