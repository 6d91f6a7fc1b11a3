import { expect, test, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { PIPELINED_MAX } from '../src/node/connections.ts';
import { WAIT } from './rig.ts';

// Requests that a client sends on one connection without waiting for answers.

const { rigOf, clientOf } = useRigs();

test('answers pipelined requests in order', async () => {
  const rig = await rigOf({
    upstream: (request, response) => {
      setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 60 : 0);
    },
  });
  const client = clientOf(rig).send(head('GET /1') + head('GET /2') + head('GET /3'));
  await client.until(/<\/1>[^]*<\/2>[^]*<\/3>/);
  expect(rig.metering.settled).toHaveLength(3);
});

test.each([
  ['POST /1', 'DELETE /2', 'GET /3'],
  ['GET /1', 'DELETE /2', 'HEAD /3'],
  ['PUT /1', 'PATCH /2', 'POST /3'],
])('lets none overtake one that may change something: %s, %s, %s', async (...requests) => {
  const seen: string[] = [];
  const rig = await rigOf({
    upstream: (request, response) => {
      const { method, url } = request;
      seen.push(`${method} ${url}`);
      const answer = (): void => {
        seen.push(`answered ${url}`);
        response.end(`<${url}>`);
      };
      setTimeout(answer, url === '/1' ? 30 : 0);
    },
  });
  const sent = requests.map((request) => head(request, 'Content-Length: 0')).join('');
  const client = clientOf(rig).send(sent);
  await vi.waitFor(() => expect(rig.metering.settled).toHaveLength(3), WAIT);
  await client.until(/<\/2>/);
  const before = (a: string, b: string): boolean => seen.indexOf(a) < seen.indexOf(b);
  expect(seen).toHaveLength(6);
  expect(before('answered /1', requests[1]) && before('answered /2', requests[2])).toBe(true);
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
});

test('lets safe ones go on together behind one that they waited for', async () => {
  const rig = await rigOf({
    upstream: (request, response) => {
      // Both, or neither, are answered.
      if (request.url === '/1') setTimeout(() => response.end('first'), 30);
      else together.push(() => response.end(`<${request.url}>`));
      if (together.length === 2) for (const answer of together) answer();
    },
  });
  const together: (() => void)[] = [];
  const posted = head('POST /1', 'Content-Length: 0');
  const client = clientOf(rig).send(`${posted}${head('GET /2')}${head('GET /3')}`);
  expect(await client.until(/<\/3>/)).toMatch(/first[^]*<\/2>[^]*<\/3>/);
});

test('what waits in a pipeline is not begun when the client leaves', async () => {
  const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
  const posts = ['POST /1', 'POST /2', 'GET /3'].map((line) => head(line, 'Content-Length: 0'));
  const client = clientOf(rig).send(posts.join(''));
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(3), WAIT);
  client.close();
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
  expect(rig.metering.begun).toHaveLength(1);
});

test('of two thousand refused ones that waited each is answered, none within another', async () => {
  const rig = await rigOf({
    upstream: (_request, response) => void setTimeout(() => response.end('first'), 30),
  });
  const refused = 'POST /2 HTTP/1.1\r\nHost: api.test\r\nContent-Length: 0\r\n\r\n';
  const client = clientOf(rig).send(head('POST /1', 'Content-Length: 0') + refused.repeat(2_000));
  // A slow machine may turn some away as too much.
  const answers = (): number => client.text.split(/HTTP\/1\.1 (?:200|401|503) /).length - 1;
  await vi.waitFor(() => expect(answers()).toBe(2_001), WAIT);
  expect(rig.host.connections.busy).toBe(0);
});

test('a connection lost with requests in the pipeline settles each of them', async () => {
  const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
  const client = clientOf(rig).send(head('GET /1') + head('GET /2'));
  await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(2), WAIT);
  client.close();
  await vi.waitFor(() => expect(rig.metering.settled).toHaveLength(2), WAIT);
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
});

test('reads no more of one connection than so many requests, and others have room', async () => {
  const answers: (() => void)[] = [];
  const rig = await rigOf({
    load: { requestsMax: 2 * PIPELINED_MAX },
    upstream: (request, response) => {
      if (request.url === '/other') response.end('<other>');
      else answers.push(() => response.end('<x>'));
    },
  });
  const client = clientOf(rig).send(head('GET /x').repeat(200_000));
  await vi.waitFor(() => expect(answers).toHaveLength(PIPELINED_MAX), WAIT);
  await clientOf(rig)
    .send(head('GET /other'))
    .until(/<other>/);
  // What was read at once is there; all the rest waits at the client.
  expect(rig.host.connections.busy).toBeLessThan(2_000);
  expect(client.socket.writableLength).toBeGreaterThan(1_000_000);
  expect(rig.metering.begun).toHaveLength(PIPELINED_MAX + 1);
  // Each answer makes room for the next one.
  for (let served = 0; served < 1_000; served++) {
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), WAIT);
    answers.shift()?.();
  }
  await vi.waitFor(() => expect(client.text.split('<x>').length).toBeGreaterThan(1_000), WAIT);
  client.close();
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
});

test('what comes behind a last answer is not kept', async () => {
  const rig = await rigOf({
    upstream: (_request, response) => void setTimeout(() => response.end('x'), 200),
  });
  const client = clientOf(rig)
    .send(head('GET /1'))
    .send('GET /2 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  client.send(head('GET /3').repeat(200_000));
  await client.until(/ 400 /);
  expect(client.socket.writableLength).toBeGreaterThan(1_000_000);
  await client.untilClosed();
  expect(rig.metering.settled).toHaveLength(1);
});

const WEB_SOCKET = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];

test.each([
  ['is refused', 'GET /nowhere HTTP/1.1\r\nHost: api.test\r\n\r\n', / 401 /],
  ['is under way', head('GET /first'), /^$/],
])('a WebSocket behind one that %s ends the connection, and no more', async (_, first, told) => {
  const rig = await rigOf({
    upstream: (_request, response) => void setTimeout(() => response.end(), 50),
  });
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const text = await clientOf(rig)
    .send(first + head('GET /ws', ...WEB_SOCKET, key))
    .untilClosed();
  expect(text).toMatch(told);
  expect(await clientOf(rig).send(head('GET /x')).until(/ 200 /)).toMatch(/ 200 /);
});

test.each([
  ['foo', head('GET /one', 'Connection: Upgrade', 'Upgrade: foo')],
  ['h2c', head('GET /one', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c')],
  [
    'with a body',
    head('POST /one', 'Connection: Upgrade', 'Upgrade: foo', 'Content-Length: 2') + 'ab',
  ],
  ['a WebSocket by POST', head('POST /one', ...WEB_SOCKET, 'Content-Length: 0')],
])('behind an upgrade that is not met nothing is a request: %s', async (_, first) => {
  const seen: string[] = [];
  const rig = await rigOf({
    upstream: (request, response) => {
      seen.push(`${request.url}`);
      request.resume().on('end', () => response.end('served'));
    },
  });
  const body = head('GET /smuggled');
  const client = clientOf(rig).send(first + head('POST /two', `Content-Length: ${body.length}`));
  await vi.waitFor(() => expect(seen).toEqual(['/one']), WAIT);
  const text = await client.send(body).untilClosed();
  expect(text).toMatch(/ 200 [^]*Connection: close[^]*served/i);
  expect(seen).toEqual(['/one']);
});

test.each([
  ['of so many bytes', 'Content-Length: 5', 'hello'],
  ['in chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
])('nor while such a request waits, with a body %s, for one before it', async (_, field, body) => {
  const seen: string[] = [];
  let answer: () => void = () => {};
  const rig = await rigOf({
    upstream: (request, response) => {
      seen.push(`${request.url}`);
      const end = (): void => void response.end('served');
      if (request.url === '/slow') answer = end;
      else request.resume().on('end', end);
    },
  });
  const smuggled = head('GET /smuggled');
  const upgrade = head('POST /one', 'Connection: Upgrade', 'Upgrade: foo', field) + body;
  const two = head('POST /two', `Content-Length: ${smuggled.length}`);
  const client = clientOf(rig).send(head('GET /slow') + upgrade + two);
  await vi.waitFor(() => expect(seen).toEqual(['/slow']), WAIT);
  client.send(smuggled);
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(2), WAIT);
  answer();
  const text = await client.untilClosed();
  expect(text.match(/ 200 /g)).toHaveLength(2);
  expect(seen).toEqual(['/slow', '/one']);
});

test.each([
  ['refused at once', 'GET /nowhere HTTP/1.1\r\nHost: api.test\r\n\r\n'.repeat(3)],
  ['the last that is answered', 'GET /a//b HTTP/1.1\r\nHost: api.test\r\n\r\n'],
])('a CONNECT behind requests that are %s is not answered in their place', async (_, before) => {
  const rig = await rigOf();
  const text = await clientOf(rig)
    .send(`${before}CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n`)
    .untilClosed();
  expect(text).not.toMatch(/ 405 /);
});
