import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/test/free-port.ts';
import { limitBody, strictJson } from '../kit/body.ts';
import { api, errorResponse, requestIdentity } from '../kit/http.ts';
import { close, listen } from '../kit/listen.ts';

type Line = { level: number; msg: string; path?: string; request_id?: string; err?: object };

const DEBUG = 20;
const lines: Line[] = [];
const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
const clock = (): number => 0;
let server: Server;

beforeAll(async () => {
  const app = api();
  app.onError((error, c) => errorResponse(log)(error, c));
  app.use(requestIdentity(clock), limitBody(), strictJson);
  app.all('/here', (c) => c.json({ here: true }));
  app.get('/endless', (c) => c.body(new ReadableStream({ pull: (to) => to.enqueue('x') })));
  server = await listen(app.fetch, { host: '127.0.0.1', port: await freePort() }, { clock, log });
});
afterAll(() => close(server, 0));
beforeEach(() => void lines.splice(0));

const dial = () => connect((server.address() as AddressInfo).port, '127.0.0.1');

/** Sends these bytes and reads until the other side closes. */
async function say(request: string): Promise<string> {
  const socket = dial();
  socket.write(request.replaceAll('\n', '\r\n'), 'latin1');
  return text(socket);
}

describe('a connection is answered with a problem and closed on', () => {
  test.each([
    ['a method that is none', 'FOO! /here HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['a method nobody knows', 'FROB /here HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['no Host', 'GET /here HTTP/1.1\n\n', 400, 'invalid_request'],
    ['no Host in HTTP/1.0', 'GET /here HTTP/1.0\n\n', 400, 'invalid_request'],
    ['a Host that is none', 'GET /here HTTP/1.1\nHost: a b/\n\n', 400, 'invalid_request'],
    ['a URL that is none', 'GET \\x HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['a URL of another protocol', 'GET ftp://a/ HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\nHost: a\n\n', 400, 'invalid_request'],
    ['HTTP/2', 'PRI * HTTP/2.0\n\nSM\n\n', 400, 'invalid_request'],
    [
      'a header over its limit',
      `GET /here HTTP/1.1\nHost: a\nX: ${'x'.repeat(20_000)}\n\n`,
      431,
      'headers_too_large',
    ],
    [
      'a chunk that is none',
      'POST /here HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nzz\n',
      400,
      'invalid_request',
    ],
    [
      'two lengths',
      'POST /here HTTP/1.1\nHost: a\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n',
      400,
      'invalid_request',
    ],
  ])('%s', async (_what, request, status, code) => {
    const answer = await say(request);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json$/im);
    expect(head).toMatch(/^connection: close$/im);
    expect(answer.split('HTTP/1.1 ')).toHaveLength(2);
    const problem = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
    expect(problem).toMatchObject({ status, code, type: 'about:blank' });
    expect(head).toContain(problem.request_id);
    expect(lines.some((line) => line.request_id === problem.request_id)).toBe(true);
    expect(lines.filter((line) => line.level > DEBUG)).toEqual([]);
  });
});

test('an expectation nobody knows is left unmet', async () => {
  const answer = await say('GET /here HTTP/1.1\nHost: a\nExpect: more\nConnection: close\n\n');
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
});

test('what follows an unreadable byte in the middle of an answer is no second answer', async () => {
  const socket = dial();
  socket.on('error', () => {});
  socket.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'readable');
  socket.write('FOO!\r\n\r\n');
  let got = '';
  socket.on('data', (bytes: Buffer) => (got = (got + bytes.toString('latin1')).slice(-1_000)));
  await once(socket, 'close');
  expect(got).not.toContain('problem+json');
});

test.each([
  ['announced', 'Content-Length: 90\r\n\r\n{"a":'],
  ['chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'],
])(
  'a client that goes away in the middle of a body is no error of ours: %s',
  async (_how, rest) => {
    const socket = dial();
    const arrived = once(server, 'request');
    socket.write(`POST /here HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${rest}`);
    await arrived;
    socket.destroy();
    // The connection says once more, by itself, that its request was cut.
    const handled = () => lines.find((line) => line.path === '/here');
    await vi.waitFor(() => expect(handled()).toMatchObject({ code: 'invalid_request' }));
    expect(lines.filter((line) => line.level > DEBUG || line.err)).toEqual([]);
  },
);
