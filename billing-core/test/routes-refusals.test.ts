import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Route } from '../src/contract/route.ts';
import { newId } from '../src/kit/id.ts';
import { routesHttp } from '../src/routes/http.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// Bad input about routes is refused by a stable code and the field's name, and leaves nothing.

let surface: Surface;
let count = 0;

beforeAll(async () => {
  surface = await openSurface({ '/v1': routesHttp() });
});
afterAll(async () => surface.close());

/** A route that no other collides with, unless a test says so. */
const valid = (over: object = {}) => {
  count += 1;
  const upstream_url = 'http://upstream.test';
  return { name: `Route ${count}`, path_pattern: `/r${count}/*`, upstream_url, ...over };
};
const create = async (over: object = {}) =>
  (await surface.send<Route>('POST', '/v1/routes', valid(over))).body;

test.each(NO_BODIES)('create with $name', async ({ name, body, headers, refusal }) => {
  await expectRefused(surface, {
    name,
    method: 'POST',
    path: '/v1/routes',
    body,
    ...(headers && { headers }),
    ...refusal,
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
      [
        { meter: 'requests', source: 'response_header', header: 'X-Cost' },
        { meter: 'requests', source: 'response_header', header: 'x-cost', units: 2 },
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
    const at = answer.body.errors?.[0]?.path.split('.')[0];
    expect(at, JSON.stringify(value)).toBe(field);
    const change = { ...create, method: 'PATCH', path: `/v1/routes/${id}` };
    await expectRefused(surface, { ...change, body: { [field]: value }, ...invalid });
  }
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

test.each(['limit=0', 'limit=1e9', 'cursor=%2B', 'state=gone'])('a list with %s', async (query) => {
  const get = { name: query, method: 'GET', path: `/v1/routes?${query}` };
  await expectRefused(surface, { ...get, ...invalid });
});

test('a forged cursor of versions is refused', async () => {
  const { id } = await create();
  const cursor = Buffer.from('x:y').toString('base64url');
  const path = `/v1/routes/${id}/versions?cursor=${cursor}`;
  const answer = await surface.send('GET', path);
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});
