import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RawUpstream } from './fuzz/raw-upstream.ts';
import { readAnswers, valuesOf } from './fuzz/wire.ts';
import { head, RawClient } from './raw-client.ts';
import { KEY, openRig, type Rig, routeFact, WAIT } from './rig.ts';

/** Bytes that some servers read as a request, or as another one: refused, each with one answer. */

let rig: Rig;
let upstream: RawUpstream;
const clients: RawClient[] = [];
beforeAll(async () => {
  upstream = new RawUpstream();
  const upstream_url = await upstream.open();
  rig = await openRig({ routes: () => [routeFact({ upstream_url })] });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await rig.close();
  upstream.close();
});

function ask(bytes: string): RawClient {
  const client = new RawClient(rig.port);
  clients.push(client);
  return client.send(bytes);
}
const statuses = (text: string): string[] => (readAnswers(text, []) ?? []).map(String);
const NEXT = head('GET /next');
const AUTH = `X-API-Key: ${KEY}`;
const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`;

type Fate = { statuses: string[]; last: boolean; forwarded: number };
const REFUSED: Fate = { statuses: ['400'], last: true, forwarded: 0 };

/** What becomes of these bytes and of the request behind them, until the connection is closed. */
async function fateOf(bytes: string): Promise<Fate> {
  const before = upstream.requests.length;
  const text = await ask(bytes + NEXT).untilClosed();
  const last = /\r\nConnection: close\r\n/.test(text);
  const forwarded = upstream.requests.length - before + upstream.faults.length;
  return { statuses: statuses(text), last, forwarded };
}

describe('a request line that is none', () => {
  it.each([
    ['a method in lower case', 'get / HTTP/1.1'],
    ['no method', ' / HTTP/1.1'],
    ['a method with a sign in it', 'GE(T / HTTP/1.1'],
    ['a method of another protocol', 'SOURCE_ / HTTP/1.1'],
    ['a method before a tab', 'GET\t/ HTTP/1.1'],
    ['no target', 'GET HTTP/1.1'],
    ['two targets', 'GET / /b HTTP/1.1'],
    ['a tab in the target', 'GET /a\tb HTTP/1.1'],
    ['a NUL in the target', 'GET /a\0b HTTP/1.1'],
    ['a DEL in the target', 'GET /a\x7fb HTTP/1.1'],
    ['bytes over 127 in the target', 'GET /caf\xc3\xa9 HTTP/1.1'],
    ['a fragment', 'GET /a#b HTTP/1.1'],
    ['a bare CR in the target', 'GET /a\rb HTTP/1.1'],
    ['no version', 'GET /'],
    ['a version in lower case', 'GET / http/1.1'],
    ['version 1.2', 'GET / HTTP/1.2'],
    ['version 2.0', 'GET / HTTP/2.0'],
    ['version 3.0', 'GET / HTTP/3.0'],
    ['a version of three digits', 'GET / HTTP/1.10'],
    ['a version with a leading zero', 'GET / HTTP/01.1'],
    ['a version without a dot', 'GET / HTTP/11'],
    ['a version of another protocol', 'GET / ICE/1.0'],
    ['words behind the version', 'GET / HTTP/1.1 x'],
  ])('%s', async (_name, line) => {
    expect(await fateOf(lines(line, 'Host: api.test', AUTH))).toEqual(REFUSED);
  });

  it('the preface of HTTP/2', async () => {
    expect(await fateOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toEqual(REFUSED);
  });
  it('a TLS hello', async () => {
    expect(await fateOf('\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03')).toEqual(REFUSED);
  });
  it('a CR alone at its end', async () => {
    expect(await fateOf(`GET / HTTP/1.1\rHost: api.test\r\n${AUTH}\r\n\r\n`)).toEqual(REFUSED);
  });
});

describe('a target that another server could take for another one', () => {
  const same = ['/%2e%2e/a', '/a%2Fb', '/a%5Cb', '/a\\b', '/a%00', '//a', '/a//b', '/a/..;/b'];
  const odd = ['/%c0%ae', '/%ff', '/%u002e', '/a%', '/..', '/.', '/a/.', '/a;/../b', '/%252e'];
  const forms = ['*', 'api.test:80', 'api.test/a', '?q', 'https://', 'http://b.test/'];
  const users = ['http://a@api.test/', 'http://api.test:81/', 'http://api.test@b.test/'];
  it.each([...same, ...odd, ...forms, ...users])('%s', async (target) => {
    expect(await fateOf(lines(`GET ${target} HTTP/1.1`, 'Host: api.test', AUTH))).toEqual(REFUSED);
  });

  it('the absolute form of its own host is what is behind the host', async () => {
    const before = upstream.requests.length;
    const client = ask(lines('GET http://api.test/a?b HTTP/1.1', 'Host: api.test', AUTH));
    await client.until(/ok$/);
    expect(upstream.requests.slice(before).map(({ target }) => target)).toEqual(['/a?b']);
  });
});

describe('a field that is none', () => {
  it.each([
    ['no name', ': a'],
    ['a blank in the name', 'X A: b'],
    ['a tab before the colon', 'X-A\t: b'],
    ['a bracket in the name', 'X(A): b'],
    ['a quote in the name', 'X"A: b'],
    ['a byte over 127 in the name', 'X-\xe9: b'],
    ['a NUL in the name', 'X\0A: b'],
    ['no colon', 'X-A'],
    ['a bare CR in the value', 'X-A: b\rX-API-Key: c'],
    ['a bare LF in the value', 'X-A: b\nX-C: d'],
    ['a NUL in the value', 'X-A: b\0'],
    ['a DEL in the value', 'X-A: b\x7f'],
    ['a bell in the value', 'X-A: \x07'],
    ['a value that goes on in the next line', 'X-A: b\r\n\tc'],
    ['a Host that goes on in the next line', 'X-A: b\r\n Host: evil.test'],
  ])('%s', async (_name, field) => {
    const bytes = lines('GET / HTTP/1.1', 'Host: api.test', field, AUTH);
    expect(await fateOf(bytes)).toEqual(REFUSED);
  });

  it('a blank before the first field', async () => {
    expect(await fateOf(lines('GET / HTTP/1.1', ' X-A: b', 'Host: api.test', AUTH))).toEqual(
      REFUSED,
    );
  });
});

describe('a length or a coding that can be read in two ways', () => {
  const post = (...fields: string[]) => `${head('POST /', ...fields)}abcde`;
  it.each([
    ...['', ' ', '-5', '+5', '0x5', '5e0', '5.0', '5;', '5,5', '5, 5', '5 5', '"5"', '\xb25'],
    ...['18446744073709551621', '99999999999999999999999', '1_0', 'five', 'NaN'],
  ])('Content-Length: %j', async (value) => {
    expect(await fateOf(post(`Content-Length: ${value}`))).toEqual(REFUSED);
  });

  it.each([
    ['Transfer-Encoding: chunked;q=1'],
    ['Transfer-Encoding: "chunked"'],
    ['Transfer-Encoding: chunked,'],
    ['Transfer-Encoding: ,chunked'],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding: identity, chunked'],
    ['Transfer-Encoding: \x0bchunked'],
    ['Transfer-Encoding: chunked\x0b'],
    ['Transfer-Encoding: \xa0chunked'],
    ['Transfer-Encoding:'],
    ['Transfer-Encoding: chunke'],
    ['Transfer-Encoding : chunked'],
    ['Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'],
    ['Content-Length: 5\r\ncontent-length: 5'],
    ['Content-Length: 5\r\nTransfer-Encoding: identity'],
  ])('%j', async (fields) => {
    expect(await fateOf(post(fields))).toEqual(REFUSED);
  });

  it('a coding in HTTP/1.0', async () => {
    expect(
      await fateOf(lines('POST / HTTP/1.0', AUTH, 'Transfer-Encoding: chunked') + '0\r\n\r\n'),
    ).toEqual(REFUSED);
  });
});

describe('chunks that can be read in two ways: an answer, and no whole request upstream', () => {
  it.each([
    ['a size in C', '0x3\r\nabc\r\n0\r\n\r\n'],
    ['a size with a sign', '+3\r\nabc\r\n0\r\n\r\n'],
    ['a blank before the size', ' 3\r\nabc\r\n0\r\n\r\n'],
    ['a blank behind the size', '3 \r\nabc\r\n0\r\n\r\n'],
    ['a tab behind the size', '3\t\r\nabc\r\n0\r\n\r\n'],
    ['a size with an underscore', '0_3\r\nabc\r\n0\r\n\r\n'],
    ['no size', '\r\nabc\r\n0\r\n\r\n'],
    ['a size over 64 bits', '10000000000000003\r\nabc\r\n0\r\n\r\n'],
    ['a NUL in an extension', '3;a=\0\r\nabc\r\n0\r\n\r\n'],
    ['a CR in an extension', '3;a\rb\r\nabc\r\n0\r\n\r\n'],
    ['a LF in an extension', '3;a=b\n\r\nabc\r\n0\r\n\r\n'],
    ['a LF behind the size', '3\nabc\r\n0\r\n\r\n'],
    ['a LF behind the data', '3\r\nabc\n0\r\n\r\n'],
    ['a CR behind the data', '3\r\nabc\r0\r\n\r\n'],
    ['nothing behind the data', '3\r\nabc0\r\n\r\n'],
    ['less data than the size', '4\r\nabc\r\n0\r\n\r\n'],
    ['a trailer that is no field', '3\r\nabc\r\n0\r\nX A: b\r\n\r\n'],
    ['a trailer in two lines', '3\r\nabc\r\n0\r\nX-A: b\r\n c\r\n\r\n'],
    ['a LF at the end', '3\r\nabc\r\n0\r\n\n'],
  ])('%s', async (_name, body) => {
    expect(await fateOf(head('POST /', 'Transfer-Encoding: chunked') + body)).toEqual(REFUSED);
  });

  it.each([
    ['large digits', 'A\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
    ['zeros before a size', '0000000003\r\nabc\r\n000\r\n\r\n', 'abc'],
    ['an extension', '3;a=b;c="d e"\r\nabc\r\n0;z\r\n\r\n', 'abc'],
    ['trailers, which stay here', '3\r\nabc\r\n0\r\nX-Tollgate-Key: x\r\n\r\n', 'abc'],
  ])('but not %s', async (_name, chunks, body) => {
    const before = upstream.requests.length;
    const client = ask(head('POST /', 'Transfer-Encoding: chunked') + chunks + NEXT);
    await vi.waitFor(() => expect(statuses(client.text)).toHaveLength(2), WAIT);
    const post = upstream.requests.slice(before).find(({ method }) => method === 'POST');
    expect(post?.body).toBe(body);
    expect(valuesOf(post!, 'x-tollgate-key')).toEqual(['key_1']);
  });
});

describe('what HTTP has and this gateway does not do', () => {
  it.each([
    ['TRACE', head('TRACE /'), '405'],
    ['TRACE that may go on', head('TRACE /', 'Max-Forwards: 3'), '405'],
    ['CONNECT', head('CONNECT api.test:443'), '405'],
    ['a method that nobody knows', head('FROB /'), '400'],
    ['an expectation beside the known one', head('GET /', 'Expect: 100-continue, x'), '417'],
    ['an empty expectation', head('GET /', 'Expect: '), '417'],
    ['OPTIONS of the whole server', head('OPTIONS *'), '400'],
  ])('%s', async (_name, bytes, status) => {
    const before = upstream.requests.length;
    const text = await ask(bytes).until(/"request_id":"[^"]+"\}/);
    expect(statuses(text)).toEqual([status]);
    expect(upstream.requests).toHaveLength(before);
  });

  it('HTTP/1.0 is served, without chunks, and closed', async () => {
    const before = upstream.requests.length;
    const text = await ask(`${lines('GET /a HTTP/1.0', AUTH)}${NEXT}`).untilClosed();
    expect(statuses(text)).toEqual(['200']);
    expect(text).not.toMatch(/chunked/);
    expect(upstream.requests.slice(before).map(({ target }) => target)).toEqual(['/a']);
  });
});
