import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { head, KEY, openRig, RawClient, type Rig, type RigOptions, routeFact, WAIT } from './rig.ts';

const rigs: Rig[] = [];
const clients: RawClient[] = [];
async function rigOf(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  return rig;
}
function clientOf(rig: Rig): RawClient {
  const client = new RawClient(rig.port);
  clients.push(client);
  return client;
}
const get = (rig: Rig, path = '/', init: RequestInit = {}): Promise<Response> =>
  fetch(rig.url + path, { ...init, headers: { 'x-api-key': KEY, ...init.headers } });

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

describe('the last byte leaves only when the settlement is released', () => {
  const cases: [string, string, RegExp, string, RegExp][] = [
    [
      'announced length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      /hello$/, 'GET /', /HTTP/,
    ],
    [
      'chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      /\r\n0\r\n\r\n$/, 'GET /', /\r\n0\r\n\r\n/,
    ],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', /\r\n\r\n$/, 'GET /', /HTTP/],
    ['not modified', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', /\r\n\r\n$/, 'GET /', /HTTP/],
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

describe('streams', () => {
  it('an event reaches the client before the next one is sent', async () => {
    let push: (text: string) => void = () => {};
    const rig = await rigOf({
      upstream: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        push = (text) => response.write(text);
      },
    });
    const client = clientOf(rig).send(head('GET /'));
    await client.until(/text\/event-stream\r\n[^]*\r\n\r\n/);
    for (const event of ['one', 'two', 'three']) {
      push(`data: ${event}\n\n`);
      await client.until(new RegExp(`data: ${event}`));
    }
    expect(rig.metering.settled).toEqual([]);
  });

  it('a request body reaches the upstream while the client is still sending', async () => {
    let seen = '';
    const rig = await rigOf({
      upstream: (request, response) => {
        request.on('data', (chunk: Buffer) => (seen += chunk.toString()));
        request.on('end', () => response.end('done'));
      },
    });
    const client = clientOf(rig).send(head('POST /', 'Transfer-Encoding: chunked'));
    client.send('3\r\none\r\n');
    await vi.waitFor(() => expect(seen).toBe('one'), WAIT);
    client.send('3\r\ntwo\r\n0\r\n\r\n');
    await client.until(/done/);
    expect(seen).toBe('onetwo');
    expect(await rig.metering.only()).toMatchObject({
      outcome: 'ok', status: 200, requestBytes: 6, responseBytes: 4,
    });
  });

  it('a client that does not read stops the upstream from sending', async () => {
    let written = 0;
    const rig = await rigOf({
      upstream: (_request, response) => {
        const chunk = Buffer.alloc(64 * 1024);
        const pump = (): void => {
          while (written < 200_000_000) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', pump);
          }
          response.end();
        };
        pump();
      },
    });
    const client = clientOf(rig).send(head('GET /'));
    client.socket.pause();
    let before = -1;
    await vi.waitFor(() => {
      const moved = written !== before;
      before = written;
      if (moved) throw new Error('still moving');
    }, { timeout: 5_000, interval: 200 });
    expect(written).toBeLessThan(60_000_000);
    client.socket.resume();
    await vi.waitFor(() => expect(written).toBeGreaterThan(before), WAIT);
  });

  it('an upstream that does not read stops the client from sending', async () => {
    const rig = await rigOf({
      routes: (upstream_url) => [routeFact({ upstream_url, max_body_bytes: 1_000_000_000 })],
      rawUpstream: (socket) => socket.pause(),
    });
    const client = clientOf(rig).send(head('POST /', 'Content-Length: 500000000'));
    const chunk = Buffer.alloc(1_000_000);
    let sent = 0;
    const pump = (): void => {
      while (sent < 500 && client.socket.write(chunk)) sent += 1;
    };
    client.socket.on('drain', pump);
    pump();
    let before = -1;
    await vi.waitFor(() => {
      const moved = sent !== before;
      before = sent;
      if (moved) throw new Error('still moving');
    }, { timeout: 8_000, interval: 300 });
    expect(sent).toBeLessThan(60);
  });
});

describe('bytes and fields pass as they are', () => {
  it('gzip is not decompressed', async () => {
    const zipped = gzipSync('a'.repeat(1_000_000));
    const rig = await rigOf({
      upstream: (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length });
        response.end(zipped);
      },
    });
    const client = clientOf(rig).send(head('GET /', 'Accept-Encoding: gzip'));
    const settlement = await rig.metering.only();
    expect(settlement.responseBytes).toBe(zipped.length);
    await vi.waitFor(() => {
      const body = Buffer.from(client.text.split('\r\n\r\n')[1] ?? '', 'latin1');
      expect(body.equals(zipped)).toBe(true);
    }, WAIT);
  });

  it('every Set-Cookie arrives, in order, with the reason and unknown fields', async () => {
    const rig = await rigOf({
      rawUpstream: (socket) => {
        socket.once('data', () => {
          socket.write(
            'HTTP/1.1 200 Fine By Me\r\nSet-Cookie: a=1\r\nX-Odd: \xe9\r\nset-cookie: b=2\r\n' +
              'Content-Length: 0\r\n\r\n',
            'latin1',
          );
        });
      },
    });
    const text = await clientOf(rig).send(head('GET /')).until(/\r\n\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 200 Fine By Me\r\nSet-Cookie: a=1\r\nX-Odd: \xe9\r\nset-cookie: b=2\r\n/);
  });

  it('early hints and trailers pass', async () => {
    const rig = await rigOf({
      rawUpstream: (socket) => {
        socket.once('data', () => {
          socket.write(
            'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n' +
              'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
              '2\r\nok\r\n0\r\nX-Sum: 7\r\nRetry-After: 9\r\n\r\n',
          );
        });
      },
    });
    const text = await clientOf(rig).send(head('GET /', 'TE: trailers')).until(/X-Sum: 7\r\n\r\n$/);
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(text).not.toMatch(/Retry-After: 9/);
    expect((await rig.metering.only()).outcome).toBe('ok');
  });

  it('the path, its odd bytes and its query arrive byte for byte', async () => {
    const rig = await rigOf({ upstream: (request, response) => response.end(request.url) });
    const target = "/a%20b/%C3%A9/~x;v=1,2@(!$&'*+)/?q=%2e%2E//\\&u=%C3%A9|{}&%00";
    const text = await clientOf(rig).send(head(`GET ${target}`)).until(/\r\n\r\n.+/);
    expect(text.split('\r\n\r\n')[1]).toBe(target);
  });

  it('Expect: 100-continue is answered once the request is admitted, and not passed on', async () => {
    const rig = await rigOf({
      upstream: (request, response) => {
        request.resume();
        request.on('end', () => response.end(`expect=${request.headers.expect}`));
      },
    });
    const fields = ['Content-Length: 5', 'Expect: 100-continue'];
    const client = clientOf(rig).send(head('POST /', ...fields));
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.send('hello');
    await client.until(/expect=undefined/);
  });
});

describe('each ending settles exactly once', () => {
  it('the client leaves before the upstream answers: the upstream request is cut at once', async () => {
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
      outcome: 'client_abort', status: null, requestBytes: 0, responseBytes: 0,
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
      outcome: 'ok', status: 200, requestBytes: 0, responseBytes: 5,
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
      outcome: 'upstream_timeout', status: 200, responseBytes: 4,
    });
  });

  it('an answer that ends with the connection is complete', async () => {
    const rig = await rigOf({
      rawUpstream: (socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall')),
    });
    const response = await get(rig);
    expect(await response.text()).toBe('all');
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', responseBytes: 3 });
  });

  it.each([[404, 'client_error'], [503, 'server_error'], [302, 'ok']])(
    'status %i is outcome %s',
    async (status, outcome) => {
      const rig = await rigOf({
        upstream: (_request, response) => response.writeHead(status, { location: '/x' }).end(),
      });
      expect((await get(rig, '/', { redirect: 'manual' })).status).toBe(status);
      expect(await rig.metering.only()).toMatchObject({ outcome, status });
    },
  );

  it('an upstream that answers before it has read the body', async () => {
    const rig = await rigOf({
      upstream: (_request, response) => response.writeHead(403).end('no'),
    });
    const client = clientOf(rig).send(head('POST /', 'Content-Length: 5000000') + 'x'.repeat(9_000));
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

describe('body limit', () => {
  const small = (upstream_url: string) => [routeFact({ upstream_url, max_body_bytes: 10 })];

  it('refuses by announced length before admission', async () => {
    const rig = await rigOf({ routes: small });
    const response = await get(rig, '/', { method: 'POST', body: 'x'.repeat(11) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'body_too_large' });
    expect(rig.metering.begun).toEqual([]);
    expect(rig.refusals).toEqual(['cus_1 body_too_large']);
  });

  it('cuts a stream at the first byte too many; the upstream never sees a whole request', async () => {
    let ended = false;
    const rig = await rigOf({
      routes: small,
      upstream: (request) => {
        request.resume();
        request.on('end', () => (ended = true));
        request.on('error', () => {});
      },
    });
    const client = clientOf(rig).send(head('POST /', 'Transfer-Encoding: chunked'));
    client.send('a\r\n0123456789\r\n').send('1\r\nx\r\n');
    await client.until(/413[^]*body_too_large/);
    expect(await rig.metering.only()).toMatchObject({
      outcome: 'client_error', status: 413, requestBytes: 10,
    });
    expect(ended).toBe(false);
  });

  it('takes exactly as much as the limit', async () => {
    const rig = await rigOf({ routes: small });
    expect((await get(rig, '/', { method: 'POST', body: 'x'.repeat(10) })).status).toBe(200);
  });
});

describe('connections', () => {
  it('serves request after request on one connection', async () => {
    const rig = await rigOf();
    const client = clientOf(rig);
    for (let i = 1; i <= 3; i++) {
      client.send(head('GET /'));
      await client.until(new RegExp(`(hello[^]*){${i}}`));
    }
    expect(rig.metering.settled).toHaveLength(3);
  });

  it('answers pipelined requests in order', async () => {
    const rig = await rigOf({
      upstream: (request, response) => {
        setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 60 : 0);
      },
    });
    const client = clientOf(rig).send(head('GET /1') + head('GET /2') + head('GET /3'));
    await client.until(/<\/1>[^]*<\/2>[^]*<\/3>/);
    expect(rig.metering.settled).toHaveLength(3);
  });

  it('a connection lost with requests in the pipeline settles each of them', async () => {
    const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
    const client = clientOf(rig).send(head('GET /1') + head('GET /2'));
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(2), WAIT);
    client.close();
    await vi.waitFor(() => expect(rig.metering.settled).toHaveLength(2), WAIT);
    await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
  });

  it('a stopping gateway says that the connection ends', async () => {
    const rig = await rigOf();
    rig.stopping.value = true;
    const client = clientOf(rig).send(head('GET /'));
    expect(await client.untilClosed()).toMatch(/Connection: close/i);
  });
});
