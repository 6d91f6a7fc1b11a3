import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RouteFact } from '../../src/contract/facts.ts';
import type { Overview } from '../../src/contract/overview.ts';
import { newId } from '../../src/kit/id.ts';
import { portalOverviewHttp } from '../../src/quotas/http.ts';
import { endpointOf } from '../../src/quotas/overview.ts';
import { NOON } from '../usage/ledger.ts';
import { openScene, type Cast, type Scene } from '../usage/scene.ts';
import { seedPlan } from './plan.ts';

const GATEWAY = 'https://api.example.com';
const PORTAL = '/portal/v1/customers/:customer_id';

let scene: Scene;
let mine: Cast['mine'];
let theirs: Cast['theirs'];
beforeAll(async () => {
  scene = await openScene({ [PORTAL]: portalOverviewHttp(GATEWAY) });
});
beforeEach(async () => {
  ({ mine, theirs } = await scene.cast());
});
afterAll(() => scene.surface.close());

const overview = async (): Promise<Overview> => (await scene.portal<Overview>('/overview')).body;

test('a customer without a subscription has no plan, no quotas and what it used', async () => {
  await scene.use([{ customer_id: mine.id, requests: 2 }]);
  expect(await overview()).toMatchObject({
    customer: { id: mine.id },
    subscription: null,
    plan: null,
    period: null,
    quotas: [],
    rate_limit: null,
    endpoints: [],
    last_24h: { requests: 2, errors: 0, refused: 0, billable_quantity: '2' },
  });
});

test('prices and entitlements come with the meters that they are of, quota or not', async () => {
  await seedPlan(scene.surface, mine.id, [{ limit: 100, window: 'minute' }]);
  const { meters } = await overview();
  expect(meters).toEqual([
    { id: 'mtr_requests', slug: 'requests', name: 'Requests', unit: 'request' },
  ]);
});

test('a quota has used what is billable in the window that holds now', async () => {
  await seedPlan(scene.surface, mine.id, [
    { limit: 100, window: 'minute' },
    { limit: 1_000, window: 'hour', enforcement: 'soft' },
    { limit: 10_000, window: 'day' },
    { limit: 1_000_000, window: 'month' },
  ]);
  const customer_id = mine.id;
  const month = Date.UTC(2026, 2, 1) / 60_000;
  await scene.use([
    { customer_id, minute: NOON + 30, requests: 1 },
    { customer_id, minute: NOON + 29, requests: 2 },
    { customer_id, minute: NOON, requests: 4, outcome: 'server_error' },
    { customer_id, minute: NOON - 1, requests: 8 },
    { customer_id, minute: NOON - 721, requests: 16 },
    { customer_id, minute: month, requests: 32 },
    { customer_id, minute: month - 1, requests: 64 },
    { customer_id: theirs.id, minute: NOON + 30, requests: 128 },
  ]);
  const { quotas } = await overview();
  expect(quotas.map((quota) => [quota.window, quota.limit, quota.used])).toEqual([
    ['minute', '100', '1'],
    ['hour', '1000', '3'],
    ['day', '10000', '11'],
    ['month', '1000000', '59'],
  ]);
  expect(quotas[1]).toEqual({
    meter: { id: 'mtr_requests', slug: 'requests', name: 'Requests', unit: 'request' },
    window: 'hour',
    scope: 'customer',
    key: null,
    enforcement: 'soft',
    limit: '1000',
    used: '3',
    zone: 'UTC',
    start: '2026-03-10T12:00:00.000Z',
    resets_at: '2026-03-10T13:00:00.000Z',
  });
  expect(quotas[3]).toMatchObject({
    start: '2026-03-01T00:00:00.000Z',
    resets_at: '2026-04-01T00:00:00.000Z',
  });
});

test('limits and use are in units of the meter, not in what the ledger counts', async () => {
  const { sql, clock } = scene.surface;
  const id = newId('mtr', clock.now);
  const meter = { id, slug: `m_${id.slice(4)}`, name: 'Traffic', unit: 'GB', scale: 3 };
  await sql`insert into meters ${sql(meter)}`;
  await seedPlan(scene.surface, mine.id, [{ limit: 1_500, window: 'day', meterId: id }]);
  await scene.use([{ customer_id: mine.id, meter_id: id, quantity: 250 }]);
  expect((await overview()).quotas[0]).toMatchObject({ limit: '1.5', used: '0.25' });
});

test('the overview names the plan, its period and what is allowed a second', async () => {
  await seedPlan(scene.surface, mine.id, [{ limit: 100, window: 'month' }]);
  const { subscription, plan, period, rate_limit } = await overview();
  expect(subscription).toMatchObject({ customer_id: mine.id, state: 'active' });
  expect(plan).toMatchObject({ name: 'Free', version_number: 1, currency: 'USD', prices: [] });
  expect(plan?.entitlements).toMatchObject([
    { kind: 'quota', limit: '100', window: 'month', enforcement: 'hard' },
    { kind: 'rate_limit', burst: 20 },
  ]);
  expect(period).toEqual(subscription?.current_period);
  expect(rate_limit).toEqual({ rate_per_second: '2.5', burst: 20 });
});

test('the last day counts errors and refusals, of this customer alone', async () => {
  const { sql } = scene.surface;
  const customer_id = mine.id;
  await scene.use([
    { customer_id, requests: 5 },
    { customer_id, requests: 3, outcome: 'client_error' },
    { customer_id, minute: NOON + 30 - 1439, requests: 10 },
    { customer_id, minute: NOON + 30 - 1440, requests: 100 },
    { customer_id: theirs.id, requests: 1_000 },
  ]);
  await sql`insert into usage_refusals ${sql([
    { customer_id, minute: NOON, reason: 'rate', requests: 4 },
    { customer_id, minute: NOON - 2_000, reason: 'rate', requests: 40 },
    { customer_id: theirs.id, minute: NOON, reason: 'quota', requests: 400 },
  ])}`;
  expect((await overview()).last_24h).toEqual({
    requests: 18,
    errors: 3,
    refused: 4,
    billable_quantity: '15',
  });
});

const route = (values: Partial<RouteFact>) =>
  ({
    id: 'rte_1',
    name: 'Demo',
    host: '*',
    path_pattern: '/demo/*',
    methods: ['GET'],
    ...values,
  }) as RouteFact;

test.each([
  ['*', 'http://localhost:4002', 'http://localhost:4002/demo/*'],
  ['api.acme.test', 'http://localhost:4002', 'http://api.acme.test:4002/demo/*'],
  ['api.acme.test', 'https://gateway.test', 'https://api.acme.test/demo/*'],
])('an endpoint of host %s behind %s is called at %s', (host, gateway, url) => {
  expect(endpointOf(route({ host }), gateway)).toEqual({
    route_id: 'rte_1',
    name: 'Demo',
    methods: ['GET'],
    url,
    missing_features: [],
  });
});

test('an endpoint says which features it requires that the customer has not', () => {
  const asking = route({ required_features: ['export', 'sso'] });
  const missing = (features: string[]) =>
    endpointOf(asking, 'http://localhost:4002', features).missing_features;
  expect([missing([]), missing(['sso']), missing(['sso', 'export'])]).toEqual([
    ['export', 'sso'],
    ['export'],
    [],
  ]);
});
