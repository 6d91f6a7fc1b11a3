import { request as httpRequest } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };

let world: World;
let upstream: Upstream;
/** Listens where no upstream may be. */
let inside: Upstream | undefined;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const { url } = upstream;
  await world.route({ path_pattern: '/v1/*', upstream_url: url, strip_prefix: '/v1' });
  await world.route({ path_pattern: '/posts', methods: ['POST'], upstream_url: url });
  await world.route({ path_pattern: '/small', upstream_url: url, max_body_bytes: 10 });
  await world.route({ path_pattern: '/open/*', upstream_url: url, public: true });
  // Only there does all of 127/8 lead to this machine.
  inside = process.platform === 'linux' ? await openUpstream('127.0.0.2') : undefined;
  if (inside) await world.route({ path_pattern: '/inside', upstream_url: inside.url });
  await world.route({ path_pattern: '/brief', upstream_url: url, timeout_ms: 300 });
});
afterAll(async () => {
  upstream.close();
  inside?.close();
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

  test('refuses what has no route or no right to it, and forwards none of it', async () => {
    const before = upstream.served.length;
    expect(await codeOf(call('/nowhere'))).toEqual([404, 'route_not_found']);
    expect(await codeOf(call('/posts'))).toEqual([405, 'method_not_allowed']);
    expect(await codeOf(call('/v1/x', { key: '' }))).toEqual([401, 'key_missing']);
    expect(await codeOf(call('/v1/x', { key: 'tg_live_wrong' }))).toEqual([401, 'key_malformed']);
    const stranger = await world.customer();
    await world.core.sql`delete from api_keys where id = ${stranger.keyId}`;
    expect(await codeOf(call('/v1/x', { key: stranger.key }))).toEqual([401, 'key_unknown']);
    const body = 'more than ten bytes';
    expect(await codeOf(call('/small', { method: 'POST', body }))).toEqual([413, 'body_too_large']);
    expect(upstream.served.length).toBe(before);
  });

  test('forwards path, query, body and fields, and says who calls', async () => {
    upstream.handler = (request, response) => {
      response.writeHead(201, [
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
        ...['X-Seen', request.url ?? '', 'Connection', 'X-Hop', 'X-Hop', '1'],
      ]);
      request.pipe(response);
    };
    const answer = await call('/v1/echo/a%20b?q=1&r=%C3%A4', {
      method: 'PUT',
      body: 'the body',
      headers: { 'x-tollgate-customer': 'cus_forged', 'x-forwarded-for': '9.9.9.9' },
    });
    expect(answer.status).toBe(201);
    expect(await answer.text()).toBe('the body');
    expect(answer.headers.get('x-seen')).toBe('/echo/a%20b?q=1&r=%C3%A4');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-hop')).toBe(null);
    const seen = upstream.requests.at(-1)!.headers;
    expect(answer.headers.get('x-request-id')).toBe(seen['x-request-id']);
    expect(seen['x-tollgate-customer']).toBe(seller.customerId);
    expect(seen['x-tollgate-key']).toBe(seller.keyId);
    expect(seen.authorization).toBe(undefined);
    expect(seen['x-forwarded-for']).not.toContain('9.9.9.9');
    expect(seen.via).toBe('1.1 tollgate');
    expect(seen['content-length']).toBe('8');
    expect(seen.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  test('adds nothing of its own to what the upstream is asked', async () => {
    await (await call('/v1/x')).text();
    const names = Object.keys(upstream.requests.at(-1)!.headers);
    expect(names.filter((name) => /cache|pragma|^cf-|cdn/.test(name))).toEqual([]);
  });

  test('passes answers without a body, and HEAD', async () => {
    upstream.handler = (_, response) => void response.writeHead(204).end();
    expect((await call('/v1/none')).status).toBe(204);
    upstream.handler = (_, response) => void response.writeHead(200, { 'content-length': 7 }).end();
    const head = await call('/v1/head', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    upstream.handler = (_, response) => void response.writeHead(302, { location: '/y' }).end();
    const moved = await call('/v1/moved', { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/y']);
  });

  test('streams an answer event by event', async () => {
    let send: (text: string | null) => void = () => {};
    upstream.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send = (text) => void (text === null ? response.end() : response.write(text));
      send('data: 1\n\n');
    };
    const answer = await call('/v1/events');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('data: 1\n\n');
    send('data: 2\n\n');
    expect((await reader.read()).value).toBe('data: 2\n\n');
    send(null);
    expect((await reader.read()).done).toBe(true);
  });

  test('passes the head of an answer before there is a body', async () => {
    let end: () => void = () => {};
    upstream.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'x-head': 'first' });
      response.flushHeaders();
      end = () => void response.end('then the body');
    };
    const answer = await call('/v1/head-first');
    expect(answer.headers.get('x-head')).toBe('first');
    end();
    expect(await answer.text()).toBe('then the body');
  });

  test('streams a request to the upstream while it is still being sent', async () => {
    const seen: string[] = [];
    upstream.handler = (request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      request.on('end', () => response.end(seen.join('|')));
    };
    const url = new URL(`${host.urls[0]}/v1/up`);
    const sending = httpRequest(url, { method: 'POST', headers: { 'x-api-key': seller.key } });
    const answered = new Promise<string>((resolve) => {
      sending.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      });
    });
    sending.write('one');
    await vi.waitFor(() => expect(seen).toEqual(['one']), SOON);
    sending.end('two');
    expect(await answered).toBe('one|two');
  });

  test('passes five megabytes both ways unchanged', async () => {
    upstream.handler = (request, response) => void request.pipe(response);
    const body = new Uint8Array(5_000_000).map((_, at) => (at * 31) & 255);
    const answer = await call('/v1/big', { method: 'POST', body });
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  test('stops an upload of unknown length that passes the limit of its route', async () => {
    const body = new ReadableStream({
      start: (queue) => {
        queue.enqueue(new TextEncoder().encode('more than ten bytes'));
        queue.close();
      },
    });
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect(await codeOf(call('/small', init))).toEqual([413, 'body_too_large']);
  });

  test('serves a public route to anybody, and counts nobody', async () => {
    const answer = await call('/open/door', { key: '' });
    expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
  });

  test('answers for an upstream that is slow, or gone', async () => {
    upstream.handler = () => {};
    expect(await codeOf(call('/brief'))).toEqual([504, 'upstream_timeout']);
    upstream.handler = (request) => request.socket.destroy();
    expect(await codeOf(call('/v1/x'))).toEqual([502, 'upstream_error']);
  });

  test.runIf(process.platform === 'linux')('asks no upstream in a private network', async () => {
    expect(await codeOf(call('/inside'))).toEqual([502, 'upstream_error']);
    expect(inside?.served).toEqual([]);
  });

  test('tears a response that its upstream did not finish', async () => {
    upstream.handler = (request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half ', () => setTimeout(() => request.socket.destroy(), 50));
    };
    const answer = await call('/v1/torn');
    await expect(answer.text()).rejects.toThrow(/terminated/);
  });

  test('a body in a content coding arrives whole, raw where the host can', async () => {
    const packed = gzipSync('the same text '.repeat(100), { level: 9 });
    upstream.handler = (_, response) => {
      const fields = { 'content-encoding': 'gzip', 'content-length': packed.length };
      response.writeHead(200, fields).end(packed);
    };
    const raw = await new Promise<Buffer>((resolve) => {
      const headers = { 'x-api-key': seller.key, 'accept-encoding': 'gzip' };
      httpRequest(new URL(`${host.urls[0]}/v1/packed`), { headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve(Buffer.concat(parts)));
      }).end();
    });
    expect(gunzipSync(raw).toString()).toBe('the same text '.repeat(100));
    if (host.codedBodies) expect(raw.equals(packed)).toBe(true);
  });

  test('a path with two readings is refused, or was read by the platform first', async () => {
    const ask = (path: string): Promise<number> =>
      new Promise((resolve) => {
        const [hostname, port] = host.urls[0]!.slice('http://'.length).split(':');
        const headers = { 'x-api-key': seller.key };
        httpRequest({ hostname, port, path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        }).end();
      });
    expect(await ask('/v1/a%2f..%2fb')).toBe(400);
    // Where the platform resolves dot segments, what is authorised is what is left of them.
    expect(await ask('/v1/../nowhere')).toBe(host.rawPath ? 400 : 404);
  });
});
