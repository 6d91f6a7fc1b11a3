import { describe, expect, it, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, type RigOptions, WAIT } from './rig.ts';

const rigs = useRigs();
const { clientOf } = rigs;
let served: string[] = [];

function rigOf(options: RigOptions = {}): Promise<Rig> {
  served = [];
  return rigs.rigOf({
    upstream: (request, response) => {
      served.push(`${request.method} ${request.url}`);
      request.resume();
      request.on('end', () => response.end(JSON.stringify(request.rawHeaders)));
    },
    ...options,
  });
}

const HOST = 'Host: api.test';
const AUTH = `X-API-Key: ${KEY}`;
const POST = `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n`;

describe('what is not clearly one HTTP request gets 4xx, and never an upstream request', () => {
  const attacks: [string, string, RegExp][] = [
    ['duplicate Host', `GET / HTTP/1.1\r\n${HOST}\r\nHost: b.test\r\n${AUTH}\r\n\r\n`, /400/],
    ['the same Host twice', `GET / HTTP/1.1\r\n${HOST}\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /400/],
    ['no Host', `GET / HTTP/1.1\r\n${AUTH}\r\n\r\n`, /400/],
    ['malformed Host', `GET / HTTP/1.1\r\nHost: a/b\r\n${AUTH}\r\n\r\n`, /400/],
    ['CL and TE', `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, /400/],
    ['TE and CL', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`, /400/],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      /400/,
    ],
    [
      'signed length',
      `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Length: +1\r\n\r\na`,
      /400/,
    ],
    [
      'listed length',
      `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Length: 1, 1\r\n\r\na`,
      /400/,
    ],
    [
      'odd coding',
      `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      /400/,
    ],
    [
      'gzip coding',
      `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      /400/,
    ],
    ['space before the colon', `GET / HTTP/1.1\r\n${HOST}\r\nX-A : b\r\n${AUTH}\r\n\r\n`, /400/],
    ['folded field', `GET / HTTP/1.1\r\n${HOST}\r\nX-A: b\r\n c\r\n${AUTH}\r\n\r\n`, /400/],
    ['bare LF', `GET / HTTP/1.1\n${HOST}\n${AUTH}\n\n`, /400/],
    ['NUL in a field', `GET / HTTP/1.1\r\n${HOST}\r\nX-A: \0\r\n${AUTH}\r\n\r\n`, /400/],
    ['HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /400/],
    ['HTTP/0.9', `GET /\r\n\r\n`, /400/],
    ['unknown method', `FETCH / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /400/],
    ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /405[^]*Allow: DELETE, GET/],
    ['CONNECT', `CONNECT api.test:443 HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /405/],
    ['fragment', `GET /a#b HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /400/],
    ['encoded slash', `GET /a%2f..%2fb HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`, /400/],
    [
      'absolute form of another host',
      `GET http://b.test/ HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\n\r\n`,
      /400/,
    ],
    ['other expectation', `POST / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nExpect: coffee\r\n\r\n`, /417/],
    [
      'one long field',
      `GET / HTTP/1.1\r\n${HOST}\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`,
      /431[^]*head_too_large[^]*are over 16 KiB"/,
    ],
    [
      'a long target',
      `GET /${'a'.repeat(17_000)} HTTP/1.1\r\n${HOST}\r\n\r\n`,
      /431[^]*head_too_large/,
    ],
    [
      'many fields',
      `GET / HTTP/1.1\r\n${HOST}\r\n${'A: b\r\n'.repeat(201)}\r\n`,
      /431[^]*headers_too_many[^]*too many header fields/,
    ],
    [
      'two keys',
      `GET / HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nAuthorization: Bearer other\r\n\r\n`,
      /400/,
    ],
    ['key in the query', `GET /?api_key=${KEY} HTTP/1.1\r\n${HOST}\r\n\r\n`, /401[^]*key_missing/],
  ];
  it.each(attacks)('%s', async (_name, bytes, expected) => {
    const rig = await rigOf();
    const client = clientOf(rig).send(bytes);
    const text = await client.until(/"request_id":"req_[0-9a-z]{24}"/);
    expect(text).toMatch(/^HTTP\/1\.1 [45]/);
    expect(text).toMatch(expected);
    expect(text).toMatch(/Content-Type: application\/problem\+json/);
    expect(served).toEqual([]);
    expect(rig.metering.begun).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a part of the head', `GET / HTTP/1.1\r\n${HOST}\r\n`],
  ])('a client that sends %s and waits is told that the head did not come', async (_name, sent) => {
    const rig = await rigOf();
    rig.server.headersTimeout = 100;
    const text = await clientOf(rig).send(sent).untilClosed();
    expect(text).toMatch(/^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n/);
    expect(text).toMatch(/"code":"head_timeout","detail":"[^"]*header fields did not arrive/);
    expect(rig.metering.begun).toEqual([]);
  });

  it.each([
    ['bad chunk size', 'zz\r\nab\r\n'],
    ['chunk longer than it says', '1\r\nab\r\n0\r\n\r\n'],
    ['signed chunk size', '-1\r\n'],
    ['overflowing chunk size', 'fffffffffffffffff\r\n'],
  ])('%s in a body that began well', async (_name, chunk) => {
    let ended = false;
    const rig = await rigOf({
      upstream: (request) => {
        request.resume();
        request.on('end', () => (ended = true));
        request.on('error', () => {});
      },
    });
    const client = clientOf(rig).send(head('POST /', 'Transfer-Encoding: chunked'));
    client.send('2\r\nok\r\n');
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    client.send(chunk);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 /);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
    expect(ended).toBe(false);
  });

  it('a smuggled second request is not forwarded', async () => {
    const rig = await rigOf();
    const body = 'GET /smuggled HTTP/1.1\r\nHost: api.test\r\n\r\n';
    const client = clientOf(rig);
    client.send(head('POST /first', `Content-Length: ${body.length}`) + body);
    await client.until(/200 OK/);
    await rig.metering.only();
    expect(served).toEqual(['POST /first']);
  });

  it('bytes that are no request after one that is do not take its answer away', async () => {
    const rig = await rigOf();
    const client = clientOf(rig).send(`${head('GET /first')}\0\0\0nonsense\r\n\r\n`);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(served).toEqual(['GET /first']);
  });

  it('a refused request with a body does not leave that body to be read as a request', async () => {
    const rig = await rigOf();
    const hidden = head('GET /hidden');
    const client = clientOf(rig);
    client.send(`POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: ${hidden.length}\r\n\r\n`);
    client.send(hidden + head('GET /next'));
    await client.until(/401[^]*200 OK/);
    expect(served).toEqual(['GET /next']);
  });

  it('a refused upload that goes on is closed', async () => {
    const rig = await rigOf();
    const client = clientOf(rig);
    client.send(`POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: 1000000\r\n\r\nsome`);
    expect(await client.untilClosed()).toMatch(/401 Unauthorized[^]*key_missing/);
  });
});
