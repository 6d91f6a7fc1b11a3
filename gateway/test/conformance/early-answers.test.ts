import { request as httpRequest } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// What a client sends, and its upstream, or the platform, does not take, is no failure of others.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const BIG = 4_000_000;

let world: World;
let upstream: Upstream;
const sockets = new Set<Socket>();
/** Answers what has a body before it has that, and closes. */
const early = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.once('data', (bytes: Buffer) => {
    if (bytes.toString('latin1').startsWith('GET')) {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell');
      return;
    }
    socket.pause();
    const head = 'HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n';
    socket.write(`${head}no`, () => socket.destroy());
  });
});
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await new Promise<void>((done) => early.listen(0, '127.0.0.1', done));
  const circuit_breaker = { failures: 2, open_ms: 600_000 };
  const upstream_url = `http://127.0.0.1:${(early.address() as AddressInfo).port}`;
  await world.route({ path_pattern: '/early', upstream_url, circuit_breaker });
  await world.route({ path_pattern: '/echo', upstream_url: upstream.url, circuit_breaker });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  early.close();
  upstream.close();
  await world.close();
});

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

  /** Sends a body of so many bytes. Out: what was answered, also before all of it was taken. */
  const send = (method: string, path: string, length: number): Promise<Response> =>
    new Promise((resolve, reject) => {
      const headers = { 'x-api-key': seller.key, 'content-length': length };
      const url = new URL(`${host.urls[0]}${path}`);
      const sending = httpRequest(url, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve(new Response(text, { status: Number(response.statusCode) })),
        );
      });
      sending.on('error', reject);
      sending.end(Buffer.alloc(length));
    });

  test('an upstream that closes over a body it did not take opens no breaker', async () => {
    for (let nth = 0; nth < 4; nth++) {
      const sent = send('PUT', '/early', BIG);
      if (host.earlyAnswers) expect((await sent).status).toBe(413);
      // The platform, too, may close while the client still sends.
      else await sent.catch(() => undefined);
    }
    const answer = await call('/early');
    expect([answer.status, await answer.text()]).toEqual([200, 'well']);
  });

  test('a body with GET or HEAD passes, or is refused before anybody is asked', async () => {
    upstream.handler = (request, response) => void request.pipe(response);
    const before = upstream.served.length;
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status } = await send(method, '/echo', 5);
      expect(status).toBe(host.bodyOfGet ? 200 : 400);
    }
    expect(upstream.served.length - before).toBe(host.bodyOfGet ? 3 : 0);
    if (!host.bodyOfGet) {
      expect(await codeOf(send('GET', '/echo', 5))).toEqual([400, 'invalid_request']);
    }
    // One of no bytes is none.
    for (const method of ['GET', 'HEAD', 'POST']) {
      expect((await send(method, '/echo', 0)).status).toBe(200);
    }
  });
});
