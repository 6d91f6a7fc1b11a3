import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { rollOnce } from '../../../billing-core/src/usage/roller.ts';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 20_000, interval: 50 };

// Requests with one key through two gateways or isolates: each is asked, one is billed.

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const { url: upstream_url } = upstream;
  const key_location = { header: 'x-api-key', bearer: true, query: 'api_key' };
  await world.route({ path_pattern: '/once/*', upstream_url, billed_once: true, key_location });
  await world.route({ path_pattern: '/plain', upstream_url });
  const open = { path_pattern: '/open', public: true };
  await world.route({ ...open, upstream_url, billed_once: true });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

afterEach(() => {
  world.syncDelayMs = 0;
  upstream.handler = (_, response) => void response.end('done');
});

/** A POST with fields that no client of the platform would send; the status of its answer. */
async function sendRaw(url: string, key: string, fields: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = ['POST /once HTTP/1.1', 'Host: a', `X-Api-Key: ${key}`, 'Content-Length: 0'];
  socket.write([...head, ...fields, '', ''].join('\r\n'));
  return Number((await text(socket)).split(' ', 2)[1]);
}

describe.each(KINDS)('gateways on %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world, count: 2 });
  });
  afterAll(() => host.kill());

  type Asked = { method?: string; path?: string; key?: string | undefined };
  /** A POST, or what else is said, through each process or isolate. */
  async function ask(own: Seller, of: Asked): Promise<number[]> {
    const { method = 'POST', path = '/once', key } = of;
    const headers = new Headers(key === undefined ? {} : { 'idempotency-key': key });
    const calls = host.urls.map((url) =>
      callerOf(
        () => url,
        () => own.key,
      ),
    );
    const init = { method, body: 'order', headers };
    return Promise.all(
      calls.map(async (call) => {
        const answer = await call(path, init);
        await answer.text();
        return answer.status;
      }),
    );
  }

  const billed = async ({ customerId }: Seller): Promise<number> => {
    const [row] = await world.core.sql<[{ sum: number }]>`
      select coalesce(sum(quantity) filter (where billable), 0)::int as sum from usage_entries
       where customer_id = ${customerId}`;
    return row.sum;
  };
  const recorded = (own: Seller, count: number): Promise<void> =>
    vi.waitFor(async () => expect(await world.ledger(own.customerId)).toBe(count), SOON);

  test('each request is asked and recorded, and one of a key is billed', async () => {
    const own = await world.customer();
    const other = await world.customer();
    const before = upstream.served.length;
    const keys = ['"a"', 'a', '"b"', undefined, undefined];
    for (const key of keys) expect(await ask(own, { key })).toEqual([200, 200]);
    expect(await ask(other, { key: '"a"' })).toEqual([200, 200]);
    expect(await ask(own, { key: '"a"', path: '/plain' })).toEqual([200, 200]);
    await recorded(own, 12);
    await recorded(other, 2);
    expect(upstream.served.length - before).toBe(14);
    // Of the keys a and b one each, and every request without a key or on another route.
    expect(await billed(own)).toBe(1 + 1 + 4 + 2);
    expect(await billed(other)).toBe(1);
    while ((await rollOnce(world.core.sql)) > 0);
    const counts = await world.core.admin('GET', `/v1/usage/counts?customer_id=${own.customerId}`);
    expect(counts.body).toMatchObject({ differing: 0 });
  });

  test('what asks for something else is billed, whatever key it carries', async () => {
    const own = await world.customer();
    const all = [
      { path: '/once/a' },
      { path: '/once/b' },
      { path: '/once/a?x=1' },
      { path: '/once/a?x=1', method: 'PUT' },
      { path: '/once/a', method: 'PUT' },
    ];
    for (const one of all) expect(await ask(own, { ...one, key: 'k' })).toEqual([200, 200]);
    // The gateway's own parameter is no part of what is asked for.
    const path = `/once/a?api_key=${own.key}`;
    expect(await ask(own, { path, key: 'k' })).toEqual([200, 200]);
    await recorded(own, 12);
    expect(await billed(own)).toBe(all.length);
  });

  test('a first one that fails is not the one that is billed', async () => {
    const own = await world.customer();
    upstream.handler = (_, response) => void response.writeHead(503).end();
    expect(await ask(own, { key: 'c' })).toEqual([503, 503]);
    upstream.handler = (_, response) => void response.end('done');
    expect(await ask(own, { key: 'c' })).toEqual([200, 200]);
    await recorded(own, 4);
    expect(await billed(own)).toBe(1);
  });

  test.runIf(CAPABILITIES[kind].lossMs === 0)('a kill in between bills nothing twice', async () => {
    const own = await world.customer();
    expect(await ask(own, {})).toEqual([200, 200]);
    // What is sent meanwhile is taken in when its sender is dead, and again from the disk.
    world.syncDelayMs = 3_000;
    for (const key of ['d', 'e', 'd']) expect(await ask(own, { key })).toEqual([200, 200]);
    await host.kill();
    world.syncDelayMs = 0;
    await host.start();
    expect(await ask(own, { key: 'e' })).toEqual([200, 200]);
    await recorded(own, 10);
    expect(await billed(own)).toBe(2 + 1 + 1);
  });

  test('a key that the upstream does not get is none', async () => {
    const own = await world.customer();
    const before = upstream.requests.length;
    const fields = ['Connection: close, Idempotency-Key', 'Idempotency-Key: kept-back'];
    const answer = await sendRaw(host.urls[0] ?? '', own.key, fields);
    const asked = upstream.requests.slice(before).map(({ headers }) => headers['idempotency-key']);
    // Where the host hides what Connection names, the field passes.
    if (asked.length > 0) expect([answer, asked]).toEqual([200, ['kept-back']]);
    else expect(answer).toBe(400);
  });

  test('what is no key is refused before anything is asked', async () => {
    const own = await world.customer();
    const before = upstream.served.length;
    const call = callerOf(
      () => host.urls[0],
      () => own.key,
    );
    const post = (path: string, key: string) =>
      call(path, { method: 'POST', headers: { 'idempotency-key': key } });
    for (const key of ['""', 'a b', 'a,b', 'k'.repeat(256)]) {
      expect(await codeOf(post('/once', key))).toEqual([400, 'idempotency_key_invalid']);
    }
    const nobody = callerOf(
      () => host.urls[0],
      () => '',
    );
    const headers = { 'idempotency-key': 'a b' };
    expect(await codeOf(nobody('/once', { headers }))).toEqual([401, 'key_missing']);
    expect(upstream.served.length).toBe(before);
    await (await post('/plain', 'a b')).text();
    await (await post('/open', 'a b')).text();
    expect(upstream.served.length).toBe(before + 2);
  });
});
