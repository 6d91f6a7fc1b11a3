import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const { url } = upstream;
  await world.route({ path_pattern: '/v1/*', upstream_url: url, strip_prefix: '/v1' });
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
  let known: Seller;
  beforeAll(async () => {
    host = await openHost(kind, { world });
    seller = await world.customer();
    known = await world.customer();
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => seller.key,
  );
  const inLedger = (of: Seller, count: number): Promise<void> =>
    vi.waitFor(async () => expect(await world.ledger(of.customerId)).toBe(count), SOON);

  test('records each request once, by its outcome', async () => {
    const own = await world.customer();
    upstream.handler = (request, response) => {
      if (request.url === '/gone') request.socket.destroy();
      else response.writeHead(Number(request.url?.slice(1))).end('x');
    };
    const paths = ['200', '404', '503', 'gone'].flatMap((path) => Array(10).fill(`/v1/${path}`));
    await Promise.all(paths.map(async (path) => (await call(path, { key: own.key })).text()));
    await inLedger(own, 40);
    const rows = await world.core.sql`
      select outcome, billable, sum(requests)::int as requests from usage_entries
       where customer_id = ${own.customerId} group by 1, 2 order by 1`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { outcome: 'client_error', billable: false, requests: 10 },
      { outcome: 'ok', billable: true, requests: 10 },
      { outcome: 'server_error', billable: false, requests: 10 },
      { outcome: 'upstream_error', billable: false, requests: 10 },
    ]);
  });

  test('records a client that leaves, and stops asking the upstream', async () => {
    const own = await world.customer();
    let dropped = false;
    let asked = false;
    upstream.handler = (request) => {
      asked = true;
      request.socket.on('close', () => (dropped = true));
    };
    const { hostname, port } = new URL(host.urls[0]!);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /v1/leave HTTP/1.1\r\nHost: ${hostname}\r\nX-Api-Key: ${own.key}\r\n\r\n`);
    await vi.waitFor(() => expect(asked).toBe(true), SOON);
    // workerd by itself, without the platform's edge, takes a mere FIN for a client that reads on.
    socket.resetAndDestroy();
    await vi.waitFor(() => expect(dropped).toBe(true), SOON);
    await inLedger(own, 1);
  });

  test('keeps a rate limit, and says when to come back', async () => {
    const own = await world.customer({ rate: { rate_per_second: '1', burst: 3 } });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('/v1/x', { key: own.key })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(4);
    expect(refused.length).toBeGreaterThanOrEqual(8);
    const problem = (await refused[0]!.json()) as { code: string };
    expect(problem.code).toBe('rate_limited');
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('refuses at a hard quota, and what it refused consumed nothing', async () => {
    const own = await world.customer({ quota: { limit: 5 } });
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const answer = await call('/v1/x', { key: own.key });
      statuses.push(answer.status);
      if (answer.status === 429)
        expect(await codeOf(Promise.resolve(answer))).toEqual([429, 'quota_exceeded']);
      else await answer.text();
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    await inLedger(own, 5);
  });

  test.each([
    ['revoked', 'revoke'],
    ['disabled', 'disable'],
  ])('refuses a %s key within its bound', async (is, deed) => {
    const own = await world.customer();
    expect((await call('/v1/x', { key: own.key })).status).toBe(200);
    const done = await world.core.admin('POST', `/v1/keys/${own.keyId}/${deed}`);
    expect(done.status).toBe(200);
    const at = performance.now();
    await vi.waitFor(async () => {
      expect(await codeOf(call('/v1/x', { key: own.key }))).toEqual([401, `key_${is}`]);
    }, SOON);
    const took = performance.now() - at;
    process.stdout.write(`${kind}: refused ${Math.round(took)} ms after its key was ${is}\n`);
    expect(took).toBeLessThan(host.revocationMs);
  });

  test('follows a route that moves', async () => {
    const route = await world.route({ path_pattern: '/moving', upstream_url: upstream.url });
    await vi.waitFor(async () => expect((await call('/moving')).status).toBe(200), SOON);
    await world.core.admin('DELETE', `/v1/routes/${route.id}`);
    await vi.waitFor(async () => expect((await call('/moving')).status).toBe(404), SOON);
  });

  test('goes on while core is away, and hands over what it recorded', async () => {
    // Known for a while: what was just made is read once more when the feed tells of it.
    const own = known;
    for (let i = 0; i < 5; i++) await (await call('/v1/x', { key: own.key })).text();
    world.reachable = false;
    try {
      expect((await call('/v1/x', { key: own.key })).status).toBe(200);
      const unknown = await call('/v1/x', { key: (await world.customer()).key });
      expect(unknown.status).toBe(503);
    } finally {
      world.reachable = true;
    }
    await inLedger(own, 6);
  });
});
