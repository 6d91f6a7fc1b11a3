import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fakeBuild, startCore, startPortal, type Running } from '../test/origin.ts';

let core: Running;
let portal: Running;
const build = fakeBuild();
const answer = vi.fn<(request: IncomingMessage, response: ServerResponse) => void>();

beforeAll(async () => {
  core = await startCore((incoming, response) => answer(incoming, response));
  portal = await startPortal(build.folder, core.url);
});

afterEach(() => void answer.mockReset());

afterAll(async () => {
  await portal.close();
  await core.close();
  build.remove();
});

const get = (path: string, init: RequestInit = {}) => fetch(portal.url + path, init);

test('every page URL answers index.html under a CSP without unsafe-inline', async () => {
  const page = await get('/c/cus_1/usage?range=7d');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<title>Portal</title>');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
});

test('hashed files are kept for ever, compressed, and 304 when known', async () => {
  const file = await get('/assets/index-abc123.js', { headers: { 'accept-encoding': 'gzip' } });
  expect(file.headers.get('cache-control')).toContain('immutable');
  expect(file.headers.get('content-encoding')).toBe('gzip');
  expect(await file.text()).toContain('export {};');
  const etag = file.headers.get('etag') ?? '';
  const again = await get('/assets/index-abc123.js', { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

test.each(['/assets/gone-000.js', '/favicon.ico', '/.built', '/assets/../.built'])(
  '%s is a 404 and never index.html',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('a page takes no POST', async () => {
  expect((await get('/sign-in', { method: 'POST' })).status).toBe(405);
});

test('a call reaches billing-core without /api, with who asked and its body', async () => {
  answer.mockImplementation(async (incoming, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.setHeader('connection', 'x-secret');
    response.setHeader('x-secret', 'hop');
    response.end(JSON.stringify({ path: incoming.url, body: await text(incoming) }));
  });
  const called = await get('/api/v1/plans?limit=2', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'x-forwarded-for': '203.0.113.9', 'content-type': 'application/json' },
  });
  expect(await called.json()).toEqual({ path: '/v1/plans?limit=2', body: '{"a":1}' });
  expect(called.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(called.headers.has('x-secret')).toBe(false);
  const [incoming] = answer.mock.calls[0] ?? [];
  // The peer comes last, so that what a client claims never stands where core reads.
  expect(incoming?.headers['x-forwarded-for']).toMatch(/^203\.0\.113\.9, (::ffff:)?127\.0\.0\.1$/);
  expect(incoming?.headers['x-forwarded-host']).toBe(new URL(portal.url).host);
  expect(incoming?.headers['x-forwarded-proto']).toBe('http');
});

test('a delivery of Stripe’s reaches billing-core byte by byte, with its signature', async () => {
  answer.mockImplementation(async (incoming, response) => {
    const { 'stripe-signature': signature } = incoming.headers;
    response.end(JSON.stringify({ path: incoming.url, signature, body: await text(incoming) }));
  });
  const body = '{ "id":\t"evt_1", "ü": 1 }\n';
  const called = await get('/api/webhooks/stripe', {
    method: 'POST',
    body,
    headers: { 'stripe-signature': 't=1,v1=ab', 'content-type': 'application/json' },
  });
  expect(await called.json()).toEqual({ path: '/webhooks/stripe', signature: 't=1,v1=ab', body });
});

test.each([
  '/api/webhooks/stripes',
  '/api/internal/v1/sync',
  '/api/metrics',
  '/api/v1/../internal/v1/sync',
  '/api/v1/%2e%2e/internal/v1/sync',
  '/api//internal/v1/sync',
])('%s is not reachable from outside', async (path) => {
  const { status } = await raw(path);
  expect(status).toBe(404);
  expect(answer).not.toHaveBeenCalled();
});

/** fetch would resolve the dots itself. */
async function raw(path: string): Promise<{ status: number | undefined }> {
  const { hostname, port } = new URL(portal.url);
  const sent = request({ hostname, port, path }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return { status: response.statusCode };
}

test('events come through one by one, and a client that leaves ends them upstream', async () => {
  const left = Promise.withResolvers<void>();
  const stream = Promise.withResolvers<ServerResponse>();
  answer.mockImplementation((incoming, response) => {
    incoming.on('close', () => left.resolve());
    response.on('close', () => left.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    stream.resolve(response);
  });
  const stop = new AbortController();
  const live = await get('/api/portal/v1/customers/c/usage/live', { signal: stop.signal });
  const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('data: 1\n\n');
  (await stream.promise).write('data: 2\n\n');
  expect((await reader.read()).value).toBe('data: 2\n\n');
  stop.abort();
  await left.promise;
});

test('billing-core that is down is a problem with a request id', async () => {
  const dead = await startPortal(build.folder, 'http://127.0.0.1:9');
  const called = await fetch(`${dead.url}/api/v1/plans`);
  expect(called.status).toBe(503);
  expect(called.headers.get('content-type')).toBe('application/problem+json');
  const problem = await called.json();
  expect(problem).toMatchObject({ code: 'unavailable', status: 503 });
  expect(problem.request_id).toBe(called.headers.get('x-request-id'));
  await dead.close();
});

test('a kept connection that died is not a failed page: a GET is sent again', async () => {
  answer.mockImplementation((_, response) => void response.end('{}'));
  expect((await get('/api/v1/plans')).status).toBe(200);
  answer.mockImplementationOnce((incoming) => void incoming.socket.destroy());
  expect((await get('/api/v1/plans')).status).toBe(200);
});

test('a POST is never sent twice', async () => {
  answer.mockImplementation((incoming) => void incoming.socket.destroy());
  const called = await get('/api/v1/plans', { method: 'POST', body: '{}' });
  expect(called.status).toBe(503);
  expect(answer).toHaveBeenCalledTimes(1);
});

test('stopping ends open streams instead of waiting for them', async () => {
  answer.mockImplementation((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const stopping = await startPortal(build.folder, core.url);
  const live = await fetch(`${stopping.url}/api/portal/v1/customers/c/usage/live`);
  await stopping.close();
  expect(await live.text()).toBe('data: 1\n\n');
});
