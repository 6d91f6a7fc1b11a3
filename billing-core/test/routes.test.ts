import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { newId } from '../src/kit/id.ts';
import { routesHttp } from '../src/routes/http.ts';
import { ROUTES_MAX } from '../src/routes/model.ts';
import { activeRoutes } from '../src/routes/store.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

const UPSTREAM = 'http://upstream.test';
let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp().route('/', metersHttp()) });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  await surface.sql`update routes set deleted_at = now() where deleted_at is null`;
});

/** A route that no other collides with, unless a test says so. */
const valid = (over: object = {}) => {
  count += 1;
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url: UPSTREAM, ...over };
};
const create = async (over: object = {}) => {
  const answer = await surface.send('POST', '/v1/routes', valid(over));
  expect({ status: answer.status, errors: answer.body?.errors }).toMatchObject({ status: 201 });
  return answer.body;
};
const createMeter = async (scale: number) => {
  count += 1;
  const body = { slug: `meter_${count}`, name: 'Meter', unit: 'unit', scale };
  return (await surface.send('POST', '/v1/meters', body)).body;
};
const fact = async (id: string) =>
  (await activeRoutes(surface.sql)).find((route) => route.id === id);

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
    strip_prefix: null,
    metering: [{ meter: 'requests', source: 'request', units: 1 }],
    billable_outcomes: ['ok'],
    timeout_ms: 30_000,
    max_body_bytes: 10_485_760,
    public: false,
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  expect((await surface.send('GET', `/v1/routes/${made.id}`)).body).toEqual(made);
  expect((await surface.send('GET', '/v1/routes')).body.data).toEqual([made]);
});

test('a change is the next version, and each version stays as it was served', async () => {
  const { id } = await create({ methods: ['GET'] });
  const changed = await surface.send('PATCH', `/v1/routes/${id}`, { timeout_ms: 5 });
  expect(changed.body).toMatchObject({ version: 2, timeout_ms: 5, methods: ['GET'] });
  const { body } = await surface.send('GET', `/v1/routes/${id}/versions`);
  expect(
    body.data.map((version: { version: number; timeout_ms: number }) => [
      version.version,
      version.timeout_ms,
    ]),
  ).toEqual([
    [2, 5],
    [1, 30_000],
  ]);
  const first = await surface.send('GET', `/v1/routes/${id}/versions?limit=1`);
  const next = `/v1/routes/${id}/versions?limit=1&cursor=${first.body.next_cursor}`;
  expect((await surface.send('GET', next)).body.data[0].version).toBe(1);

  for (const statement of [
    surface.sql`update route_versions set definition = '{}' where route_id = ${id}`,
    surface.sql`delete from route_versions where route_id = ${id}`,
    surface.sql`update route_meterings set units = 7 where route_id = ${id}`,
  ]) {
    await expect(statement).rejects.toMatchObject({ code: '23000' });
  }
});

test('each write is one audit entry and one change of that route', async () => {
  const after = await lastChange(surface.sql);
  const { id } = await create();
  await surface.send('PATCH', `/v1/routes/${id}`, { name: `Other ${count}` });
  await surface.send('DELETE', `/v1/routes/${id}`);
  const changes = await changesAfter(surface.sql, after);
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
  const { id } = (await surface.send('POST', '/v1/routes', wanted)).body;
  expect((await surface.send('DELETE', `/v1/routes/${id}`)).status).toBe(204);
  const absent = { name: 'deleted', status: 404, code: 'not_found', path: `/v1/routes/${id}` };
  await expectRefused(surface, { method: 'GET', ...absent });
  await expectRefused(surface, { method: 'PATCH', body: { timeout_ms: 1 }, ...absent });
  await expectRefused(surface, { method: 'DELETE', ...absent });
  expect((await surface.send('GET', `/v1/routes/${id}/versions`)).body.data).toHaveLength(1);
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
        { meter_id: meter.id, source: 'request', units: 1_500 },
        { meter_id: meter.id, source: 'response_bytes', units: 1 },
        { meter_id: 'mtr_requests', source: 'request', units: 1 },
      ],
      billable_outcomes: ['ok'],
      timeout_ms: 30_000,
      max_body_bytes: 10_485_760,
      public: false,
    });
    await surface.send('PATCH', `/v1/routes/${id}`, { state: 'disabled' });
    expect(await fact(id)).toBeUndefined();
    expect((await surface.send('GET', '/v1/routes?state=disabled')).body.data).toHaveLength(1);
  });

  test('a patch can take a prefix away again', async () => {
    const { id } = await create({ path_pattern: '/a/b/*', strip_prefix: '/a' });
    const path = `/v1/routes/${id}`;
    expect(
      (await surface.send('PATCH', path, { strip_prefix: null })).body.strip_prefix,
    ).toBeNull();
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
  ])('%s', async (name, one, other, refused) => {
    const [first, second] = pair(one, other);
    expect((await surface.send('POST', '/v1/routes', first)).status).toBe(201);
    if (refused) {
      const post = { method: 'POST', path: '/v1/routes', body: second };
      await expectRefused(surface, { name, ...post, ...refusal });
    } else {
      expect((await surface.send('POST', '/v1/routes', second)).status).toBe(201);
    }
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

describe('bad input is refused and leaves nothing', () => {
  test.each(NO_BODIES)('create with $name', async ({ name, body, headers, refusal }) => {
    await expectRefused(surface, {
      name,
      method: 'POST',
      path: '/v1/routes',
      body,
      ...(headers && { headers }),
      ...(refusal as typeof invalid),
    });
  });

  const LONG_LABEL = `${'a'.repeat(64)}.test`;
  test.each([
    [
      'host',
      [
        '',
        ' ',
        'a b',
        '*.',
        '*.*',
        '*a.test',
        'a.*.test',
        '.test',
        'test.',
        'a..b',
        '-a.test',
        'a-.test',
        'a_b.test',
        'host:80',
        'http://a',
        'ä.test',
        LONG_LABEL,
        'a.'.repeat(127) + 'abc',
        null,
        7,
        '[::1]',
        'a\0b',
      ],
    ],
    [
      'path_pattern',
      [
        '',
        'v1',
        '//',
        '/a//b',
        '/a/',
        '/.',
        '/..',
        '/a/../b',
        '/a/./b',
        '/%2e',
        '/a%20b',
        '/*/a',
        '/a*',
        '/a/**',
        '/:',
        '/:1',
        '/:a/:a',
        '/:a-b',
        '/a b',
        '/a?x',
        '/a#x',
        '/a\\b',
        '/a;b',
        '/ä',
        `/${'a'.repeat(1_000)}`,
        '/a\n',
        null,
        7,
        ['/a'],
        '/a\0',
      ],
    ],
    [
      'methods',
      [[], ['get'], ['TRACE'], ['CONNECT'], ['GET', 'GET'], ['*', 'GET'], 'GET', null, [7]],
    ],
    [
      'upstream_url',
      [
        '',
        'upstream',
        '//upstream',
        'ftp://a',
        'file:///etc/passwd',
        'http://',
        'http:///a',
        'http://u:p@a',
        'http://u@a',
        'http://@a',
        'http://a?x=1',
        'http://a/?',
        'http://a#x',
        'http://a/#',
        'http://a b',
        'http:\\\\a',
        'http://a\\b',
        'http://a/\nb',
        'javascript:alert(1)',
        'http://a:99999',
        'http://a/%2e%2e/b',
        'http://a/%2Fb',
        `http://a/${'b'.repeat(2_000)}`,
        null,
        7,
      ],
    ],
    ['strip_prefix', ['', '/', 'r', '/nope', '/r/', '/*', '/:id', '/..', 7]],
    [
      'metering',
      [
        [],
        null,
        'requests',
        [{}],
        [{ meter: 'requests' }],
        [{ source: 'request' }],
        Array.from({ length: 11 }, () => ({ meter: 'requests', source: 'request' })),
        [
          { meter: 'requests', source: 'request' },
          { meter: 'requests', source: 'request', units: 2 },
        ],
        [{ meter: 'requests', source: 'request', extra: 1 }],
      ],
    ],
    ['billable_outcomes', [['fine'], ['ok', 'ok'], 'ok', null, [1]]],
    ['timeout_ms', [0, -1, 1.5, 3_600_001, '30000', null]],
    ['max_body_bytes', [-1, 1.5, 2 ** 30 + 1, '1', null]],
    ['state', ['deleted', '', null, 1]],
    ['public', ['true', 1, null]],
    ['name', ['', ' ', 'x'.repeat(201), 7, null, 'a\0b']],
  ] as [string, unknown[]][])('%s', async (field, values) => {
    const { id } = await create();
    for (const value of values) {
      const create = { name: String(value), method: 'POST', path: '/v1/routes' };
      const refused = { ...create, body: valid({ [field]: value }), ...invalid };
      const answer = await expectRefused(surface, refused);
      expect(answer.body.errors[0].path.split('.')[0], JSON.stringify(value)).toBe(field);
      const change = { ...create, method: 'PATCH', path: `/v1/routes/${id}` };
      await expectRefused(surface, { ...change, body: { [field]: value }, ...invalid });
    }
  });

  test.each([
    ['no such meter', { meter: 'nothing', source: 'request' }, 'metering.0.meter'],
    ['a slug that is none', { meter: 'Requests', source: 'request' }, 'metering.0.meter'],
    ['an unknown source', { meter: 'requests', source: 'tokens' }, 'metering.0.source'],
    ['units of zero', { meter: 'requests', source: 'request', units: 0 }, 'metering.0.units'],
    ['negative units', { meter: 'requests', source: 'request', units: -1 }, 'metering.0.units'],
    ['units as text', { meter: 'requests', source: 'request', units: '1' }, 'metering.0.units'],
    [
      'a fraction of a whole',
      { meter: 'requests', source: 'request', units: 0.5 },
      'metering.0.units',
    ],
    ['ten places', { meter: 'requests', source: 'request', units: 1e-10 }, 'metering.0.units'],
    ['too many', { meter: 'requests', source: 'request', units: 1e9 }, 'metering.0.units'],
    [
      'too many a byte',
      { meter: 'requests', source: 'request_bytes', units: 1_001 },
      'metering.0.units',
    ],
  ])('metering by %s', async (name, rule, at) => {
    const body = valid({ metering: [rule] });
    const post = { name, method: 'POST', path: '/v1/routes', body };
    await expectRefused(surface, { ...post, ...invalid, at });
  });

  test('a prefix must end where a segment of the pattern ends', async () => {
    for (const [path_pattern, strip_prefix] of [
      ['/demo/*', '/de'],
      ['/demo/*', '/demo/x'],
      ['/:a/b', '/a'],
      ['/demo', '/demo/b'],
    ]) {
      const post = { name: `${strip_prefix}`, method: 'POST', path: '/v1/routes' };
      const body = valid({ path_pattern, strip_prefix });
      await expectRefused(surface, { ...post, body, ...invalid, at: 'strip_prefix' });
    }
    await create({ path_pattern: '/demo', strip_prefix: '/demo' });
    const { id } = await create({ path_pattern: '/demo/:id', strip_prefix: '/demo' });
    const patch = { name: 'moved away', method: 'PATCH', path: `/v1/routes/${id}` };
    const body = { path_pattern: '/other/*' };
    await expectRefused(surface, { ...patch, body, ...invalid, at: 'strip_prefix' });
  });

  test.each([
    ['GET', '/v1/routes/nope', 400],
    ['GET', `/v1/routes/${newId('rte', 0)}`, 404],
    ['PATCH', `/v1/routes/${newId('rte', 0)}`, 404],
    ['DELETE', `/v1/routes/${newId('rte', 0)}`, 404],
    ['GET', `/v1/routes/${newId('rte', 0)}/versions`, 404],
  ])('%s %s is %i', async (method, path, status) => {
    const code = status === 404 ? 'not_found' : 'invalid_request';
    const body = method === 'PATCH' ? { timeout_ms: 1 } : undefined;
    await expectRefused(surface, { name: path, method, path, body, status, code });
  });

  test.each(['{}', '{"version":3}', '{"id":"rte_x"}'])('a change of %s', async (body) => {
    const { id } = await create();
    const patch = { name: body, method: 'PATCH', path: `/v1/routes/${id}`, body };
    await expectRefused(surface, { ...patch, ...invalid });
  });

  test.each(['limit=0', 'limit=1e9', 'cursor=%2B', 'state=gone'])(
    'a list with %s',
    async (query) => {
      const get = { name: query, method: 'GET', path: `/v1/routes?${query}` };
      await expectRefused(surface, { ...get, ...invalid });
    },
  );

  test('a forged cursor of versions finds nothing', async () => {
    const { id } = await create();
    const cursor = Buffer.from('x:y').toString('base64url');
    const answer = await surface.send('GET', `/v1/routes/${id}/versions?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 200, body: { data: [], has_more: false } });
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
