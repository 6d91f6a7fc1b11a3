import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../src/contract/route.ts';
import { routesHttp } from '../src/routes/http.ts';
import { activeRoutes } from '../src/routes/secrets.ts';
import { expectRefused, invalid, type Refused } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// Upstreams and access of a route: what may be said, what is assumed, what gateways are told.

let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp() });
});
afterAll(async () => surface.close());

const URL_A = 'http://a.test';
const URL_B = 'http://b.test';
const valid = (over: object = {}) => {
  count += 1;
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url: URL_A, ...over };
};
const create = async (over: object = {}) => {
  const { status, body } = await surface.send<Route>('POST', '/v1/routes', valid(over));
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};
const fact = async (id: string) =>
  (await activeRoutes(surface.sql, undefined)).find((route) => route.id === id);
const post = (body: object, at: string): Refused => {
  const call = { name: at, method: 'POST', path: '/v1/routes' };
  return { ...call, body, ...invalid, at };
};

describe('upstreams', () => {
  const both = [{ url: URL_B, weight: 3 }, { url: URL_A }];

  test('one is short for a list of one, and the first of a list is told beside it', async () => {
    const one = await create();
    expect(one.upstreams).toEqual([{ url: URL_A, weight: 1 }]);
    expect(await fact(one.id)).not.toHaveProperty('upstreams');
    const { id, ...made } = await create({ upstreams: both, upstream_url: undefined });
    const upstreams = [
      { url: URL_B, weight: 3 },
      { url: URL_A, weight: 1 },
    ];
    expect(made).toMatchObject({ upstreams, upstream_url: URL_B });
    expect(await fact(id)).toMatchObject({ upstreams, upstream_url: URL_B });
  });

  test('a patch by either name replaces all of them', async () => {
    const { id } = await create({ upstreams: both, upstream_url: undefined });
    const path = `/v1/routes/${id}`;
    const patched = async (patch: object) =>
      (await surface.send<Route>('PATCH', path, patch)).body.upstreams.map(({ url }) => url);
    expect(await patched({ upstream_url: 'http://c.test' })).toEqual(['http://c.test']);
    expect(await patched({ upstreams: both })).toEqual([URL_B, URL_A]);
    expect(await patched({ timeout_ms: 7 })).toEqual([URL_B, URL_A]);
    const { body } = await surface.send<Route>('GET', path);
    // What was read can be written again.
    expect(await patched({ upstreams: body.upstreams, upstream_url: body.upstream_url })).toEqual([
      URL_B,
      URL_A,
    ]);
  });

  test.each([
    ['none at all', { upstream_url: undefined }, 'upstream_url'],
    ['an empty list', { upstreams: [] }, 'upstreams'],
    ['two that do not agree', { upstreams: both }, 'upstream_url'],
    ['one twice', { upstreams: [{ url: URL_A }, { url: `${URL_A}/` }] }, 'upstreams'],
    ['one that is none', { upstreams: [{ url: 'ftp://a' }] }, 'upstreams.0.url'],
    ['a weight of zero', { upstreams: [{ url: URL_A, weight: 0 }] }, 'upstreams.0.weight'],
    ['half a weight', { upstreams: [{ url: URL_A, weight: 0.5 }] }, 'upstreams.0.weight'],
    ['a huge weight', { upstreams: [{ url: URL_A, weight: 1_001 }] }, 'upstreams.0.weight'],
    [
      'over twenty',
      { upstreams: Array.from({ length: 21 }, (_, i) => ({ url: `http://u${i}.test` })) },
      'upstreams',
    ],
  ])('%s is refused', async (_name, over, at) => {
    await expectRefused(surface, post(valid(over), at));
  });
});

const SETTINGS = {
  health_check: { path: '/healthz' },
  circuit_breaker: { failures: 2 },
  retries: { attempts: 2, statuses: [503] },
  connect_timeout_ms: 500,
  idle_timeout_ms: 60_000,
  total_timeout_ms: 120_000,
  maintenance: { message: 'Back at noon' },
  ip_allow: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'],
  ip_deny: ['10.1.0.0/16'],
  required_scopes: ['orders:read', 'orders:write'],
  required_features: ['export', 'reports.v2'],
  cors: { origins: ['https://app.example.com', 'https://*.example.org:8443'] },
  key_location: { header: 'X-Token', query: 'api_key' },
  jwt: { issuer: 'https://id.example.com/', audience: ['https://api.example.com'] },
};

test('settings are told whole, and can be taken back', async () => {
  const { id, ...made } = await create(SETTINGS);
  const whole = {
    ...SETTINGS,
    health_check: {
      ...{ path: '/healthz', interval_ms: 10_000, timeout_ms: 2_000 },
      ...{ healthy_after: 2, unhealthy_after: 3 },
    },
    circuit_breaker: { failures: 2, open_ms: 10_000 },
    retries: { attempts: 2, statuses: [503], budget_percent: 20 },
    maintenance: { retry_after_s: 60, message: 'Back at noon' },
    cors: {
      ...SETTINGS.cors,
      ...{ headers: ['*'], expose: [], credentials: false, max_age_s: 600 },
    },
    key_location: { header: 'x-token', bearer: true, query: 'api_key' },
    jwt: {
      ...SETTINGS.jwt,
      ...{ jwks_url: null, algorithms: ['RS256', 'ES256', 'EdDSA'], clock_tolerance_s: 30 },
      ...{ claim: 'sub', names: 'customer', forward: false },
    },
  };
  expect(made).toMatchObject(whole);
  expect(await fact(id)).toMatchObject(whole);
  const plain = await create();
  const names = Object.keys(SETTINGS) as (keyof Route)[];
  const defaults = Object.fromEntries(names.map((name) => [name, plain[name]]));
  await surface.send('PATCH', `/v1/routes/${id}`, defaults);
  const back = await fact(id);
  expect(names.filter((name) => name in (back ?? {}))).toEqual([]);
});

const tokens = (over: object) => ({ ...SETTINGS.jwt, ...over });
const INVALID: [keyof typeof SETTINGS, unknown, string][] = [
  ['health_check', {}, '.path'],
  ['health_check', { path: 'healthz' }, '.path'],
  ['health_check', { path: '/a b' }, '.path'],
  ['health_check', { path: '/', interval_ms: 999 }, '.interval_ms'],
  ['health_check', { path: '/', timeout_ms: 0 }, '.timeout_ms'],
  ['health_check', { path: '/', healthy_after: 0 }, '.healthy_after'],
  ['health_check', { path: '/', method: 'HEAD' }, '.method'],
  ['circuit_breaker', { failures: 0 }, '.failures'],
  ['circuit_breaker', { open_ms: 10 }, '.open_ms'],
  ['circuit_breaker', true, ''],
  ['retries', { attempts: 0 }, '.attempts'],
  ['retries', { attempts: 6 }, '.attempts'],
  ['retries', { statuses: [404] }, '.statuses.0'],
  ['retries', { statuses: [503, 503] }, '.statuses'],
  ['retries', { budget_percent: 101 }, '.budget_percent'],
  ['connect_timeout_ms', 99, ''],
  ['connect_timeout_ms', null, ''],
  ['idle_timeout_ms', 0, ''],
  ['total_timeout_ms', 3_600_001, ''],
  ['total_timeout_ms', '100', ''],
  ['maintenance', { retry_after_s: 0 }, '.retry_after_s'],
  ['maintenance', { message: '' }, '.message'],
  ['maintenance', { message: 'a\nb' }, '.message'],
  ['ip_allow', ['10.0.0.0/33'], '.0'],
  ['ip_allow', ['10.0.0'], '.0'],
  ['ip_allow', ['host.example'], '.0'],
  ['ip_deny', ['2001:db8::/129'], '.0'],
  ['ip_deny', ['::1/'], '.0'],
  ['ip_deny', '10.0.0.0/8', ''],
  ['ip_deny', Array.from({ length: 201 }, () => '10.0.0.1'), ''],
  ['required_scopes', ['Orders'], '.0'],
  ['required_scopes', ['a b'], '.0'],
  ['required_scopes', ['a', 'a'], ''],
  ['required_features', ['Export'], '.0'],
  ['required_features', ['a\u0000'], '.0'],
  ['required_features', [7], '.0'],
  ['required_features', 'export', ''],
  ['required_features', ['a', 'a'], ''],
  ['required_features', Array.from({ length: 51 }, (_, at) => `f${at}`), ''],
  ['cors', {}, '.origins'],
  ['cors', { origins: [] }, '.origins'],
  ['cors', { origins: ['app.example.com'] }, '.origins.0'],
  ['cors', { origins: ['https://app.example.com/'] }, '.origins.0'],
  ['cors', { origins: ['https://*'] }, '.origins.0'],
  ['cors', { origins: ['*', 'https://a.test'] }, '.origins'],
  ['cors', { origins: ['*'], credentials: true }, '.credentials'],
  ['cors', { origins: ['*'], headers: ['x y'] }, '.headers.0'],
  ['cors', { origins: ['*'], max_age_s: -1 }, '.max_age_s'],
  ['key_location', { header: null, bearer: false }, ''],
  ['key_location', { header: 'x y' }, '.header'],
  ['key_location', { header: 'Host' }, '.header'],
  ['key_location', { header: 'x_forwarded_for' }, '.header'],
  ['key_location', { query: 'a b' }, '.query'],
  ['key_location', { cookie: 'a' }, '.cookie'],
  ['key_location', null, ''],
  ['jwt', {}, '.issuer'],
  ['jwt', tokens({ audience: [] }), '.audience'],
  ['jwt', tokens({ audience: ['a', 'a'] }), '.audience'],
  ['jwt', tokens({ issuer: 'urn:issuer' }), '.jwks_url'],
  ['jwt', tokens({ jwks_url: 'ftp://id.example.com/keys' }), '.jwks_url'],
  ['jwt', tokens({ jwks_url: 'https://a:b@id.example.com/keys' }), '.jwks_url'],
  ['jwt', tokens({ algorithms: [] }), '.algorithms'],
  ['jwt', tokens({ algorithms: ['none'] }), '.algorithms.0'],
  ['jwt', tokens({ algorithms: ['HS256'] }), '.algorithms.0'],
  ['jwt', tokens({ clock_tolerance_s: 301 }), '.clock_tolerance_s'],
  ['jwt', tokens({ claim: '' }), '.claim'],
  ['jwt', tokens({ names: 'user' }), '.names'],
  ['jwt', tokens({ secret: 'a' }), '.secret'],
];
test.each(INVALID)('%s of %j is refused', async (field, value, at) => {
  await expectRefused(surface, post(valid({ [field]: value }), `${field}${at}`));
});

describe('a rule for browsers', () => {
  const cors = { origins: ['https://app.example.com'] };
  const contradicts = { ...invalid, at: 'response_headers.1.name' };
  const response_headers = [
    { op: 'set', name: 'Vary', value: 'Accept' },
    { op: 'add', name: 'Access_Control-Allow-Origin', value: '*' },
  ];

  test('is the only voice that says who may read', async () => {
    const at = 'response_headers.1.name';
    await expectRefused(surface, post(valid({ cors, response_headers }), at));
    const { id } = await create({ response_headers });
    const call = { name: 'later', method: 'PATCH', path: `/v1/routes/${id}`, body: { cors } };
    await expectRefused(surface, { ...call, ...contradicts });
  });
});

test('a route without a place for keys takes tokens', async () => {
  const key_location = { header: null, bearer: false };
  expect(await create({ key_location, jwt: SETTINGS.jwt })).toMatchObject({ key_location });
});
