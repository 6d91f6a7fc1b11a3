import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();
const get = (rig: Rig, path = '/', init: RequestInit = {}): Promise<Response> =>
  fetch(rig.url + path, { ...init, headers: { 'x-api-key': KEY, ...init.headers } });

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
      outcome: 'ok',
      status: 200,
      requestBytes: 6,
      responseBytes: 4,
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
    await vi.waitFor(
      () => {
        const moved = written !== before;
        before = written;
        if (moved) throw new Error('still moving');
      },
      { timeout: 30_000, interval: 200 },
    );
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
    await vi.waitFor(
      () => {
        const moved = sent !== before;
        before = sent;
        if (moved) throw new Error('still moving');
      },
      { timeout: 30_000, interval: 300 },
    );
    expect(sent).toBeLessThan(60);
  });
});

describe('a slow client is not a slow upstream', () => {
  const hasty = (upstream_url: string) => [routeFact({ upstream_url, timeout_ms: 250 })];

  it('when it reads slowly', async () => {
    const size = 30_000_000;
    const body = Buffer.alloc(size);
    const rig = await rigOf({
      routes: hasty,
      upstream: (_request, response) => response.end(body),
    });
    const client = clientOf(rig).send(head('GET /'));
    client.socket.pause();
    await new Promise((done) => setTimeout(done, 700));
    expect(rig.metering.settled).toEqual([]);
    client.socket.resume();
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', responseBytes: size });
  });

  it('when it sends slowly', async () => {
    const rig = await rigOf({ routes: hasty });
    const client = clientOf(rig).send(head('POST /', 'Content-Length: 2'));
    client.send('a');
    await new Promise((done) => setTimeout(done, 700));
    client.send('b');
    expect(await client.until(/HTTP/)).toMatch(/200 OK/);
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
    const text = await clientOf(rig)
      .send(head('GET /'))
      .until(/\r\n\r\n/);
    expect(text).toMatch(
      /^HTTP\/1\.1 200 Fine By Me\r\nSet-Cookie: a=1\r\nX-Odd: \xe9\r\nset-cookie: b=2\r\n/,
    );
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
    const text = await clientOf(rig)
      .send(head('GET /', 'TE: trailers'))
      .until(/X-Sum: 7\r\n\r\n$/);
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK/,
    );
    expect(text).not.toMatch(/Retry-After: 9/);
    expect((await rig.metering.only()).outcome).toBe('ok');
  });

  it('the path, its odd bytes and its query arrive byte for byte', async () => {
    const rig = await rigOf({ upstream: (request, response) => response.end(request.url) });
    const target = "/a%20b/%C3%A9/~x;v=1,2@(!$&'*+)/?q=%2e%2E//\\&u=%C3%A9|{}&%00";
    const text = await clientOf(rig)
      .send(head(`GET ${target}`))
      .until(/\r\n\r\n.+/);
    expect(text.split('\r\n\r\n')[1]).toBe(target);
  });

  it('Expect: 100-continue is answered after admission, and not passed on', async () => {
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
    expect(await client.until(/expect=/)).toMatch(/expect=undefined/);
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

  it('cuts a stream at the first byte too many; no whole request goes upstream', async () => {
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
      outcome: 'client_error',
      status: 413,
      requestBytes: 10,
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

  it('a stopping gateway says that the connection ends', async () => {
    const rig = await rigOf();
    rig.stopping.value = true;
    const client = clientOf(rig).send(head('GET /'));
    expect(await client.untilClosed()).toMatch(/Connection: close/i);
  });
});
