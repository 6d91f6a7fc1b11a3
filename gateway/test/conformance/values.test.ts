import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };

// What the upstream says of a request is what the customer is billed, on every host.

let world: World;
let upstream: Upstream;
let routeId: string;
let meterId: string;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const meter = { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 2 };
  const made = await world.core.admin('POST', '/v1/meters', meter);
  meterId = `${made.body['id']}`;
  const told = { meter: 'tokens', fallback: 7, max_cost: 100, max_value: 1_000 };
  const route = await world.route({
    path_pattern: '/ai/*',
    upstream_url: upstream.url,
    metering: [
      { meter: 'requests', source: 'request' },
      { source: 'response_json', pointer: '/usage/tokens', ...told },
      { source: 'response_sse', pointer: '/usage/tokens', ...told },
    ],
  });
  routeId = `${route.id}`;
  await world.route({
    path_pattern: '/kept/*',
    upstream_url: upstream.url,
    billable_outcomes: ['ok', 'redirect'],
  });
  upstream.handler = (request, response) => {
    const [, , kind, value] = (request.url ?? '').split('/');
    const body = `{"usage":{"tokens":${value}}}`;
    if (kind === 'json') response.end(body);
    else if (kind === 'partial') answerPart(body, request, response);
    else if (kind === 'unchanged') {
      response.writeHead(request.headers['if-none-match'] === '"v1"' ? 304 : 200, { etag: '"v1"' });
      response.end(body);
    } else if (kind === 'gzip') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    } else if (kind === 'asked') {
      const [coding, code] = codingFor(`${request.headers['accept-encoding'] ?? ''}`);
      response.writeHead(200, { 'content-encoding': coding }).end(code(body));
    } else {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: {"usage":null}\n\ndata: ${body}\n\ndata: [DONE]\n\n`);
    }
  };
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

/** As a server does that knows many codings: the first one that the client takes. */
function codingFor(accepted: string): [string, (body: string) => Uint8Array | string] {
  const hidden = (body: string): string => Buffer.from(body).toString('base64');
  for (const coding of accepted.split(',').map((part) => part.trim().split(';', 1)[0] ?? '')) {
    if (coding === 'zstd') return [coding, zstdCompressSync];
    if (coding === 'br') return [coding, brotliCompressSync];
    if (coding === 'gzip') return [coding, gzipSync];
    if (coding === 'compress' || coding === '*') return ['compress', hidden];
  }
  return ['identity', (body) => body];
}

/** As a server does that knows ranges: with all but the first byte where it is asked for that. */
function answerPart(body: string, { headers }: IncomingMessage, response: ServerResponse): void {
  const asked = [headers.range, headers['if-range'], headers['a-im']].some(Boolean);
  if (!asked) return void response.end(body);
  const range = `bytes 1-${body.length - 1}/${body.length}`;
  response.writeHead(206, { 'content-range': range }).end(body.slice(1));
}

/** A customer with so many tokens a month, and a key. */
const sellerWith = (limit: string): Promise<Seller> =>
  world.customer({ quota: { limit, meter: meterId } });

async function tokens(of: Seller): Promise<string> {
  const [row] = await world.core.sql<{ sum: string }[]>`
    select coalesce(sum(quantity), 0)::text as sum from usage_entries join meters on slug = 'tokens'
      and meters.id = meter_id where customer_id = ${of.customerId} and billable`;
  return row?.sum ?? '';
}

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  let seller: Seller;
  beforeAll(async () => {
    host = await openHost(kind, { world });
    seller = await sellerWith('1000000');
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => seller.key,
  );
  const billed = (of: Seller, scaled: number): Promise<void> =>
    vi.waitFor(async () => expect(await tokens(of)).toBe(String(scaled)), SOON);

  test('bills what the upstream said, in JSON, coded, and in a stream', async () => {
    const own = await sellerWith('1000000');
    for (const path of ['json/12', 'gzip/0.25', 'sse/30.5']) {
      const answer = await call(`/ai/${path}`, { key: own.key });
      expect(await answer.text()).toContain('"tokens":');
    }
    await billed(own, 1_200 + 25 + 3_050);
  });

  test.each(['zstd', 'compress', '*', 'compress;q=1, *;q=0.5', 'zstd, br;q=0.5', 'COMPRESS, gzip'])(
    'bills it also where the client takes what cannot be read: %s',
    async (accepted) => {
      const own = await sellerWith('1000000');
      const headers = { 'accept-encoding': accepted };
      const answer = await call('/ai/asked/12', { key: own.key, headers });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
      await billed(own, 1_200);
    },
  );

  test.each([
    { range: 'bytes=1-' },
    { range: 'bytes=0-3,9-', 'if-range': '"v1"' },
    { 'a-im': 'vcdiff' },
  ])('bills it also where the client asks for the rest of it: %j', async (headers) => {
    const own = await sellerWith('1000000');
    const answer = await call('/ai/partial/12', { key: own.key, headers });
    expect([answer.status, await answer.text()]).toEqual([200, '{"usage":{"tokens":12}}']);
    await billed(own, 1_200);
  });

  test('bills nothing for what the client has already, and records it', async () => {
    const own = await sellerWith('1000000');
    const statuses: number[] = [];
    for (const headers of [{}, { 'if-none-match': '"v1"' }, { 'if-none-match': '"v1"' }]) {
      const answer = await call('/ai/unchanged/12', { key: own.key, headers });
      await answer.text();
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 304, 304]);
    await vi.waitFor(async () => expect(await world.ledger(own.customerId)).toBe(3), SOON);
    await billed(own, 1_200);
    const rows = await world.core.sql`
      select outcome, sum(requests)::int as requests, bool_or(billable) as billable
        from usage_entries where customer_id = ${own.customerId} and meter_id = 'mtr_requests'
       group by 1 order by 1`;
    expect(rows).toEqual([
      { outcome: 'ok', requests: 1, billable: true },
      { outcome: 'redirect', requests: 2, billable: false },
    ]);
    const faults = await world.core.sql`
      select 1 from usage_value_faults where customer_id = ${own.customerId}`;
    expect(faults).toHaveLength(0);
  });

  test('bills it where the route says so', async () => {
    const own = await sellerWith('1000000');
    const headers = { 'if-none-match': '"v1"' };
    expect((await call('/kept/unchanged/12', { key: own.key, headers })).status).toBe(304);
    await vi.waitFor(async () => expect(await world.ledger(own.customerId)).toBe(1), SOON);
    const rows = await world.core.sql`
      select outcome, billable from usage_entries where customer_id = ${own.customerId}`;
    expect(rows).toEqual([{ outcome: 'redirect', billable: true }]);
  });

  test('bills the fallback of a value it cannot believe, and says so to admins', async () => {
    const own = await sellerWith('1000000');
    for (const path of ['json/-1', 'json/0.001', 'sse/1001', 'json/null']) {
      await (await call(`/ai/${path}`, { key: own.key })).text();
    }
    await billed(own, 4 * 700);
    const faults = await world.core.sql`
      select fault, sum(requests)::int as requests from usage_value_faults
       where customer_id = ${own.customerId} and route_id = ${routeId} group by 1 order by 1`;
    expect(faults.map(({ fault, requests }) => `${fault} ${requests}`)).toEqual([
      'missing 1',
      'negative 1',
      'over_maximum 1',
      'too_fine 1',
    ]);
  });

  test('never passes a hard limit while each request keeps to its max_cost', async () => {
    const own = await sellerWith('250');
    const ask = async (): Promise<number> => {
      const answer = await call('/ai/json/100', { key: own.key });
      await answer.text();
      return answer.status;
    };
    const all = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set(all).difference(new Set([200, 429]))).toEqual(new Set());
    let served = all.filter((status) => status === 200).length;
    // On a busy machine units may come too late for the first who ask; never too many.
    await vi.waitFor(async () => {
      if (served < 2 && (await ask()) === 200) served += 1;
      expect(served).toBe(2);
    }, SOON);
    expect(await ask()).toBe(429);
    await billed(own, 20_000);
  });
});
