import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };
const SECRET = 'sk_live_text_of_the_secret';

// What a route is set to do, done by each host.

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
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
});
afterAll(async () => {
  upstream.close();
  await world.close();
});
const plain = (): void => {
  upstream.handler = (_, response) => void response.end('hello');
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
});
