import { describe, expect, it, test } from 'vitest';
import { readPieces, readText } from './read.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const LONG = 'x'.repeat(5_000);

describe('a response is read', () => {
  it.each([
    ['with a length', `${OK}Content-Length: 5\r\n\r\nhello`, 'hello'],
    ['with none of it', `${OK}Content-Length: 0\r\n\r\n`, ''],
    [
      'in chunks',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`,
      'hello',
    ],
    [
      'with extensions',
      `${OK}Transfer-Encoding: Chunked\r\n\r\n5;a="b c"\r\nhello\r\n0;x\r\n\r\n`,
      'hello',
    ],
    [
      'with a long chunk',
      `${OK}transfer-encoding: chunked\r\n\r\n1388\r\n${LONG}\r\n0\r\n\r\n`,
      LONG,
    ],
    ['without a reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 'ok'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 'ok'],
  ])('%s, whole, in two pieces, and byte for byte', (_name, text, body) => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = readPieces([bytes]);
    expect(whole).toMatchObject({ status: 200, body, trailers: [], rest: 0, fault: undefined });
    const steps = bytes.length > 1_000 ? 97 : 1;
    for (let at = 1; at < bytes.length; at += steps) {
      expect(readPieces([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(readPieces(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  test('up to the end of the connection, and never takes the next one', () => {
    expect(readText(`${OK}\r\nhello`, { closes: true })).toMatchObject({
      body: 'hello',
      trailers: [],
      reusable: false,
      fault: undefined,
    });
  });

  test('with fields as they came: names, order, duplicates, bytes over 127', () => {
    const sent = 'Set-Cookie: a=1\r\nX-Y:\tv\u00e9 \r\nset-cookie:b=2\r\nEmpty:\r\n';
    const text = `${OK}${sent}Content-Length: 0\r\n\r\n`;
    const fields = ['Set-Cookie', 'a=1', 'X-Y', 'v\u00e9', 'set-cookie', 'b=2', 'Empty', ''];
    expect(readText(text).fields).toEqual([...fields, 'Content-Length', '0']);
  });

  test('with trailers', () => {
    const sums = 'X-Sum: 1\r\nX-Sum: 2\r\n';
    const text = `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${sums}\r\n`;
    expect(readText(text).trailers).toEqual(['X-Sum', '1', 'X-Sum', '2']);
  });

  test('behind interim answers', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n';
    const read = readText(`${early}${OK}Content-Length: 2\r\n\r\nok`);
    expect(read).toMatchObject({ interim: [103, 100], status: 200, body: 'ok', fault: undefined });
  });

  it.each([
    ['HEAD', OK, 5],
    ['GET', 'HTTP/1.1 204 No Content\r\n', 0],
    ['GET', 'HTTP/1.1 304 Not Modified\r\n', 7],
  ])('without a body: %s %s', (method, line, length) => {
    const read = readText(`${line}Content-Length: ${length}\r\n\r\n`, { method });
    expect(read).toMatchObject({ body: '', trailers: [], fault: undefined, rest: 0 });
  });
});

describe('behind a response', () => {
  test('nothing is read that was not asked for', () => {
    const next = `${OK}Content-Length: 6\r\n\r\nstolen`;
    const read = readText(`${OK}Content-Length: 2\r\n\r\nok${next}`);
    expect(read).toMatchObject({ body: 'ok', rest: next.length });
  });

  it.each([
    [true, `${OK}Content-Length: 0\r\n\r\n`],
    [true, 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n'],
    [true, 'HTTP/1.1 204 No Content\r\n\r\n'],
    [false, 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [false, `${OK}Connection: a, Close\r\nContent-Length: 0\r\n\r\n`],
    [false, 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
    [false, 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n'],
    [false, `${OK}\r\n`],
  ])('the connection can be used again: %s', (reusable, text) => {
    expect(readText(text)).toMatchObject({ reusable, fault: undefined });
  });

  test('a 101 that was asked for leaves the rest as it is', () => {
    const text = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes';
    const read = readText(text, { upgradable: true });
    expect(read).toMatchObject({ status: 101, rest: 6, fault: undefined });
    expect(readText(text).fault).toMatch(/another protocol/);
  });
});

describe('what could be read in two ways is a fault', () => {
  test('a head with bare LF at once, for its end would never come, wherever it is cut', () => {
    const text = 'HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\n\nok';
    for (let at = 1; at <= text.length; at++) {
      const pieces = [text.slice(0, at), text.slice(at)].map((part) => Buffer.from(part));
      expect(readPieces(pieces).fault).toMatch(/CRLF/);
    }
  });

  const framed = (fields: string): string => `${OK}${fields}\r\n\r\nok`;
  const chunks = (text: string): string => `${OK}Transfer-Encoding: chunked\r\n\r\n${text}`;
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['an empty line first', `\r\n${framed('Content-Length: 2')}`],
    ['HTTP/2', 'HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['HTTP/1.2', 'HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['lower case', 'http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
    ['status 099', 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n'],
    ['two blanks', 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a reason with NUL', 'HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n'],
    ['length and chunks', framed('Content-Length: 2\r\nTransfer-Encoding: chunked')],
    ['two lengths', framed('Content-Length: 2\r\nContent-Length: 2')],
    ['a list of lengths', framed('Content-Length: 2, 2')],
    ['a signed length', framed('Content-Length: +2')],
    ['a negative length', framed('Content-Length: -2')],
    ['a length in hex', framed('Content-Length: 0x2')],
    ['a length with a blank', framed('Content-Length: 1 2')],
    ['an empty length', framed('Content-Length: ')],
    ['a huge length', framed('Content-Length: 9999999999999999')],
    ['another coding', framed('Transfer-Encoding: gzip')],
    ['two codings', framed('Transfer-Encoding: gzip, chunked')],
    ['chunked twice', framed('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked')],
    ['chunked with more', framed('Transfer-Encoding: chunked;x')],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a bare LF', `HTTP/1.1 200 OK\nContent-Length: 2\n\nok\r\n\r\n`],
    ['a bare LF in a value', framed('X: a\nContent-Length: 2')],
    ['a bare CR in a value', framed('X: a\rContent-Length: 2')],
    ['a NUL in a value', framed('X: a\0b\r\nContent-Length: 2')],
    ['a folded line', framed('X: a\r\n b\r\nContent-Length: 2')],
    ['a blank before the colon', framed('Content-Length : 2')],
    ['a blank before the name', framed(' Content-Length: 2')],
    ['no colon', framed('Content-Length 2')],
    ['no name', framed(': 2')],
    ['a name that is no token', framed('X(y): 2')],
    ['a chunk without a size', chunks('\r\nok\r\n0\r\n\r\n')],
    ['a signed size', chunks('+2\r\nok\r\n0\r\n\r\n')],
    ['a size with 0x', chunks('0x2\r\nok\r\n0\r\n\r\n')],
    ['a size with a blank', chunks('2 \r\nok\r\n0\r\n\r\n')],
    ['a blank before the size', chunks(' 2\r\nok\r\n0\r\n\r\n')],
    ['a size with an underscore', chunks('1_0\r\nok\r\n0\r\n\r\n')],
    ['a size of 14 digits', chunks('00000000000002\r\nok\r\n0\r\n\r\n')],
    ['a size that ends with LF', chunks('2\nok\r\n0\r\n\r\n')],
    ['an extension with CR', chunks('2;a\rb\r\nok\r\n0\r\n\r\n')],
    ['a chunk that is too long', chunks('2\r\noks\r\n0\r\n\r\n')],
    ['a chunk that is too short', chunks('4\r\nok\r\n0\r\n\r\n')],
    ['a trailer that is no field', chunks('0\r\nnope\r\n\r\n')],
    ['a trailer with a fold', chunks('0\r\nX: a\r\n b\r\n\r\n')],
  ])('%s', (_name, text) => {
    const read = readText(text, { closes: true });
    expect(read.fault).toBeDefined();
    expect(read.trailers).toBeUndefined();
  });

  it.each([
    ['a head', `${OK}X: ${'a'.repeat(65_600)}`],
    ['a whole head', `${OK}X: ${'a'.repeat(65_600)}\r\n\r\n`],
    ['a line of chunks', chunks(`2;${'a'.repeat(5_000)}`)],
    ['trailers', chunks(`0\r\n${`X: ${'a'.repeat(4_000)}\r\n`.repeat(17)}`)],
    ['a number of interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(65)],
  ])('%s over its limit', (_name, text) => {
    expect(readText(text).fault).toMatch(/too/);
  });

  it.each([
    ['an announced body', `${OK}Content-Length: 3\r\n\r\nok`],
    ['a body in chunks', chunks('2\r\nok\r\n')],
    ['trailers', chunks('2\r\nok\r\n0\r\n')],
    ['a head', OK],
  ])('%s that is cut off is not whole', (_name, text) => {
    expect(readText(text, { closes: true })).toMatchObject({
      fault: 'cut off',
      trailers: undefined,
    });
  });
});

test('one that is given up in the middle tells nothing more', async () => {
  const { ResponseParser } = await import('../response-parser.ts');
  const told: string[] = [];
  const parser: InstanceType<typeof ResponseParser> = new ResponseParser({
    interim: () => {},
    head: () => told.push('head'),
    body: (bytes) => {
      told.push(bytes.toString('latin1'));
      parser.stop();
    },
    end: () => told.push('end'),
  });
  parser.expect('GET', false);
  parser.feed(Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n`));
  parser.expect('GET', false);
  parser.feed(Buffer.from(`${OK}Content-Length: 1\r\n\r\nc`));
  expect(told).toEqual(['head', 'a', 'head', 'c']);
});
