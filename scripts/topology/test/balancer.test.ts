import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../test/free-port.ts';
import { Balancer } from '../balancer.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
const balancers: Balancer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(balancers.splice(0).map((balancer) => balancer.close()));
});

/** A process that is ready as long as it listens, and answers as it is told. */
async function process_(name: string, handle: Handle) {
  const port = await freePort();
  const server = createServer((request, response) => {
    if (request.url === '/readyz') response.end();
    else handle(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return { name, host: '127.0.0.1', port, readyUrl: `http://127.0.0.1:${port}/readyz` };
}

async function balance(...handles: Handle[]): Promise<{ url: string; balancer: Balancer }> {
  const backends = await Promise.all(handles.map((handle, at) => process_(`p${at}`, handle)));
  const port = await freePort();
  const balancer = await Balancer.open(port, backends);
  balancers.push(balancer);
  for (const { name } of backends) await balancer.backend(name)?.readmit(60_000);
  return { url: `http://127.0.0.1:${port}`, balancer };
}

/** Reads all of a request, and dies of it. */
const deadly =
  (read: string[]): Handle =>
  async (request) => {
    read.push(`${request.method} ${await text(request)}`);
    request.socket.destroy();
  };
const well: Handle = async (request, response) => {
  response.end(`well ${await text(request)}`);
};

test('a GET whose process ends goes to another one', async () => {
  const read: string[] = [];
  const { url } = await balance(deadly(read), well);
  for (let n = 0; n < 4; n++) expect(await (await fetch(url)).text()).toBe('well ');
  expect(read.length).toBeGreaterThan(0);
});

test('a POST that a process may have acted on is sent once', async () => {
  const read: string[] = [];
  const { url } = await balance(deadly(read), deadly(read));
  const answer = await fetch(url, { method: 'POST', body: 'pay' });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ code: 'no_answer' });
  expect(read).toEqual(['POST pay']);
});

test('a POST that nobody took goes, whole, to one that does', async () => {
  const { url } = await balance(well, well);
  const [gone] = servers.splice(0, 1);
  gone!.closeAllConnections();
  gone!.close();
  const body = 'x'.repeat(300_000);
  for (let n = 0; n < 4; n++) {
    const answer = await fetch(url, { method: 'POST', body });
    expect(await answer.text()).toBe(`well ${body}`);
  }
});

test('a process that is taken out gets nothing more, and ends what it has', async () => {
  let release = (): void => {};
  const got: string[] = [];
  const slow: Handle = (request, response) => {
    got.push(request.url ?? '');
    release = () => void response.end('slow');
  };
  const { url, balancer } = await balance(slow, well);
  await balancer.backend('p1')!.drain(0);
  const first = fetch(`${url}/first`);
  while (got.length === 0) await new Promise(setImmediate);
  let drained = false;
  const draining = balancer
    .backend('p0')!
    .drain(60_000)
    .then(() => (drained = true));
  await balancer.backend('p1')!.readmit(60_000);
  expect(await (await fetch(`${url}/second`)).text()).toBe('well ');
  expect({ got, drained }).toEqual({ got: ['/first'], drained: false });
  release();
  expect(await (await first).text()).toBe('slow');
  await draining;
});

test('an answer that breaks off reaches the client broken off', async () => {
  const { url } = await balance((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow('terminated');
});

test('the process hears of the client, and of nobody it claims to be', async () => {
  const { url } = await balance((request, response) => {
    response.end(JSON.stringify(request.headers));
  });
  const answer = await fetch(url, {
    headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https', 'x-a': '1' },
  });
  expect(await answer.json()).toMatchObject({
    host: new URL(url).host,
    'x-a': '1',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(url).host,
  });
});
