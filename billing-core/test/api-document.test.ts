import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiDocument, ApiReference } from '../src/contract/api-document.ts';
import { portalReferenceHttp } from '../src/keys/reference-http.ts';
import { apiDocumentHttp } from '../src/routes/document-http.ts';
import { readDocument } from '../src/routes/document.ts';
import { routesHttp } from '../src/routes/http.ts';
import { openCore } from '../src/test/core.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { seedPlan } from './quotas/plan.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

// What customers are told of the API behind the gateway: what they may call, and nothing else.

const PATH = '/v1/api-document';
const OWN = '/portal/v1/customers/:customer_id';
const addresses = {
  gatewayUrl: 'https://api.example.com',
  publicUrl: 'https://portal.example.com',
};
let surface: Surface;
let mine: { id: string };

beforeAll(async () => {
  const routers = apiDocumentHttp(addresses.gatewayUrl).route('/', routesHttp(undefined));
  surface = await openSurface({ '/v1': routers, [OWN]: portalReferenceHttp(addresses) });
  mine = await seedCustomer(surface);
  surface.caller.customer = { id: mine.id, role: 'viewer' };
  await seedPlan(surface, mine.id, []);
});
afterAll(() => surface.close());

const document = (paths: object, more: object = {}) => ({
  ...{ openapi: '3.1.0', info: { title: 'Weather', version: '2' }, paths },
  ...more,
});
const put = (paths: object, more: object = {}) =>
  surface.send<ApiDocument>('PUT', PATH, { document: document(paths, more) });
const reference = () =>
  surface.send<ApiReference>('GET', `/portal/v1/customers/${mine.id}/api-reference`);
const shown = async () =>
  (await reference()).body.operations.map(({ method, path, console: state, route }) => [
    `${method} ${path}`,
    route.name,
    state,
  ]);
async function route(name: string, over: object = {}): Promise<void> {
  const body = { name, path_pattern: `/${name}/*`, upstream_url: 'http://upstream.test', ...over };
  expect((await surface.send('POST', '/v1/routes', body)).status).toBe(201);
}
const get = { get: { summary: 'It' } };

test('without a document there is none, for admins and customers', async () => {
  await expectRefused(surface, {
    ...{ name: 'none', method: 'GET', path: PATH, status: 404, code: 'not_found' },
  });
  expect((await reference()).body).toMatchObject({ document: null, operations: [] });
});

test('customers see what a route takes that they may call, and how they may', async () => {
  const cors = { origins: ['https://*.example.com'] };
  await route('weather', { cors });
  await route('closed', { methods: ['GET'] });
  await route('paid', { required_features: ['paid'], cors });
  await route('apart', { host: 'apart.example.com', cors });
  const answer = await put({
    '/weather/{city}': { get: { summary: 'Of a city' }, delete: {} },
    '/closed/a': { ...get, post: {} },
    '/paid/a': get,
    '/apart/a': get,
    '/nowhere': get,
  });
  expect(answer.body).toMatchObject({ title: 'Weather', version: '2', operations: 7 });
  expect(answer.body.unrouted).toEqual([
    { method: 'POST', path: '/closed/a' },
    { method: 'GET', path: '/nowhere' },
  ]);
  expect(await shown()).toEqual([
    ['GET /weather/{city}', 'weather', 'open'],
    ['DELETE /weather/{city}', 'weather', 'open'],
    ['GET /closed/a', 'closed', 'no_cors'],
    ['GET /apart/a', 'apart', 'other_host'],
  ]);
  const { operations } = (await reference()).body;
  expect(operations.map(({ url }) => url)).toEqual([
    'https://api.example.com/weather/{city}',
    'https://api.example.com/weather/{city}',
    'https://api.example.com/closed/a',
    'https://apart.example.com/apart/a',
  ]);
});

test('a name stands for any segment, and takes no route that has it literally', async () => {
  await route('literal', { path_pattern: '/things/today', cors: { origins: ['*'] } });
  await put({ '/things/{id}': get, '/things/today': get });
  expect(await shown()).toEqual([['GET /things/today', 'literal', 'open']]);
});

test('what a document says of servers is not listened to', async () => {
  await put({ '/weather/a': get }, { servers: [{ url: 'https://evil.example' }] });
  const { body } = await reference();
  expect(body.operations).toHaveLength(1);
  expect(JSON.stringify(body)).not.toContain('evil');
});

test('a document is replaced, given back as it was, and removed', async () => {
  await put({ '/weather/a': get });
  const source = await surface.send<{ document: object }>('GET', `${PATH}/source`);
  expect(source.body.document).toEqual(document({ '/weather/a': get }));
  expect((await surface.send('DELETE', PATH)).status).toBe(204);
  expect((await surface.send('DELETE', PATH)).status).toBe(404);
});

test('what is told of an operation is what was written of it, and what it refers to', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', example: 'A' }, tags: { type: 'array', items: {} } },
  };
  const { reference: read, errors } = readDocument(
    document(
      {
        '/a/{id}': {
          parameters: [{ $ref: '#/components/parameters/id' }],
          post: {
            summary: ' It ',
            tags: ['Things'],
            parameters: [
              { name: 'unit', in: 'query', schema: { enum: ['c', 'f'], default: 'c' } },
              { name: 'session', in: 'cookie' },
              { name: 'authorization', in: 'header' },
            ],
            requestBody: { content: { 'application/json': { schema: { $ref: '#/s/thing' } } } },
            responses: { 200: { description: 'Done' }, default: { $ref: '#/s/gone' } },
          },
        },
      },
      {
        components: { parameters: { id: { name: 'id', in: 'path', schema: { type: 'integer' } } } },
        s: { thing: schema, gone: { description: 'Gone' } },
      },
    ),
  );
  expect(errors).toEqual([]);
  const any = { description: '', values: [], example: '' };
  expect(read.operations).toEqual([
    {
      ...{ method: 'POST', path: '/a/{id}', summary: 'It', description: '', tag: 'Things' },
      deprecated: false,
      parameters: [
        { ...any, name: 'id', in: 'path', required: true, type: 'integer' },
        {
          ...any,
          name: 'unit',
          in: 'query',
          required: false,
          type: '',
          values: ['c', 'f'],
          example: 'c',
        },
      ],
      body: {
        ...{ content_type: 'application/json', required: false, description: '' },
        example: '{\n  "name": "A",\n  "tags": [\n    null\n  ]\n}',
      },
      responses: [
        { status: '200', description: 'Done' },
        { status: 'default', description: 'Gone' },
      ],
    },
  ]);
});

describe('refused is', () => {
  const of = (paths: object) => document(paths);
  const loop = { a: { $ref: '#/x/b' }, b: { $ref: '#/x/a' } };
  test.each<[string, object, string]>([
    ['what is no OpenAPI', { swagger: '2.0' }, 'document.openapi'],
    ['a version to come', { ...of({ '/a': get }), openapi: '4.0.0' }, 'document.openapi'],
    ['one without a title', { ...of({ '/a': get }), info: {} }, 'document.info.title'],
    ['one without paths', of({}), 'document.paths'],
    ['paths that are a list', { ...of({}), paths: [1] }, 'document.paths'],
    ['a path that climbs', of({ 'a/../b': get }), 'document.paths.a/../b'],
    ['a path with a host', of({ '//evil.example/a': get }), 'document.paths.//evil.example/a'],
    ['a path with a query', of({ '/a?b=1': get }), 'document.paths./a?b=1'],
    [
      'a reference to a file',
      of({ '/a': { $ref: 'https://evil.example/a.json' } }),
      'document.paths./a',
    ],
    [
      'references in a circle',
      { ...of({ '/a': { $ref: '#/x/a' } }), x: loop },
      'document.paths./a',
    ],
    [
      'a parameter in the air',
      of({ '/a': { get: { parameters: [{ name: 'a', in: 'air' }] } } }),
      'document.paths./a.get.parameters.0.in',
    ],
    [
      'a header that is none',
      of({ '/a': { get: { parameters: [{ name: 'a\r\nb', in: 'header' }] } } }),
      'document.paths./a.get.parameters.0.name',
    ],
    [
      'more parameters than one can fill in',
      of({ '/a': { get: { parameters: Array.from({ length: 51 }, () => ({})) } } }),
      'document.paths./a.get.parameters',
    ],
    [
      'more operations than one can read',
      of(Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`/a${n}`, get]))),
      'document.paths',
    ],
  ])('%s', async (name, body, at) => {
    const put = { name, method: 'PUT', path: PATH, body: { document: body } };
    await expectRefused(surface, { ...put, ...invalid, at });
  });

  test.each(NO_BODIES)('$name', async ({ name, body, headers, refusal }) => {
    const put = { name, method: 'PUT', path: PATH, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...put, ...refusal });
  });

  test('what is over 1 MiB, where all others are refused at 64 KiB', async () => {
    const core = await openCore();
    const filled = (chars: number) => ({
      document: document({ '/a': { get: { description: 'x'.repeat(chars) } } }),
    });
    expect((await core.admin('PUT', PATH, filled(900_000))).status).toBe(200);
    const large = await core.admin('PUT', PATH, filled(1_100_000));
    expect([large.status, large.body['code']]).toEqual([413, 'payload_too_large']);
    const plan = { slug: 'a', name: 'x'.repeat(70_000) };
    expect((await core.admin('POST', '/v1/plans', plan)).status).toBe(413);
    await core.close();
  });
});
