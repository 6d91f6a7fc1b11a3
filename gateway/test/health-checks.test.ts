import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { type CompiledRoute, RouteTable } from '../src/core/route.ts';
import { HealthChecks } from '../src/node/health-checks.ts';
import { useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact, WAIT } from './rig.ts';

const { rigOf } = useRigs();
const servers: { close(): void }[] = [];
const sockets = new Set<Socket>();
const running: HealthChecks[] = [];
afterEach(() => {
  for (const checks of running.splice(0)) checks.close();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

type Upstream = { asked: number; answer: RequestListener; url: string };
const urlOf = (server: { address(): unknown }): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function open(): Promise<Upstream> {
  const server: Server = createServer((request, response) => {
    if (request.url !== '/healthz') upstream.asked += 1;
    upstream.answer(request, response);
  });
  const upstream: Upstream = { asked: 0, answer: (_, response) => void response.end(), url: '' };
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  upstream.url = urlOf(server);
  return upstream;
}

const CHECK = {
  ...{ path: '/healthz', interval_ms: 20, timeout_ms: 1_000 },
  ...{ healthy_after: 2, unhealthy_after: 2 },
};

/** A gateway whose route leads to these, checked from now on. */
async function checking(
  urls: string[],
  check: Partial<typeof CHECK> = {},
): Promise<{ rig: Rig; checks: HealthChecks; routes: () => readonly CompiledRoute[] }> {
  const upstreams = urls.map((url) => ({ url, weight: 1 }));
  const health_check = { ...CHECK, ...check };
  const fact = routeFact({ upstream_url: `${urls[0]}`, upstreams, health_check });
  const rig = await rigOf({ routes: () => [fact] });
  const checks = new HealthChecks({ ...rig.host, random: () => 0.5 });
  running.push(checks);
  const routes = (): readonly CompiledRoute[] =>
    new RouteTable({ last: '0', routes: [fact] }).routes;
  checks.keep(routes());
  return { rig, checks, routes };
}

async function ask(rig: Rig, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await (await fetch(`${rig.url}/x`, { headers: { 'x-api-key': KEY } })).arrayBuffer();
  }
}

describe('checks', () => {
  it('take an upstream out while it is not well, and back when it is', async () => {
    const [a, b] = [await open(), await open()];
    let well = false;
    a.answer = (request, response) => {
      const ok = request.url !== '/healthz' || well;
      response.writeHead(ok ? 204 : 500).end();
    };
    const { rig } = await checking([a.url, b.url]);
    await vi.waitFor(() => expect(rig.host.fleet.out()).toBe(1), WAIT);
    await ask(rig, 4);
    expect([a.asked, b.asked]).toEqual([0, 4]);
    well = true;
    await vi.waitFor(() => expect(rig.host.fleet.out()).toBe(0), WAIT);
    await ask(rig, 4);
    expect(a.asked).toBe(2);
  });

  it('go on while routes change more often than they are due', async () => {
    const [a, b] = [await open(), await open()];
    a.answer = (_, response) => void response.writeHead(500).end();
    const { rig, checks, routes } = await checking([a.url, b.url], { interval_ms: 200 });
    const changes = setInterval(() => checks.keep(routes()), 20);
    await vi.waitFor(() => expect(rig.host.fleet.out()).toBe(1), WAIT);
    clearInterval(changes);
  });

  it('end with the routes that want them', async () => {
    const a = await open();
    let asked = 0;
    a.answer = (_, response) => {
      asked += 1;
      response.end();
    };
    const { checks } = await checking([a.url]);
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2), WAIT);
    checks.keep([]);
    // One that was under way.
    await new Promise((done) => setTimeout(done, 50));
    const before = asked;
    await new Promise((done) => setTimeout(done, 100));
    expect(asked).toBe(before);
  });
});

/** Writes this every few ms until the connection is gone. */
const dripping =
  (text: string, first = '') =>
  (socket: Socket): void => {
    socket.write(first);
    const timer = setInterval(() => socket.write(text), 5);
    socket.on('close', () => clearInterval(timer));
  };

const MOVED = 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n';

test.each<[string, number, (socket: Socket) => void]>([
  ['says nothing', 1, () => {}],
  ['never ends its head', 1, dripping('X: y\r\n', 'HTTP/1.1 200 OK\r\n')],
  ['tells of hints without end', 1, dripping('HTTP/1.1 103 Early\r\n\r\n')],
  ['is no HTTP', 1, (socket) => void socket.write('garbage\r\n\r\n')],
  ['closes', 1, (socket) => void socket.destroy()],
  // Redirects are not followed, and the body says nothing.
  ['leads elsewhere', 0, (socket) => void socket.write(MOVED)],
  ['has a body without end', 0, dripping('x'.repeat(50_000), 'HTTP/1.1 200 OK\r\n\r\n')],
])('an upstream that %s holds up no check, and leaves nothing', async (_name, out, act) => {
  let [asked, most] = [0, 0];
  const mine = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    mine.add(socket);
    most = Math.max(most, mine.size);
    socket.on('error', () => {});
    socket.on('close', () => mine.delete(socket));
    socket.on('data', () => {
      asked += 1;
      act(socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  const { rig } = await checking([urlOf(server), (await open()).url], { timeout_ms: 50 });
  await vi.waitFor(() => expect(asked).toBeGreaterThan(5), WAIT);
  await vi.waitFor(() => expect(rig.host.fleet.out()).toBe(out), WAIT);
  expect(most).toBeLessThan(4);
  expect(rig.metering.begun).toEqual([]);
});
