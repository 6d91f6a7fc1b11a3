import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore, PORTAL, type Answer, type Core, type Json } from './core.ts';

let core: Core;
let document: Json;
beforeAll(async () => {
  core = await openCore();
  document = (await core.call('GET', '/openapi.json')).body;
});
afterAll(() => core.close());

type Operation = {
  path: string;
  method: string;
  operationId: string;
  tags: string[];
  summary: string;
  security: object[];
  parameters?: { name: string; in: string }[];
};

const operations = (): Operation[] =>
  Object.entries(document['paths'] as Record<string, object>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, path, method })),
  );

test('the document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(document['openapi']).toMatch(/^3\.1\./);
});

test('the document has every endpoint but those of gateways and of the document itself', () => {
  const served = core.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !/^\/(internal|docs|openapi)/.test(path))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const told = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect([...new Set(served)].toSorted()).toEqual(told.toSorted());
});

test('each operation can be named, found and called', () => {
  const ids = operations().map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operationId, tags, summary, parameters = [] } of operations()) {
    expect(operationId).toMatch(/^[a-z][A-Za-z0-9]+$/);
    expect([path, tags.length, summary.length > 3]).toEqual([path, 1, true]);
    const named = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    const needed = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect([path, ...named.toSorted()]).toEqual([path, ...needed.toSorted()]);
  }
});

test('each operation says how to authenticate', () => {
  const names = Object.keys(document['components']['securitySchemes']);
  expect(names.toSorted()).toEqual(['bearer', 'session']);
  for (const { path, security } of operations()) {
    const ways = security.flatMap((way) => Object.keys(way)).join();
    const expected = path.startsWith('/v1/')
      ? 'bearer,session'
      : path.startsWith('/portal/') && !/\/v1\/(settings|logo)$/.test(path)
        ? 'session'
        : '';
    expect([path, ways]).toEqual([path, expected]);
  }
});

test('each POST that can be repeated says by which header', () => {
  const posts = operations().filter(({ method }) => method === 'post');
  expect(posts.length).toBeGreaterThan(20);
  for (const { path, parameters = [] } of posts) {
    const headers = parameters
      .filter((one) => one.in === 'header' && one.name !== 'stripe-signature')
      .map(({ name }) => name);
    expect([path, ...headers]).toEqual(
      /^\/(auth|webhooks)\/|\/(payment-pages|charge)$/.test(path)
        ? [path]
        : [path, 'Idempotency-Key'],
    );
  }
});

test('sign-up says what it does not hide', () => {
  const { description } = document['paths']['/auth/sign-up/email']['post'] as Json;
  expect(description).toMatch(/does not hide who has an account/);
});

test('no secret is in the shape of anything that is listed', () => {
  const schemas = document['components']['schemas'] as Record<string, Json>;
  for (const name of ['AdminToken', 'User', 'Customer', 'Membership']) {
    const fields = Object.keys((schemas[name] as Json)['properties']);
    expect(fields.filter((field) => /token|secret|password|hash|key_ref/.test(field))).toEqual([]);
  }
});

const outside = ({ text }: Answer): string[] =>
  [...text.matchAll(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g)].map((match) => match[0]);

test('the reference is served from here and may call nobody else', async () => {
  const page = await core.call('GET', '/docs');
  expect(page.status).toBe(200);
  expect(outside(page)).toEqual([]);
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  expect(sources).toEqual(['docs/scalar.js', 'docs/start.js']);

  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'/);
  expect(policy).toMatch(/connect-src 'self'(;|$)/);
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).not.toMatch(/https?:|\*/);

  const start = await core.call('GET', '/docs/start.js');
  expect(outside(start)).toEqual([]);
  for (const off of ["proxyUrl: ''", 'withDefaultFonts: false', 'telemetry: false']) {
    expect(start.text).toContain(off);
  }
  const bundle = await core.app.request('/docs/scalar.js');
  expect(bundle.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(bundle.headers.get('content-encoding')).toBe('gzip');
  expect((await bundle.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
});

test('the document leads through the portal', () => {
  expect(document['servers'][0]).toMatchObject({ url: `${PORTAL}/api` });
});
