import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeterUses } from '../../src/contract/meter-uses.ts';
import { newId } from '../../src/kit/id.ts';
import { openCore, type Core } from '../../src/test/core.ts';
import { addValueFaults } from '../../src/usage/value-faults.ts';
import { done } from '../quotas/buyer.ts';

// What a meter is used by: the routes that are served, and the plans that can be bought.

let core: Core;
let tokens: string;
beforeAll(async () => {
  core = await openCore();
  const wanted = { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 1 };
  tokens = (await done(core, ['POST', '/v1/meters'], wanted))['id'] as string;
});
afterAll(() => core.close());

async function uses(query = ''): Promise<MeterUses> {
  const answer = await core.admin('GET', `/v1/meters/${tokens}/uses${query}`);
  expect(answer.status).toBe(200);
  return answer.body as unknown as MeterUses;
}

async function openRoute(name: string, metering: object[]): Promise<string> {
  const route = { name, path_pattern: `/${name}`, upstream_url: 'http://upstream.test', metering };
  return (await done(core, ['POST', '/v1/routes'], route))['id'] as string;
}

test('a meter that nothing names is used by nothing', async () => {
  expect(await uses()).toMatchObject({ routes: [], prices: [], quotas: [], faults: [] });
});

test('routes are those that are served, by what they count', async () => {
  const chat = await openRoute('chat', [
    { meter: 'requests', source: 'request' },
    { meter: 'tokens', source: 'response_json', pointer: '/usage', fallback: 1, max_cost: 10 },
  ]);
  const gone = await openRoute('gone', [{ meter: 'tokens', source: 'request' }]);
  const other = await openRoute('other', [{ meter: 'tokens', source: 'request' }]);
  await core.admin('DELETE', `/v1/routes/${gone}`);
  const metering = [{ meter: 'requests', source: 'request' }];
  await done(core, ['PATCH', `/v1/routes/${other}`], { metering });
  expect((await uses()).routes).toEqual([
    { route_id: chat, name: 'chat', state: 'active', source: 'response_json' },
  ]);
});

test('prices and quotas are those of versions that are sold, or will be', async () => {
  const plan = await done(core, ['POST', '/v1/plans'], { slug: 'pro', name: 'Pro' });
  const content = {
    currency: 'USD',
    prices: [{ model: 'per_unit', meter_id: tokens, unit_amount: '1' }],
    entitlements: [{ kind: 'quota', meter_id: tokens, limit: '1.5', window: 'day', scope: 'key' }],
  };
  const versions = `/v1/plans/${plan['id'] as string}/versions`;
  const made: string[] = [];
  for (let n = 0; n < 3; n++) {
    core.clock.now += 1;
    made.push((await done(core, ['POST', versions], content))['id'] as string);
  }
  const [old, sold, draft] = made;
  for (const id of [old, sold]) await done(core, ['POST', `/v1/plan-versions/${id}/publish`]);
  await done(core, ['POST', `/v1/plan-versions/${old}/archive`]);
  const customer = await done(core, ['POST', '/v1/customers'], { name: 'Acme' });
  const on = { customer_id: customer['id'], plan_version_id: sold };
  await done(core, ['POST', '/v1/subscriptions'], on);
  const { prices, quotas } = await uses();
  const line = { plan_id: plan['id'], plan_name: 'Pro', customer_id: null };
  const lines = [
    { ...line, plan_version_id: draft, number: 3, state: 'draft', subscriptions: 0 },
    { ...line, plan_version_id: sold, number: 2, state: 'published', subscriptions: 1 },
  ];
  expect(prices).toEqual(lines.map((each) => ({ ...each, model: 'per_unit' })));
  const quota = { limit: '1.5', window: 'day', scope: 'key', enforcement: 'hard' };
  expect(quotas).toEqual(lines.map((each) => ({ ...each, ...quota })));
});

test('values that upstreams did not say are told by route, for as many days as asked', async () => {
  const [{ route_id: route = '' } = {}] = (await uses()).routes;
  const minute = Math.floor(core.clock.now / 60_000);
  const of = { route, meter: tokens, requests: 3 };
  const faults = [
    { ...of, fault: 'missing', minute, customer: 'cus_a' },
    { ...of, fault: 'missing', minute: minute - 60, customer: 'cus_b' },
    { ...of, fault: 'negative', minute: minute - 10 * 1_440, customer: 'cus_a' },
    { ...of, fault: 'missing', minute, customer: 'cus_a', meter: 'mtr_requests' },
  ];
  await core.sql.begin((tx) => addValueFaults(tx, faults));
  const told = { route_id: route, route_name: 'chat' };
  expect((await uses()).faults).toMatchObject([
    { ...told, fault: 'missing', requests: 6, customers: 2 },
  ]);
  expect((await uses('?days=30')).faults).toHaveLength(2);
});

test.each([
  ['a meter that is not there', newId('mtr', 0), '', 404],
  ['what is no meter', 'x', '', 400],
  ['no day', 'mtr_requests', '?days=0', 400],
  ['more days than are kept', 'mtr_requests', '?days=91', 400],
])('%s is refused', async (_, id, query, status) => {
  expect((await core.admin('GET', `/v1/meters/${id}/uses${query}`)).status).toBe(status);
});
