import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };
const SECRET = 'sk_live_text_of_the_secret';

// What a route is set to do, done by each host.

let world: World;
let upstream: Upstream;
let other: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  other = await openUpstream();
  const upstream_url = upstream.url;
  await world.core.admin('POST', '/v1/secrets', { name: 'upstream-key', value: SECRET });
  await world.route({
    path_pattern: '/v1/users/:id/*',
    upstream_url: `${upstream_url}/base`,
    rewrite_path: '/people/:id/*',
    request_headers: [
      { op: 'set', name: 'Authorization', secret: 'upstream-key', prefix: 'Basic ' },
      { op: 'set', name: 'X-Role', value: 'guest' },
      { op: 'remove', name: 'Cookie' },
      { op: 'add', name: 'X-Tag', value: 'b' },
    ],
    response_headers: [
      { op: 'remove', name: 'X-Powered-By' },
      { op: 'set', name: 'Cache-Control', value: 'no-store' },
    ],
  });
  const upstreams = [{ url: upstream_url, weight: 1 }, { url: other.url }];
  const retries = { statuses: [503], budget_percent: 100 };
  await world.route({ path_pattern: '/pair/*', upstreams, retries });
  const circuit_breaker = { failures: 2, open_ms: 600_000 };
  await world.route({
    path_pattern: '/broken',
    upstream_url: 'http://127.0.0.1:1',
    circuit_breaker,
  });
  await world.route({ path_pattern: '/whole', upstream_url, total_timeout_ms: 400 });
  await world.route({ path_pattern: '/down', upstream_url, maintenance: { message: 'Soon' } });
  await world.route({ path_pattern: '/fenced', upstream_url, ip_allow: ['198.51.100.0/24'] });
  await world.route({ path_pattern: '/scoped', upstream_url, required_scopes: ['orders:read'] });
  await world.route({ path_pattern: '/featured', upstream_url, required_features: ['export'] });
  const cors = { origins: ['https://app.test'] };
  await world.route({ path_pattern: '/cors', methods: ['PUT', 'GET'], upstream_url, cors });
  const key_location = { header: 'x-token', bearer: false, query: 'api_key' };
  const tls = { server_name: 'api.internal' };
  // Who speaks no TLS there: a host that can gets as far as that.
  const url = upstream_url.replace('http:', 'https:');
  await world.route({ path_pattern: '/own-tls', upstreams: [{ url, tls }] });
  await world.route({ path_pattern: '/placed', upstream_url, key_location });
});
afterAll(async () => {
  upstream.close();
  other.close();
  await world.close();
});
const plain = (): void => {
  upstream.handler = (_, response) => void response.end('hello');
  other.handler = (_, response) => void response.end('other');
};
afterEach(plain);

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  let seller: Seller;
  beforeAll(async () => {
    host = await openHost(kind, { world });
    seller = await world.customer();
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => seller.key,
  );

  test('rewrites the path around the bytes of the client', async () => {
    await (await call('/v1/users/a%20b/files/c%C3%A9;v=1?q=%2F')).text();
    expect(upstream.requests.at(-1)?.url).toBe('/base/people/a%20b/files/c%C3%A9;v=1?q=%2F');
    await (await call('/v1/users/7/')).text();
    expect(upstream.requests.at(-1)?.url).toBe('/base/people/7/');
  });

  test('sets, adds and removes fields, with the text of a secret', async () => {
    upstream.handler = (_, response) => {
      response.writeHead(200, { 'x-powered-by': 'x', 'cache-control': 'public', etag: '"a"' });
      response.end();
    };
    const headers = { cookie: 'a=1', 'x-role': 'admin', x_role: 'admin', 'x-tag': 'a' };
    const answer = await call('/v1/users/7/x', { headers });
    expect(answer.headers.get('x-powered-by')).toBe(null);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('etag')).toBe('"a"');
    const seen = upstream.requests.at(-1)!.headers;
    expect(seen.authorization).toBe(`Basic ${SECRET}`);
    expect(seen['x-role']).toBe('guest');
    expect(seen).not.toHaveProperty('x_role');
    expect(seen.cookie).toBe(undefined);
    expect(seen['x-tag']).toBe('a, b');
    expect(seen['x-tollgate-key']).toBe(seller.keyId);
  });

  test('sends the new text of a secret when it was replaced', async () => {
    const secrets = await world.core.admin('GET', '/v1/secrets');
    const [{ id } = { id: '' }] = secrets.body['data'] as { id: string }[];
    const replace = (value: string) => world.core.admin('PATCH', `/v1/secrets/${id}`, { value });
    expect((await replace('another')).status).toBe(200);
    await vi.waitFor(async () => {
      await (await call('/v1/users/7/x')).text();
      expect(upstream.requests.at(-1)!.headers.authorization).toBe('Basic another');
    }, SOON);
    await replace(SECRET);
    expect(host.output()).not.toMatch(/another|sk_live_text/);
  });

  test('asks another upstream when one is not well, and records the request once', async () => {
    const own = await world.customer();
    upstream.handler = (_, response) => void response.writeHead(503).end();
    const texts: string[] = [];
    for (let i = 0; i < 4; i++) {
      texts.push(await (await call('/pair/x', { key: own.key })).text());
    }
    expect(texts).toEqual(Array(4).fill('other'));
    await vi.waitFor(async () => expect(await world.ledger(own.customerId)).toBe(4), SOON);
  });

  test('stops asking an upstream that fails, and charges nothing for that', async () => {
    const own = await world.customer();
    const codes: string[] = [];
    for (let i = 0; i < 4; i++) {
      const [status, code] = await codeOf(call('/broken', { key: own.key }));
      codes.push(`${status} ${code}`);
    }
    expect(codes).toEqual([
      ...['502 upstream_error', '502 upstream_error'],
      ...['503 upstream_unavailable', '503 upstream_unavailable'],
    ]);
    await vi.waitFor(async () => expect(await world.ledger(own.customerId)).toBe(2), SOON);
  });

  test('gives a request no more time than its route', async () => {
    upstream.handler = () => {};
    expect(await codeOf(call('/whole'))).toEqual([504, 'upstream_timeout']);
  });

  test('says that a route is down, and lets nobody in from elsewhere', async () => {
    const answer = await call('/down', { key: '' });
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await answer.json()).toMatchObject({ code: 'maintenance', detail: 'Soon' });
    expect(await codeOf(call('/fenced', { key: '' }))).toEqual([403, 'address_refused']);
  });

  test('lets a key in that has the scope, within seconds of its being given', async () => {
    const own = await world.customer();
    expect(await codeOf(call('/scoped', { key: own.key }))).toEqual([403, 'scope_missing']);
    const key_scopes = ['orders:read'];
    await world.core.admin('PATCH', `/v1/customers/${own.customerId}`, { key_scopes });
    await world.core.admin('PATCH', `/v1/keys/${own.keyId}`, { scopes: key_scopes });
    await vi.waitFor(async () => {
      const answer = await call('/scoped', { key: own.key });
      await answer.text();
      expect(answer.status).toBe(200);
    }, SOON);
  });

  test('lets a customer in whose plan has the feature, within seconds of its change', async () => {
    const own = await world.customer({ features: ['sso'] });
    const before = upstream.served.length;
    const refused = await call('/featured', { key: own.key });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'feature_missing',
      detail: "The customer's plan lacks what the route requires: export",
    });
    expect(upstream.served.length).toBe(before);
    const becomes = (status: number): Promise<void> =>
      vi.waitFor(async () => {
        const answer = await call('/featured', { key: own.key });
        await answer.text();
        expect(answer.status).toBe(status);
      }, SOON);
    await world.upgrade(own, { features: ['export'] });
    await becomes(200);
    await world.upgrade(own, {});
    await becomes(403);
  });

  test('answers browsers before they send, and says on answers who may read them', async () => {
    const before = upstream.served.length;
    const headers = { origin: 'https://app.test', 'access-control-request-method': 'PUT' };
    const asked = await call('/cors', { method: 'OPTIONS', key: '', headers });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toBe('PUT');
    expect(upstream.served.length).toBe(before);
    const origin = { origin: 'https://app.test' };
    for (const key of [seller.key, '']) {
      const answer = await call('/cors', { key, headers: origin });
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.test');
      expect(answer.headers.get('vary')).toContain('Origin');
      await answer.text();
    }
  });

  test('speaks TLS as a route says, or not at all', async () => {
    const before = upstream.served.length;
    const told = CAPABILITIES[kind].ownTls
      ? [502, 'upstream_tls_failed']
      : [501, 'route_unsupported'];
    expect(await codeOf(call('/own-tls'))).toEqual(told);
    expect(upstream.served.length).toBe(before);
  });

  test('takes the key from where the route says, and hands it to nobody', async () => {
    const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${host.urls[0]}${path}`, { headers });
    await (await ask(`/placed?a=1&api_key=${seller.key}&b`)).text();
    expect(upstream.requests.at(-1)?.url).toBe('/placed?a=1&b');
    await (await ask('/placed', { 'x-token': seller.key })).text();
    const seen = upstream.requests.at(-1)!.rawHeaders;
    expect(seen.join(' ')).not.toContain(seller.key);
    expect(await codeOf(ask('/placed', { 'x-api-key': seller.key }))).toEqual([401, 'key_missing']);
  });
});
