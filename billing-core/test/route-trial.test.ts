import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CreatedKey } from '../src/contract/key.ts';
import type { RouteTrial } from '../src/contract/route-trial.ts';
import type { Route } from '../src/contract/route.ts';
import { openCore, type Core } from '../src/test/core.ts';

// POST /v1/routes/trial against routes, keys and plans as they are made over the API.

let core: Core;
let route: Route;
let key: CreatedKey;
const done = async <Body>(method: string, path: string, body: unknown): Promise<Body> => {
  const answer = await core.admin(method, path, body);
  if (answer.status >= 300) throw new Error(answer.text);
  return answer.body as unknown as Body;
};
const trial = (body: object): Promise<RouteTrial> => done('POST', '/v1/routes/trial', body);

beforeAll(async () => {
  core = await openCore();
  const meter = await done<{ id: string }>('POST', '/v1/meters', {
    slug: 'mb',
    name: 'MB',
    unit: 'MB',
    scale: 3,
  });
  route = await done('POST', '/v1/routes', {
    name: 'Users',
    host: 'api.example.com',
    path_pattern: '/v1/users/:id/*',
    methods: ['GET'],
    upstreams: [{ url: 'https://a.test/base', weight: 3 }, { url: 'https://b.test' }],
    rewrite_path: '/people/:id/*',
    metering: [{ source: 'request', meter: 'mb', units: 0.5 }],
    required_scopes: ['users:read'],
    required_features: ['export'],
    ip_deny: ['198.51.100.0/24'],
  });
  const plan = await done<{ id: string }>('POST', '/v1/plans', { slug: 'p', name: 'P' });
  const quota = { kind: 'quota', window: 'month', enforcement: 'hard' };
  const version = await done<{ id: string }>('POST', `/v1/plans/${plan.id}/versions`, {
    currency: 'USD',
    prices: [],
    entitlements: [
      { ...quota, meter_id: meter.id, limit: '2.5' },
      { ...quota, meter_id: 'mtr_requests', limit: '9' },
      { kind: 'rate_limit', rate_per_second: '10', burst: 20 },
      { kind: 'feature', feature: 'export' },
    ],
  });
  await done('POST', `/v1/plan-versions/${version.id}/publish`, {});
  const customer = await done<{ id: string }>('POST', '/v1/customers', {
    name: 'Acme',
    key_scopes: ['users:read'],
  });
  const of = { customer_id: customer.id, plan_version_id: version.id };
  await done('POST', '/v1/subscriptions', of);
  const body = { name: 'Server', scopes: ['users:read'] };
  key = await done('POST', `/v1/customers/${customer.id}/keys`, body);
});
afterAll(() => core.close());

const ASKED = { host: 'api.example.com', path: '/v1/users/7/x?q=1', method: 'GET' };

test('says where a request goes, what it counts and what limits it', async () => {
  const address = '203.0.113.7';
  expect(await trial({ ...ASKED, key_id: key.id, address })).toEqual({
    refusal: null,
    allow: [],
    route: { id: route.id, version: 1, name: 'Users', public: false },
    disabled: [],
    forwarded: [
      { url: 'https://a.test/base/people/7/x?q=1', weight: 3 },
      { url: 'https://b.test/people/7/x?q=1', weight: 1 },
    ],
    open: [],
    required_scopes: ['users:read'],
    required_features: ['export'],
    metering: [{ source: 'request', meter: 'mb', units: 0.5 }],
    billable_outcomes: ['ok'],
    rate_limit: { rate_per_second: 10, burst: 20 },
    quotas: [
      {
        ...{ meter: 'mb', unit: 'MB', limit: '2.5' },
        ...{ window: 'month', scope: 'customer', enforcement: 'hard' },
      },
    ],
  });
});

test('says what was not named and would matter', async () => {
  const told = await trial(ASKED);
  expect(told).toMatchObject({
    refusal: null,
    open: ['address', 'key', 'scopes', 'features'],
    quotas: [],
  });
});

test.each([
  ['no path', { ...ASKED, path: '/v2' }, 404, 'route_not_found'],
  ['another method', { ...ASKED, method: 'POST' }, 405, 'method_not_allowed'],
  ['another address', { ...ASKED, address: '198.51.100.9' }, 403, 'address_refused'],
])('says why a request is refused: %s', async (_name, asked, status, code) => {
  const told = await trial(asked);
  expect(told.refusal).toMatchObject({ status, code });
  expect(told.forwarded).toEqual([]);
  expect(told.allow).toEqual(status === 405 ? ['GET', 'HEAD'] : []);
});

test('names the feature that the plan of the key lacks', async () => {
  const plan = await done<{ id: string }>('POST', '/v1/plans', { slug: 'bare', name: 'Bare' });
  const content = { currency: 'USD', prices: [], entitlements: [] };
  const version = await done<{ id: string }>('POST', `/v1/plans/${plan.id}/versions`, content);
  await done('POST', `/v1/plan-versions/${version.id}/publish`, {});
  const wanted = { name: 'Bare', key_scopes: ['users:read'] };
  const customer = await done<{ id: string }>('POST', '/v1/customers', wanted);
  const of = { customer_id: customer.id, plan_version_id: version.id };
  await done('POST', '/v1/subscriptions', of);
  const body = { name: 'Server', scopes: ['users:read'] };
  const bare = await done<{ id: string }>('POST', `/v1/customers/${customer.id}/keys`, body);
  const told = await trial({ ...ASKED, key_id: bare.id, address: '203.0.113.7' });
  expect(told).toMatchObject({
    refusal: {
      status: 403,
      code: 'feature_missing',
      detail: "The customer's plan lacks what the route requires: export",
    },
    required_features: ['export'],
  });
});

test('says that a key is revoked, a route is down, or a disabled one would match', async () => {
  await done('PATCH', `/v1/routes/${route.id}`, { maintenance: { message: 'Back at noon' } });
  const told = await trial({ ...ASKED, key_id: key.id });
  const detail = 'Back at noon';
  expect(told.refusal).toEqual({ status: 503, code: 'maintenance', detail });
  await done('PATCH', `/v1/routes/${route.id}`, { maintenance: null });
  await done('POST', `/v1/keys/${key.id}/revoke`, {});
  expect((await trial({ ...ASKED, key_id: key.id })).refusal).toMatchObject({
    code: 'key_revoked',
  });
  await done('PATCH', `/v1/routes/${route.id}`, { state: 'disabled' });
  const gone = await trial(ASKED);
  expect(gone).toMatchObject({ refusal: { code: 'route_not_found' }, route: null });
  expect(gone.disabled).toEqual([{ id: route.id, name: 'Users' }]);
});

test.each<[string, object, string]>([
  ['no path', {}, 'path'],
  ['a method that is none', { path: '/', method: 'get' }, 'method'],
  ['a key that never was', { path: '/', key_id: `key_${'0'.repeat(24)}` }, 'key_id'],
  ['no address', { path: '/', address: 'here' }, 'address'],
  ['a field too many', { path: '/', body: 'x' }, 'body'],
])('refuses %s', async (_name, body, at) => {
  const answer = await core.admin('POST', '/v1/routes/trial', body);
  expect(answer.status).toBe(400);
  const { errors } = answer.body as unknown as { errors: { path: string }[] };
  expect(errors[0]?.path).toBe(at);
});
