// `npm run bench:request`: what the gateway's own code costs a request, without sockets.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, BlockList, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { formatApiKey } from '../billing-core/src/contract/api-key.ts';
import type { SyncAnswer } from '../billing-core/src/contract/sync.ts';
import { traceSettings } from '../billing-core/src/contract/trace-settings.ts';
import { type GatePorts, openApp } from '../gateway/src/app.ts';
import { Fleet } from '../gateway/src/core/fleet.ts';
import { RouteTable } from '../gateway/src/core/route.ts';
import { keyFact, quota, rateLimit, route } from '../gateway/src/core/test/sample.ts';
import { CoreClock } from '../gateway/src/node/clock.ts';
import { ConnectionLimit } from '../gateway/src/node/connection-limit.ts';
import { Connections } from '../gateway/src/node/connections.ts';
import { type ExchangeHost, NodeExchange } from '../gateway/src/node/exchange.ts';
import { Load } from '../gateway/src/node/load.ts';
import { SpoolMetering } from '../gateway/src/node/metering.ts';
import { Mint } from '../gateway/src/node/mint.ts';
import { Spans } from '../gateway/src/node/spans.ts';
import { BatchFiles } from '../gateway/src/node/spool/batches.ts';
import { Spool } from '../gateway/src/node/spool/spool.ts';
import { openBootDirectory } from '../gateway/src/node/sync.ts';
import { Telemetry } from '../gateway/src/node/telemetry.ts';
import { TillHouse } from '../gateway/src/node/tills.ts';
import type { Upstreams } from '../gateway/src/node/upstreams.ts';
import { Tracing } from '../gateway/src/node/tracing.ts';
import type { Asked, Caller } from '../gateway/src/node/wire/asked.ts';
import type { Links } from '../gateway/src/node/wire/links.ts';
import { machine, median } from './machine.ts';
import { say } from './say.ts';
import { mkdirSync } from 'node:fs';

const LENT = 1_000_000_000_000;
const RATE = 1_000_000;
const US_PER_MS = 1_000;
const WARM_UP = 60_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    turns: { type: 'string', default: '20' },
    /** Requests that share a turn of the event loop. */
    together: { type: 'string', default: '16' },
    /** Each request is recorded and sent to a collector, which is in this process too. */
    traced: { type: 'boolean', default: false },
  },
});
const [rounds, turns, together] = [values.rounds, values.turns, values.together].map(Number) as [
  number,
  number,
  number,
];

const KEY = formatApiKey({ mode: 'live', customerRef: '0'.repeat(10), secret: '0'.repeat(32) });
const wall = (): number => Date.now();

/** What an upstream answers, while the caller is still in `dispatch`. */
const ANSWER = Object.entries({
  Server: 'nginx',
  Date: 'Sun, 22 Nov 2026 12:00:00 GMT',
  'Content-Type': 'application/json',
  'Content-Length': '64',
  Connection: 'keep-alive',
}).flat();
const BODY = Buffer.alloc(64, 'x');
const HOLD = { pause() {}, resume() {}, cut() {} };

const upstream = {
  dispatch(_asked: Asked, caller: Caller): void {
    caller.begun(HOLD);
    caller.answered(200, 'OK', ANSWER);
    caller.received(BODY);
    caller.ended([]);
  },
} as unknown as Links;

class FakeSocket extends EventEmitter {
  writable = true;
  remoteAddress = '::ffff:127.0.0.1';
}

type World = { host: ExchangeHost; ask(exchange: NodeExchange): void; close(): void };

function openWorld(folder: string, tracing: Tracing | undefined): World {
  const clock = new CoreClock(wall);
  clock.learn(wall(), performance.now(), performance.now());
  mkdirSync(join(folder, 'boots'));
  const dir = openBootDirectory(folder, 'bt_1', false);
  const batches = new BatchFiles(dir, { durable: false });
  const stop = (error: unknown): void => {
    throw error;
  };
  const name = { gateway: 'gw_1', boot: 'bt_1', fingerprint: 'sp_1' };
  const spool = new Spool({ dir, ...name, fsync: 'never', onFatal: stop });
  const tills: TillHouse = new TillHouse({
    clock,
    askCore: () => setImmediate(() => lend(tills, clock.now())),
    reachable: () => true,
    away: () => false,
    clockReady: Promise.resolve(),
    mayAdmit: () => null,
  });
  const metering = new SpoolMetering({ spool, batches, tills, clock, onFull() {}, onStuck: stop });
  const fleet = new Fleet(() => performance.now());
  const spans = new Spans(60_000, metering);
  const customer = keyFact({ rate_limit: rateLimit(RATE, RATE), quotas: [quota({ limit: LENT })] });
  const open = { path_pattern: '/bare/*', strip_prefix: '/bare', public: true };
  const closed = { path_pattern: '/metered/*', strip_prefix: '/metered' };
  const routes = [route({ id: 'rte_1', ...open }), route({ id: 'rte_2', ...closed })];
  const table = new RouteTable({ last: '1', routes });
  const app = openApp({
    routes: { current: () => table },
    keys: { peek: () => customer, load: () => Promise.resolve(customer) },
    tills,
    refusals: { count() {} },
    clock,
    readiness: fleet,
    keySets: { get: () => undefined } as unknown as GatePorts['keySets'],
    hash: (text) => hash('sha256', text),
  });
  const proxies = new BlockList();
  const host: ExchangeHost = {
    metering,
    spans,
    fleet,
    upstreams: { of: () => upstream } as unknown as Upstreams,
    connections: new Connections(),
    connectionLimit: new ConnectionLimit({ max: 9, perClientMax: 9, proxies }),
    load: new Load({ requestsMax: 1e9, delayMaxMs: 0, random: Math.random, now: wall }),
    mint: new Mint(wall),
    telemetry: new Telemetry(),
    tracing,
    log: pino({ level: 'silent' }),
    proxies,
    stopping: () => false,
  };
  const request = new Request('http://gateway/');
  return {
    host,
    ask: (exchange) => void app.fetch(request, { exchange }),
    close: () => {
      spans.close();
      spool.close();
    },
  };
}

async function openTracing(): Promise<Tracing> {
  const collector = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'));
  });
  await once(collector.listen(0, '127.0.0.1').unref(), 'listening');
  const { port } = collector.address() as AddressInfo;
  const settings = traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  if (!settings) throw new Error('nothing is traced');
  const log = pino({ level: 'silent' });
  return new Tracing({ settings, version: 'bench', instance: 'bench', log });
}

/** Core lends what is asked for, and gives the whole rate. */
function lend(tills: TillHouse, now: number): void {
  const leases = tills.totals(100);
  const rates = tills.rates(100);
  const rest = { granted: LENT, limit: LENT, unlent: LENT, exhausted: false, retry_in_ms: null };
  const part = { rate: RATE, burst: RATE, tokens: RATE, central: false, retry_in_ms: 0 };
  const answer: SyncAnswer = {
    now,
    boot_state: 'live',
    next_sequence: 1,
    batch: null,
    grants: leases.map(({ window, generation }) => ({ window, generation, ...rest })),
    shares: rates.map(({ customer }) => ({ customer, ...part })),
    desk: 1,
    as_of: '1',
  };
  tills.shared(rates, answer, now);
  tills.answered(leases, answer);
}

type Done = { left: number; resolve: () => void };

function exchangeOf({ host }: World, path: string, of: { socket: FakeSocket; done: Done }) {
  const rawHeaders = ['Host', '127.0.0.1:4000'];
  if (path.startsWith('/metered')) rawHeaders.push('Authorization', `Bearer ${KEY}`);
  const incoming = {
    method: 'GET',
    url: path,
    httpVersion: '1.1',
    rawHeaders,
    headers: {},
    complete: true,
    socket: of.socket as unknown as Socket,
  } as unknown as IncomingMessage;
  const outgoing = {
    headersSent: false,
    writableFinished: true,
    writeHead() {},
    end() {
      of.done.left -= 1;
      if (of.done.left === 0) of.done.resolve();
    },
  } as unknown as ServerResponse;
  return new NodeExchange(host, { incoming, outgoing });
}

/** µs of one request, by so many turns of so many requests each. */
async function round(world: World, path: string, sockets: FakeSocket[]): Promise<number> {
  const from = performance.now();
  for (let turn = 0; turn < turns; turn++) {
    await new Promise<void>((resolve) => {
      const done = { left: together, resolve };
      for (const socket of sockets) world.ask(exchangeOf(world, path, { socket, done }));
    });
  }
  return ((performance.now() - from) * US_PER_MS) / (turns * together);
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-request-'));
const world = openWorld(folder, values.traced ? await openTracing() : undefined);
const sockets = Array.from({ length: together }, () => new FakeSocket());
for (const socket of sockets) world.host.connections.open(socket as unknown as Socket);
const paths = ['/bare/weather?city=Berlin', '/metered/weather?city=Berlin'];
say(machine());
try {
  for (let served = 0; served < WARM_UP; served += turns * together) {
    for (const path of paths) await round(world, path, sockets);
  }
  const all = new Map<string, number[]>(paths.map((path) => [path, []]));
  for (let number = 0; number < rounds; number++) {
    for (const path of paths) all.get(path)?.push(await round(world, path, sockets));
  }
  for (const [path, list] of all) {
    const quickest = Math.min(...list).toFixed(2);
    say(`${path.padEnd(30)} quickest ${quickest} µs, median ${median(list).toFixed(2)} µs`);
  }
} finally {
  world.close();
  rmSync(folder, { recursive: true });
}
