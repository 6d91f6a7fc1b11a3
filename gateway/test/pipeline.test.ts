import { expect, test, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { LINE_MAX, PIPELINED_MAX } from '../src/node/connections.ts';
import { type Rig, WAIT } from './rig.ts';

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

test('of as many refused ones as may wait each is answered, none within another', async () => {
  const rig = await rigOf({
    upstream: (_request, response) => void setTimeout(() => response.end('first'), 30),
  });
  const refused = 'POST /2 HTTP/1.1\r\nHost: api.test\r\nContent-Length: 0\r\n\r\n';
  const sent = head('POST /1', 'Content-Length: 0') + refused.repeat(LINE_MAX - 1);
  const client = clientOf(rig).send(sent);
  // A slow machine may turn some away as too much.
  const answers = (): number => client.text.split(/HTTP\/1\.1 (?:200|401|503) /).length - 1;
  await vi.waitFor(() => expect(answers()).toBe(LINE_MAX), WAIT);
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

/** How many requests the server has made of what it read. */
function countRequests({ server }: Rig): () => number {
  let requests = 0;
  server.on('request', () => (requests += 1));
  return () => requests;
}

test('of one connection so many are under way, so many answered, and others go on', async () => {
  const answers: (() => void)[] = [];
  const rig = await rigOf({
    load: { requestsMax: 2 * PIPELINED_MAX },
    upstream: (request, response) => {
      if (request.url === '/other') response.end('<other>');
      else answers.push(() => response.end('<x>'));
    },
  });
  const requests = countRequests(rig);
  const client = clientOf(rig).send(head('GET /x').repeat(200_000));
  await vi.waitFor(() => expect(answers).toHaveLength(PIPELINED_MAX), WAIT);
  await clientOf(rig)
    .send(head('GET /other'))
    .until(/<other>/);
  await vi.waitFor(() => expect(client.socket.writableLength).toBe(0), WAIT);
  expect(rig.host.connections.busy).toBe(LINE_MAX);
  expect(requests()).toBeLessThan(LINE_MAX + 2_000);
  expect(rig.metering.begun).toHaveLength(PIPELINED_MAX + 1);
  // Each answer makes room for the next one.
  for (let served = 0; served < LINE_MAX; served++) {
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), WAIT);
    answers.shift()?.();
  }
  const text = await client.untilClosed();
  expect(text.split('<x>')).toHaveLength(LINE_MAX + 1);
  expect(text.split(/\r\nConnection: close\r\n/i)).toHaveLength(2);
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
});

test('what comes behind a last answer is not kept', async () => {
  let answer: () => void = () => {};
  const rig = await rigOf({
    upstream: (_request, response) => void (answer = () => response.end('x')),
  });
  const requests = countRequests(rig);
  const client = clientOf(rig)
    .send(head('GET /1'))
    .send('GET /2 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  client.send(head('GET /3').repeat(200_000));
  await vi.waitFor(() => expect(client.socket.writableLength).toBe(0), WAIT);
  answer();
  await client.until(/ 400 /);
  await client.untilClosed();
  expect(requests()).toBeLessThan(2_000);
  expect(rig.metering.settled).toHaveLength(1);
});

const HOLDS_BACK = ['POST /x', 'Transfer-Encoding: chunked'] as const;
test.each([
  ['more requests than may wait', head('GET /x').repeat(50_000)],
  ['as many as may be under way, and more', head('GET /x').repeat(PIPELINED_MAX + 50)],
  ['much behind the last that is answered', `${head('GET /x')}GET / HTTP/1.1\r\n\r\n`],
  ['much behind an upgrade that is not met', head('GET /x', 'Connection: upgrade', 'Upgrade: x')],
  ['part of a body behind such an upgrade', head(...HOLDS_BACK, 'Upgrade: x') + '3\r\nab'],
])('a client that has sent %s is seen to leave', async (name, sent) => {
  let [opened, cut] = [0, 0];
  const rig = await rigOf({
    rawUpstream: (socket) => {
      opened += 1;
      socket.resume();
      socket.on('close', () => (cut += 1));
    },
  });
  const more = name.startsWith('much') ? head('GET /y').repeat(50_000) : '';
  const client = clientOf(rig).send(sent + more);
  await vi.waitFor(() => expect(client.socket.writableLength).toBe(0), WAIT);
  await vi.waitFor(() => expect(opened).toBeGreaterThan(0), WAIT);
  client.socket.end();
  await vi.waitFor(() => expect(rig.host.connections.busy).toBe(0), WAIT);
  await vi.waitFor(() => expect(cut).toBe(opened), WAIT);
  const outcomes = new Set(rig.metering.settled.map(({ settlement }) => settlement.outcome));
  expect([...outcomes]).toEqual(['client_abort']);
});

test.each([
  ['at once', `${head(...HOLDS_BACK, 'Upgrade: x')}2\r\nok\r\nzz\r\n`, ''],
  ['later', `${head(...HOLDS_BACK, 'Upgrade: x')}2\r\nok\r\n`, 'zz\r\n'],
])(
  'a body behind an upgrade that is not met and goes bad %s is told so',
  async (_, sent, later) => {
    const rig = await rigOf({ rawUpstream: (socket) => socket.resume() });
    const client = clientOf(rig).send(sent);
    await vi.waitFor(() => expect(rig.metering.begun).toHaveLength(1), WAIT);
    const started = performance.now();
    client.send(later);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/i);
    // Far from the minute that a client is waited for.
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_error', status: 400 });
  },
);

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
