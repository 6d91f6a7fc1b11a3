import { describe, expect, it, vi } from 'vitest';
import type { Asked, Caller, Hold } from '../src/node/wire/asked.ts';
import type { Links } from '../src/node/wire/links.ts';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();
const get = (rig: Rig, path = '/', init: RequestInit = {}): Promise<Response> =>
  fetch(rig.url + path, { ...init, headers: { 'x-api-key': KEY, ...init.headers } });

describe('the last byte leaves only when the settlement is released', () => {
  const cases: [string, string, RegExp, string, RegExp][] = [
    [
      'announced length',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      /hello$/,
      'GET /',
      /HTTP/,
    ],
    [
      'chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      /\r\n0\r\n\r\n$/,
      'GET /',
      /\r\n0\r\n\r\n/,
    ],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', /\r\n\r\n$/, 'GET /', /HTTP/],
    [
      'not modified',
      'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
      /\r\n\r\n$/,
      'GET /',
      /HTTP/,
    ],
    ['empty', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', /\r\n\r\n$/, 'GET /', /HTTP/],
    ['head', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', /\r\n\r\n$/, 'HEAD /', /HTTP/],
    ['server error', 'HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno', /no$/, 'GET /', /HTTP/],
  ];
  it.each(cases)('%s', async (_name, answer, whole, line, early) => {
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.write(answer)),
    });
    rig.metering.hold = true;
    const client = clientOf(rig).send(head(line));
    await rig.metering.only();
    // The settlement is recorded and not released: time for a premature byte to show.
    await new Promise((done) => setTimeout(done, 60));
    expect(client.text).not.toMatch(early);
    rig.metering.releaseAll();
    await client.until(whole);
  });

  it('holds back only the last chunk of a long body', async () => {
    const big = 'x'.repeat(300_000);
    const rig = await rigOf({ upstream: (_request, response) => response.end(big) });
    rig.metering.hold = true;
    const client = clientOf(rig).send(head('GET /'));
    const body = (): number => (client.text.split('\r\n\r\n')[1] ?? '').length;
    await rig.metering.only();
    await vi.waitFor(() => expect(body()).toBeGreaterThan(100_000), WAIT);
    await new Promise((done) => setTimeout(done, 60));
    expect(body()).toBeLessThan(big.length);
    rig.metering.releaseAll();
    await vi.waitFor(() => expect(body()).toBe(big.length), WAIT);
  });
});

describe('each ending settles exactly once', () => {
  it('the client leaves before the answer: the upstream request is cut at once', async () => {
    let upstreamClosed = false;
    const rig = await rigOf({
      rawUpstream: (socket) => {
        socket.resume();
        socket.on('close', () => (upstreamClosed = true));
      },
    });
    const client = clientOf(rig).send(head('GET /'));
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    await new Promise((done) => setTimeout(done, 50));
    client.close();
    expect(await rig.metering.only()).toEqual({
      outcome: 'client_abort',
      status: null,
      requestBytes: 0,
      responseBytes: 0,
      durationMs: expect.any(Number),
    });
    await vi.waitFor(() => expect(upstreamClosed).toBe(true), WAIT);
  });

  it('the client leaves after the head: the status that was answered counts', async () => {
    let upstreamClosed = false;
    const rig = await rigOf({
      upstream: (_request, response) => {
        response.write('first');
        response.on('close', () => (upstreamClosed = true));
      },
    });
    const client = clientOf(rig).send(head('GET /'));
    await client.until(/first/);
    client.close();
    expect(await rig.metering.only()).toEqual({
      outcome: 'ok',
      status: 200,
      requestBytes: 0,
      responseBytes: 5,
      durationMs: expect.any(Number),
    });
    await vi.waitFor(() => expect(upstreamClosed).toBe(true), WAIT);
  });

  it('the client leaves while it is still uploading', async () => {
    const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
    const client = clientOf(rig).send(head('POST /', 'Content-Length: 100'));
    client.send('some');
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    await new Promise((done) => setTimeout(done, 50));
    client.close();
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort', requestBytes: 4 });
  });

  it('the client is gone before the request is forwarded: the upstream never sees it', async () => {
    let contacted = 0;
    let go: () => void = () => {};
    const rig = await rigOf({ rawUpstream: () => (contacted += 1) });
    rig.metering.begin = (hold, forward) => {
      rig.metering.begun.push(hold);
      go = forward;
    };
    const client = clientOf(rig).send(head('GET /'));
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    client.close();
    await vi.waitFor(async () => {
      const open = await new Promise((done) => rig.server.getConnections((_e, n) => done(n)));
      expect(open).toBe(0);
    }, WAIT);
    go();
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort', status: null });
    expect(contacted).toBe(0);
  });

  it('given up while it waited for a connection: taken back once it gets one', async () => {
    const rig = await rigOf();
    const callers: Caller[] = [];
    const dispatch = (_asked: Asked, caller: Caller): void => void callers.push(caller);
    vi.spyOn(rig.host.upstreams, 'of').mockReturnValue({ dispatch } as unknown as Links);
    const client = clientOf(rig).send(head('GET /'));
    await vi.waitFor(() => expect(callers).toHaveLength(1), WAIT);
    client.close();
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort' });
    expect(callers[0]?.over).toBe(true);
    const hold = { cut: vi.fn<() => void>() };
    callers[0]?.begun(hold as unknown as Hold);
    expect(hold.cut).toHaveBeenCalledOnce();
  });

  it('an upstream that is not there gives 502', async () => {
    const rig = await rigOf({ routes: () => [routeFact({ upstream_url: 'http://127.0.0.1:1' })] });
    const response = await get(rig);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'upstream_error', status: 502 });
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error', status: 502 });
  });

  it.each([
    ['closes', ''],
    ['talks no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['upgrades unasked', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['frames twice', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ])('an upstream that %s before its head gives 502', async (_name, bytes) => {
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.end(bytes)),
    });
    expect((await get(rig)).status).toBe(502);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error' });
  });

  it('an upstream that is silent gives 504', async () => {
    const rig = await rigOf({
      routes: (upstream_url) => [routeFact({ upstream_url, timeout_ms: 100 })],
      rawUpstream: (socket) => socket.resume(),
    });
    const response = await get(rig);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: 'upstream_timeout' });
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_timeout', status: 504 });
  });

  it.each([
    ['a cut announced body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart'],
    ['a cut chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'],
  ])('%s is never shown as complete', async (_name, bytes) => {
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.end(bytes)),
    });
    const client = clientOf(rig).send(head('GET /'));
    const text = await client.untilClosed();
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error' });
  });

  it('an upstream that stops in the middle is torn after the timeout', async () => {
    const rig = await rigOf({
      routes: (upstream_url) => [routeFact({ upstream_url, timeout_ms: 150 })],
      upstream: (_request, response) => void response.write('part'),
    });
    const client = clientOf(rig).send(head('GET /'));
    await client.untilClosed();
    expect(client.text).toMatch(/part/);
    expect(await rig.metering.only()).toMatchObject({
      outcome: 'upstream_timeout',
      status: 200,
      responseBytes: 4,
    });
  });

  it.each([
    ['a bad size', 'zz\r\n'],
    ['a chunk too long', '1\r\nok\r\n0\r\n\r\n'],
    ['a bad trailer', '2\r\nok\r\n0\r\nX Y: z\r\n\r\n'],
  ])('an answer that goes bad with its head, by %s, is torn behind that', async (_, chunks) => {
    const answer = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.write(answer)),
    });
    // Over a connection that ends without a byte some clients ask again by themselves.
    const text = await clientOf(rig).send(head('GET /')).untilClosed();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n/);
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_error', status: 200 });
  });

  it.each([
    ['1.1', false],
    ['1.0', true],
  ])('torn to a client of HTTP/%s it is told by a reset: %s', async (version, reset) => {
    let tear = (): void => {};
    const rig = await rigOf({
      upstream: (_request, response) => {
        response.write('part');
        tear = () => response.destroy();
      },
    });
    const client = clientOf(rig).send(head('GET /').replace('HTTP/1.1', `HTTP/${version}`));
    await client.until(/part/);
    tear();
    await client.untilClosed();
    expect(client.reset).toBe(reset);
  });

  it('an answer that ends with the connection is complete', async () => {
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall')),
    });
    const response = await get(rig);
    expect(await response.text()).toBe('all');
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', responseBytes: 3 });
  });

  it.each([
    [404, 'client_error'],
    [503, 'server_error'],
    [302, 'redirect'],
  ])('status %i is outcome %s', async (status, outcome) => {
    const rig = await rigOf({
      upstream: (_request, response) => response.writeHead(status, { location: '/x' }).end(),
    });
    expect((await get(rig, '/', { redirect: 'manual' })).status).toBe(status);
    expect(await rig.metering.only()).toMatchObject({ outcome, status });
  });

  it('an upstream that answers before it has read the body', async () => {
    const rig = await rigOf({
      upstream: (_request, response) => response.writeHead(403).end('no'),
    });
    const client = clientOf(rig).send(
      head('POST /', 'Content-Length: 5000000') + 'x'.repeat(9_000),
    );
    await client.until(/403[^]*no\r\n0\r\n\r\n$/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 403 });
    await client.untilClosed();
  });

  it('the gateway gives up what it cannot wait for any longer', async () => {
    const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
    const answer = get(rig);
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    await new Promise((done) => setTimeout(done, 30));
    rig.host.connections.abandon();
    expect((await answer).status).toBe(502);
    await rig.metering.only();
    expect(rig.host.connections.busy).toBe(0);
  });
});
