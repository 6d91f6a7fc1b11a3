import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Page } from '../src/contract/page.ts';
import type { Route, RouteVersion } from '../src/contract/route.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { newId } from '../src/kit/id.ts';
import { routesHttp } from '../src/routes/http.ts';
import { ROUTES_MAX } from '../src/routes/model.ts';
import { activeRoutes } from '../src/routes/secrets.ts';
import { expectRefused } from './refused.ts';
import { footprint, openSurface, type Surface } from './surface.ts';

const UPSTREAM = 'http://upstream.test';
let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp().route('/', metersHttp()) });
});
afterAll(async () => surface.close());
beforeEach(() => surface.sql`update routes set deleted_at = now() where deleted_at is null`);

/** A route that no other collides with, unless a test says so. */
const valid = (over: object = {}) => {
  count += 1;
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url: UPSTREAM, ...over };
};
const create = async (over: object = {}) => {
  const { status, body } = await surface.send<Route>('POST', '/v1/routes', valid(over));
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};
const list = async (query = '') =>
  (await surface.send<Page<Route>>('GET', `/v1/routes${query}`)).body.data;
const versions = async (id: string, query = '') =>
  (await surface.send<Page<RouteVersion>>('GET', `/v1/routes/${id}/versions${query}`)).body;
const createMeter = async (scale: number) => {
  count += 1;
  const body = { slug: `meter_${count}`, name: 'Meter', unit: 'unit', scale };
  return (await surface.send<Meter>('POST', '/v1/meters', body)).body;
};
const fact = async (id: string) =>
  (await activeRoutes(surface.sql, undefined)).find((route) => route.id === id);

test('a route says all its defaults', async () => {
  const made = await create({ name: 'Plain', path_pattern: '/plain' });
  expect(made).toEqual({
    id: expect.stringMatching(/^rte_/),
    version: 1,
    name: 'Plain',
    state: 'active',
    host: '*',
    path_pattern: '/plain',
    methods: ['*'],
    upstream_url: UPSTREAM,
    upstreams: [{ url: UPSTREAM, weight: 1 }],
    ...{ connect_timeout_ms: 10_000, idle_timeout_ms: null, total_timeout_ms: null },
    ...{ health_check: null, circuit_breaker: null, retries: null, maintenance: null },
    ...{ ip_allow: [], ip_deny: [], required_scopes: [], required_features: [] },
    ...{ cors: null, jwt: null },
    key_location: { header: 'x-api-key', bearer: true, query: null },
    strip_prefix: null,
    rewrite_path: null,
    ...{ request_headers: [], response_headers: [] },
    cost_headers: false,
    metering: [{ meter: 'requests', source: 'request', units: 1 }],
    ...{ billable_outcomes: ['ok'], billed_once: false },
    timeout_ms: 30_000,
    max_body_bytes: 10_485_760,
    public: false,
    certificates_expire_at: null,
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  expect((await surface.send('GET', `/v1/routes/${made.id}`)).body).toEqual(made);
  expect(await list()).toEqual([made]);
});

test('a change is the next version, and each version stays as it was served', async () => {
  const { id } = await create({ methods: ['GET'] });
  const changed = await surface.send('PATCH', `/v1/routes/${id}`, { timeout_ms: 5 });
  expect(changed.body).toMatchObject({ version: 2, timeout_ms: 5, methods: ['GET'] });
  const { data } = await versions(id);
  expect(data.map(({ version, timeout_ms }) => [version, timeout_ms])).toEqual([
    [2, 5],
    [1, 30_000],
  ]);
  const { next_cursor: cursor } = await versions(id, '?limit=1');
  expect((await versions(id, `?limit=1&cursor=${cursor}`)).data[0]!.version).toBe(1);

  for (const statement of [
    surface.sql`update route_versions set definition = '{}' where route_id = ${id}`,
    surface.sql`delete from route_versions where route_id = ${id}`,
    surface.sql`update route_meterings set units = 7 where route_id = ${id}`,
  ]) {
    await expect(statement).rejects.toMatchObject({ code: '23000' });
  }
});

test('each write is one audit entry and one change of that route', async () => {
  const after = await lastChange(surface.sql, 'facts');
  const { id } = await create();
  await surface.send('PATCH', `/v1/routes/${id}`, { name: `Other ${count}` });
  await surface.send('DELETE', `/v1/routes/${id}`);
  const changes = await changesAfter(surface.sql, 'facts', after);
  expect(changes.map(({ kind, subjectId }) => [kind, subjectId])).toEqual(
    Array.from({ length: 3 }, () => ['route', id]),
  );
  const entries = await surface.sql`select action from audit_entries where subject_id = ${id}`;
  expect(entries.map((entry) => entry['action']).toSorted()).toEqual([
    'route.create',
    'route.delete',
    'route.update',
  ]);
});

test('a deleted route is gone, its versions are not, and its name and path are free', async () => {
  const wanted = valid();
  const { id } = (await surface.send<Route>('POST', '/v1/routes', wanted)).body;
  expect((await surface.send('DELETE', `/v1/routes/${id}`)).status).toBe(204);
  const absent = { name: 'deleted', status: 404, code: 'not_found', path: `/v1/routes/${id}` };
  await expectRefused(surface, { method: 'GET', ...absent });
  await expectRefused(surface, { method: 'PATCH', body: { timeout_ms: 1 }, ...absent });
  await expectRefused(surface, { method: 'DELETE', ...absent });
  expect((await versions(id)).data).toHaveLength(1);
  expect(await fact(id)).toBeUndefined();
  expect((await surface.send('POST', '/v1/routes', wanted)).status).toBe(201);
});

describe('facts for gateways', () => {
  test('are the active routes, with units scaled by the meter', async () => {
    const meter = await createMeter(3);
    const { id, version } = await create({
      host: '*.API.example.com',
      strip_prefix: `/r${count + 1}`,
      upstream_url: 'HTTPS://Upstream.test:8443/base/',
      metering: [
        { meter: meter.slug, source: 'request', units: 1.5 },
        { meter: meter.slug, source: 'response_bytes', units: 0.001 },
        { meter: 'requests', source: 'request' },
      ],
    });
    const scaled = { meter_id: meter.id, meter_slug: meter.slug, meter_scale: 3 };
    const requests = { meter_id: 'mtr_requests', meter_slug: 'requests', meter_scale: 0 };
    expect(await fact(id)).toEqual({
      id,
      version,
      name: `Route ${count}`,
      host: '*.api.example.com',
      path_pattern: `/r${count}/*`,
      methods: ['*'],
      upstream_url: 'https://upstream.test:8443/base',
      strip_prefix: `/r${count}`,
      metering: [
        { ...scaled, source: 'request', units: 1_500 },
        { ...scaled, source: 'response_bytes', units: 1 },
        { ...requests, source: 'request', units: 1 },
      ],
      billable_outcomes: ['ok'],
      timeout_ms: 30_000,
      max_body_bytes: 10_485_760,
      public: false,
    });
    await surface.send('PATCH', `/v1/routes/${id}`, { state: 'disabled' });
    expect(await fact(id)).toBeUndefined();
    expect(await list('?state=disabled')).toHaveLength(1);
  });

  test('a patch can take a prefix away again', async () => {
    const { id } = await create({ path_pattern: '/a/b/*', strip_prefix: '/a' });
    const path = `/v1/routes/${id}`;
    const { body } = await surface.send<Route>('PATCH', path, { strip_prefix: null });
    expect(body.strip_prefix).toBeNull();
  });
});

describe('routes that match alike are refused', () => {
  const pair = (one: object, other: object) => {
    const path_pattern = `/pair${(count += 1)}/:id`;
    return [valid({ path_pattern, ...one }), valid({ path_pattern, ...other })] as const;
  };
  const refusal = { status: 409, code: 'already_exists' };

  test.each([
    ['the same', {}, {}, true],
    ['all methods against one', {}, { methods: ['POST'] }, true],
    ['methods that share one', { methods: ['GET', 'PUT'] }, { methods: ['PUT'] }, true],
    ['HEAD against GET, which answers it', { methods: ['GET'] }, { methods: ['HEAD'] }, true],
    ['the same host in other letters', { host: 'A.test' }, { host: 'a.TEST' }, true],
    ['methods apart', { methods: ['GET'] }, { methods: ['POST'] }, false],
    ['hosts apart', { host: 'a.test' }, { host: '*.test' }, false],
    ['one disabled', { state: 'disabled' }, {}, false],
  ])('%s', async (_, one, other, refused) => {
    const [first, second] = pair(one, other);
    expect((await surface.send('POST', '/v1/routes', first)).status).toBe(201);
    const before = await footprint(surface);
    const { status, body } = await surface.send('POST', '/v1/routes', second);
    expect([status, body.code]).toEqual(refused ? [409, 'already_exists'] : [201, undefined]);
    const written = (await footprint(surface))['routes']! - before['routes']!;
    expect(written).toBe(refused ? 0 : 1);
  });

  test('parameters by another name are the same path', async () => {
    await create({ path_pattern: '/users/:id/posts/*' });
    const body = valid({ path_pattern: '/users/:user/posts/*' });
    await expectRefused(surface, {
      name: 'param',
      method: 'POST',
      path: '/v1/routes',
      body,
      ...refusal,
    });
  });

  test('also by a change, and by enabling again', async () => {
    const kept = await create({ path_pattern: '/kept' });
    const { id } = await create({ path_pattern: '/kept', state: 'disabled' });
    const path = `/v1/routes/${id}`;
    const enable = { name: 'enable', method: 'PATCH', path, body: { state: 'active' } };
    await expectRefused(surface, { ...enable, ...refusal });
    await surface.send('PATCH', path, { path_pattern: '/apart', state: 'active' });
    const move = { name: 'move', method: 'PATCH', path, body: { path_pattern: '/kept' } };
    await expectRefused(surface, { ...move, ...refusal });
    // A route does not collide with itself.
    const self = await surface.send('PATCH', `/v1/routes/${kept.id}`, { path_pattern: '/kept' });
    expect(self.status).toBe(200);
  });

  test('a taken name too', async () => {
    const { name } = await create();
    const post = { method: 'POST', path: '/v1/routes', body: valid({ name }) };
    await expectRefused(surface, { name: 'name', ...post, ...refusal });
  });

  test('of many asked for at once, one is made', async () => {
    const path_pattern = '/race/:id';
    const bodies = Array.from({ length: 6 }, () => valid({ path_pattern }));
    const answers = await Promise.all(
      bodies.map((body) => surface.send('POST', '/v1/routes', body)),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409]);
  });
});

test('parallel changes of one route each make their version, and none is lost', async () => {
  const { id } = await create();
  const patches = [{ timeout_ms: 11 }, { max_body_bytes: 22 }, { public: true }];
  await Promise.all(patches.map((patch) => surface.send('PATCH', `/v1/routes/${id}`, patch)));
  expect((await surface.send('GET', `/v1/routes/${id}`)).body).toMatchObject({
    version: 4,
    timeout_ms: 11,
    max_body_bytes: 22,
    public: true,
  });
});

test('there are at most 1,000 routes', async () => {
  const rows = Array.from({ length: ROUTES_MAX }, (_, i) => ({
    id: newId('rte', surface.clock.now),
    name: `Seeded ${i}`,
  }));
  const definition = JSON.stringify({ host: 'seeded.test', path_pattern: '/', methods: ['GET'] });
  await surface.sql`insert into routes ${surface.sql(rows)}`;
  await surface.sql`insert into route_versions (route_id, version, definition)
    select id, 1, ${definition}::text::jsonb from routes where deleted_at is null`;
  await expectRefused(surface, {
    name: 'one more',
    method: 'POST',
    path: '/v1/routes',
    body: valid(),
    status: 409,
    code: 'state_conflict',
  });
});

test.each([
  '/',
  '/*',
  '/v1/users',
  '/v1/:id',
  '/v1/:id/*',
  '/v1/files/*',
  "/a-b._~!$&'()+,=@",
  '/users:batch',
  '/...',
  '/.well-known/x',
])('the pattern %s is taken as it is', async (path_pattern) => {
  expect((await create({ path_pattern })).path_pattern).toBe(path_pattern);
});

test.each([
  ['http://127.0.0.1:4003', 'http://127.0.0.1:4003'],
  ['http://[::1]:80/', 'http://[::1]'],
  ['https://bücher.test/a/', 'https://xn--bcher-kva.test/a'],
  ['http://a/b/../c', 'http://a/c'],
])('the upstream %s is kept as %s', async (upstream_url, kept) => {
  expect((await create({ upstream_url })).upstream_url).toBe(kept);
});
