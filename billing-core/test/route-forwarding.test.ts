import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../src/contract/route.ts';
import { routesHttp } from '../src/routes/http.ts';
import { activeRoutes } from '../src/routes/secrets.ts';
import { expectRefused, invalid, type Refused } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// What a route does to a request on its way: what may be said, and what gateways are told.

let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp() });
});
afterAll(async () => surface.close());

const valid = (over: object = {}) => {
  count += 1;
  const upstream_url = 'http://upstream.test';
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url, ...over };
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

describe('rewrite_path', () => {
  test('is told to gateways, and can be taken away', async () => {
    const { id, rewrite_path } = await create({
      path_pattern: '/v1/users/:id/*',
      rewrite_path: '/people/:id/*',
    });
    expect(rewrite_path).toBe('/people/:id/*');
    expect(await fact(id)).toMatchObject({ rewrite_path });
    await surface.send('PATCH', `/v1/routes/${id}`, { rewrite_path: null });
    expect(await fact(id)).not.toHaveProperty('rewrite_path');
  });

  test.each(['', 'a', '/a//b', '/a/', '/..', '/a b', '/%20', '/*/a', '/:1', 7, ['/a']])(
    'of %j is refused',
    async (rewrite_path) => {
      await expectRefused(surface, post(valid({ rewrite_path }), 'rewrite_path'));
    },
  );

  test.each([
    ['a name the pattern has not', { path_pattern: '/x/:id', rewrite_path: '/:name' }],
    ['a rest the pattern has not', { path_pattern: '/x/:id', rewrite_path: '/:id/*' }],
    [
      'a prefix that is stripped beside it',
      { path_pattern: '/x/*', strip_prefix: '/x', rewrite_path: '/*' },
    ],
  ])('with %s is refused', async (_name, over) => {
    await expectRefused(surface, post(valid(over), 'rewrite_path'));
  });

  test('that a new pattern leaves without its names is refused', async () => {
    const { id } = await create({ path_pattern: '/y/:id', rewrite_path: '/:id' });
    const patch = { name: 'moved', method: 'PATCH', path: `/v1/routes/${id}` };
    await expectRefused(surface, { ...patch, body: { path_pattern: '/y/:key' }, ...invalid });
  });
});

describe('headers', () => {
  test('are told to gateways as they were written', async () => {
    const request_headers = [
      { op: 'set', name: 'X-Plan', value: 'gold; v=1' },
      { op: 'add', name: 'Accept', value: 'text/plain' },
      { op: 'remove', name: 'Cookie' },
    ];
    const response_headers = [
      { op: 'set', name: 'Cache-Control', value: 'no-store' },
      { op: 'remove', name: 'Server' },
    ];
    const made = await create({ request_headers, response_headers });
    expect(made).toMatchObject({ request_headers, response_headers });
    expect(await fact(made.id)).toMatchObject({ request_headers, response_headers });
    const { body } = await surface.send<Route>('PATCH', `/v1/routes/${made.id}`, { public: true });
    expect(body).toMatchObject({ version: 2, request_headers, response_headers });
  });

  const set = { op: 'set', name: 'X-A', value: '1' };
  test.each<[string, unknown, string]>([
    ['no list', set, ''],
    ['no name', [{ op: 'set', value: '1' }], '.0.name'],
    ['a name that is none', [{ ...set, name: 'X A' }], '.0.name'],
    ['an empty name', [{ ...set, name: '' }], '.0.name'],
    ['a name with a line break', [{ ...set, name: 'X-A\r\nX-B' }], '.0.name'],
    ['another operation', [{ ...set, op: 'append' }], '.0.op'],
    ['set without a value', [{ op: 'set', name: 'X-A' }], '.0.value'],
    ['remove with a value', [{ ...set, op: 'remove' }], '.0.value'],
    ['an empty value', [{ ...set, value: '' }], '.0.value'],
    ['a value with a line break', [{ ...set, value: 'a\r\nX-B: 1' }], '.0.value'],
    ['a value with NUL', [{ ...set, value: 'a\0' }], '.0.value'],
    ['a value that begins with a space', [{ ...set, value: ' a' }], '.0.value'],
    ['a value beyond ASCII', [{ ...set, value: 'ä' }], '.0.value'],
    ['a value that is too long', [{ ...set, value: 'a'.repeat(4_001) }], '.0.value'],
    ['a number', [{ ...set, value: 1 }], '.0.value'],
    ['an unknown field', [{ ...set, when: 'always' }], '.0.when'],
    ['one name set twice', [set, { ...set, name: 'x-a' }], ''],
    ['one name set and removed', [set, { op: 'remove', name: 'x-a' }], ''],
    ['over thirty', Array.from({ length: 31 }, (_, i) => ({ ...set, name: `x-${i}` })), ''],
    ['what belongs to the connection', [{ ...set, name: 'Connection' }], '.0.name'],
    ['what frames the body', [{ ...set, name: 'content-length' }], '.0.name'],
    ['what the gateway says itself', [{ ...set, name: 'X-Tollgate-Key' }], '.0.name'],
    ['the same with underscores', [{ ...set, name: 'x_tollgate_key' }], '.0.name'],
    ['the request id', [{ op: 'remove', name: 'X-Request-Id' }], '.0.name'],
  ])('in both directions: %s is refused', async (_name, list, at) => {
    await expectRefused(surface, post(valid({ request_headers: list }), `request_headers${at}`));
    await expectRefused(surface, post(valid({ response_headers: list }), `response_headers${at}`));
  });

  test.each([
    ['Host', [{ ...set, name: 'Host' }], 'name'],
    ['X-Forwarded-For', [{ ...set, name: 'X-Forwarded-For' }], 'name'],
    ['a value and a secret', [{ ...set, secret: 'a' }], 'value'],
    ['a prefix without a secret', [{ ...set, prefix: 'Bearer ' }], 'prefix'],
    ['a secret whose name is none', [{ op: 'set', name: 'X-A', secret: 'A b' }], 'secret'],
    [
      'a prefix with a line break',
      [{ op: 'set', name: 'X-A', secret: 'a', prefix: 'a\n' }],
      'prefix',
    ],
  ])('to the upstream: %s is refused', async (_name, list, at) => {
    await expectRefused(surface, post(valid({ request_headers: list }), `request_headers.0.${at}`));
  });

  test.each([
    ['Content-Encoding', [{ ...set, name: 'Content-Encoding' }], 'name'],
    ['RateLimit', [{ op: 'remove', name: 'RateLimit' }], 'name'],
    ['a secret', [{ op: 'set', name: 'X-A', secret: 'a' }], 'secret'],
  ])('to the client: %s is refused', async (_name, list, at) => {
    await expectRefused(
      surface,
      post(valid({ response_headers: list }), `response_headers.0.${at}`),
    );
  });
});

test('versions from before a setting was there are what they were', async () => {
  const { id } = await create({ path_pattern: '/older' });
  const older = { host: '*', path_pattern: '/older', methods: ['*'], public: false };
  const rest = { upstream_url: 'http://u.test', strip_prefix: null, billable_outcomes: ['ok'] };
  const definition = { ...older, ...rest, timeout_ms: 30_000, max_body_bytes: 10 };
  await surface.sql`insert into route_versions (route_id, version, definition)
    values (${id}, 2, ${surface.sql.json(definition)})`;
  await surface.sql`
    insert into route_meterings (route_id, version, position, meter_id, source, units)
    values (${id}, 2, 0, 'mtr_requests', 'request', 1)`;
  await surface.sql`update routes set version = 2 where id = ${id}`;
  const { body } = await surface.send<Route>('GET', `/v1/routes/${id}`);
  expect(body).toMatchObject({ version: 2, rewrite_path: null, request_headers: [] });
  const patched = await surface.send<Route>('PATCH', `/v1/routes/${id}`, { timeout_ms: 5 });
  expect(patched.body).toMatchObject({ version: 3, response_headers: [] });
});

describe('cost_headers', () => {
  test('are off unless a route says so, and told to gateways with the meters by name', async () => {
    const quiet = await create();
    expect(quiet.cost_headers).toBe(false);
    expect(await fact(quiet.id)).not.toHaveProperty('cost_headers');
    const { id } = await create({ cost_headers: true });
    expect(await fact(id)).toMatchObject({
      cost_headers: true,
      metering: [{ meter_id: 'mtr_requests', meter_slug: 'requests', meter_scale: 0 }],
    });
    await expectRefused(surface, post(valid({ cost_headers: 'yes' }), 'cost_headers'));
  });

  test('of a version from before there were any are off', async () => {
    const { id } = await create();
    await surface.sql`alter table route_versions disable trigger route_versions_immutable`;
    await surface.sql`update route_versions set definition = definition - 'cost_headers'
      where route_id = ${id}`;
    await surface.sql`alter table route_versions enable trigger route_versions_immutable`;
    const { body } = await surface.send<Route>('GET', `/v1/routes/${id}`);
    expect(body.cost_headers).toBe(false);
  });
});
