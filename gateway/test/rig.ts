import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  BlockList,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { hash, randomBytes } from 'node:crypto';
import { formatApiKey, randomBase62 } from '@tollgate/billing-core/contract/api-key.ts';
import type { KeyFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openApp } from '../src/app.ts';
import { readSubnets } from '../src/core/address.ts';
import { Fleet } from '../src/core/fleet.ts';
import { RouteTable } from '../src/core/route.ts';
import { Connections } from '../src/node/connections.ts';
import { ConnectionLimit, type ConnectionLimits } from '../src/node/connection-limit.ts';
import type { ExchangeHost } from '../src/node/exchange.ts';
import { Load, type LoadOf } from '../src/node/load.ts';
import { openKeySets } from '../src/node/key-sets.ts';
import { Mint } from '../src/node/mint.ts';
import { openServer } from '../src/node/server.ts';
import { Spans } from '../src/node/spans.ts';
import { Telemetry } from '../src/node/telemetry.ts';
import type { Tracing } from '../src/node/tracing.ts';
import { Upstreams, type UpstreamsOf } from '../src/node/upstreams.ts';
import type {
  Admission,
  AdmissionRequest,
  Hold,
  Keys,
  LimitState,
  LongRequest,
  Metering,
  Progress,
  Settlement,
} from '../src/ports.ts';

export const KEY = formatApiKey({
  mode: 'live',
  customerRef: 'AbCdEfGhIj',
  secret: randomBase62(32, randomBytes),
});

export const routeFact = (more: Partial<RouteFact> = {}): RouteFact => ({
  id: 'rte_1',
  version: 1,
  name: 'all',
  host: '*',
  path_pattern: '/*',
  methods: ['*'],
  upstream_url: 'http://127.0.0.1:1',
  strip_prefix: null,
  metering: [],
  billable_outcomes: ['ok'],
  timeout_ms: 5_000,
  max_body_bytes: 10_000_000,
  public: false,
  ...more,
});

export const keyFact = (more: Partial<KeyFact> = {}): KeyFact => ({
  key_id: 'key_1',
  mode: 'live',
  expires_at: null,
  revoked: false,
  customer: {
    id: 'cus_1',
    state: 'active',
    subscription: { id: 'sub_1', state: 'active' },
    rate_limit: null,
    quotas: [],
  },
  ...more,
});

/** Records what it is told; with `hold` set, releases only when the test says so. */
export class StubMetering implements Metering {
  readonly begun: Hold[] = [];
  readonly settled: { hold: Hold; settlement: Settlement }[] = [];
  hold = false;
  readonly #waiting: (() => void)[] = [];

  begin(hold: Hold, forward: () => void): void {
    this.begun.push(hold);
    setImmediate(forward);
  }

  settle(hold: Hold, settlement: Settlement, release: () => void): void {
    this.settled.push({ hold, settlement });
    if (this.hold) this.#waiting.push(release);
    else setImmediate(release);
  }

  /** Each is left to the test, which says by `request` how it goes on. */
  readonly checkpoints: { hold: Hold; progress: Progress; request: LongRequest }[] = [];

  checkpoint(hold: Hold, progress: Progress, request: LongRequest): void {
    this.checkpoints.push({ hold, progress, request });
  }

  flush(): void {}

  releaseAll(): void {
    for (const release of this.#waiting.splice(0)) release();
  }

  /** The outcome of the one request so far; fails when there is none, or more than one. */
  async only(): Promise<Settlement> {
    await vi.waitFor(() => {
      if (this.settled.length === 0) throw new Error('nothing is settled');
    }, WAIT);
    // A second settlement of the same request would come within a few turns.
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
    if (this.settled.length !== 1 || this.begun.length !== 1) throw new Error('not exactly one');
    return this.settled[0]!.settlement;
  }
}

export const WAIT = { timeout: 30_000, interval: 5 };

const LOOPBACK = readSubnets('127.0.0.0/8, ::1') ?? [];

export type RigOptions = {
  routes?: (upstream: string) => RouteFact[];
  upstream?: RequestListener;
  /** A raw upstream: gets each connection. */
  rawUpstream?: (socket: Socket) => void;
  fact?: KeyFact | null;
  keys?: Keys;
  limits?: LimitState[];
  admit?: (request: AdmissionRequest) => Admission | Promise<Admission>;
  trusted?: string[];
  now?: number;
  upstreams?: Partial<UpstreamsOf>;
  checkpointMs?: number;
  connections?: Partial<ConnectionLimits>;
  load?: Partial<LoadOf>;
  tracing?: Tracing;
};

export type Rig = {
  port: number;
  url: string;
  upstreamPort: number;
  metering: StubMetering;
  refusals: string[];
  host: ExchangeHost;
  server: Server;
  stopping: { value: boolean };
  close(): Promise<void>;
};

const portOf = (server: Server | TcpServer): number => (server.address() as AddressInfo).port;
const listening = (server: Server | TcpServer): Promise<void> =>
  new Promise((done) => {
    server.listen(0, '127.0.0.1', done);
  });

function openUpstream(options: RigOptions): { server: Server | TcpServer; sockets: Set<Socket> } {
  const sockets = new Set<Socket>();
  const server = options.rawUpstream
    ? createTcpServer(options.rawUpstream)
    : createServer(options.upstream ?? ((_request, response) => response.end('hello')));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  return { server, sockets };
}

function hostOf(options: RigOptions, metering: Metering, stopping: () => boolean): ExchangeHost {
  const proxies = new BlockList();
  for (const address of options.trusted ?? []) proxies.addAddress(address);
  return {
    metering,
    spans: new Spans(options.checkpointMs ?? 60_000, metering),
    fleet: new Fleet(() => performance.now()),
    upstreams: new Upstreams({ allowed: LOOPBACK, ...options.upstreams }),
    connections: new Connections(),
    connectionLimit: new ConnectionLimit({
      max: 1_000,
      perClientMax: 1_000,
      proxies,
      ...options.connections,
    }),
    load: new Load({
      requestsMax: 1_000,
      delayMaxMs: 0,
      random: () => 0,
      now: () => performance.now(),
      ...options.load,
    }),
    mint: new Mint(() => Date.now()),
    telemetry: new Telemetry(),
    tracing: options.tracing,
    log: pino({ level: 'silent' }),
    proxies,
    stopping,
  };
}

/** A gateway on real sockets before a scripted upstream; ports are stubs. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const { server: upstream, sockets } = openUpstream(options);
  await listening(upstream);
  const upstreamUrl = `http://127.0.0.1:${portOf(upstream)}`;
  const routes = options.routes?.(upstreamUrl) ?? [routeFact({ upstream_url: upstreamUrl })];
  const table = new RouteTable({ last: '0', routes });
  const metering = new StubMetering();
  const refusals: string[] = [];
  const stopping = { value: false };
  const host = hostOf(options, metering, () => stopping.value);
  const fact = options.fact === undefined ? keyFact() : options.fact;
  const known = hash('sha256', KEY);
  const keys: Keys = options.keys ?? {
    peek: (hex) => (hex === known ? fact : undefined),
    load: () => Promise.reject(new Error('not asked for')),
  };
  const admitted = (request: AdmissionRequest): Admission => ({
    kind: 'admitted',
    limits: options.limits ?? [],
    hold: {
      requestId: request.requestId,
      fact: request.fact,
      route: request.route,
      admittedAt: 0,
      spends: [],
    },
  });
  const app = openApp({
    routes: { current: () => table },
    keys,
    tills: { admit: options.admit ?? admitted },
    refusals: { count: (customer, reason) => refusals.push(`${customer} ${reason}`) },
    clock: { now: () => options.now ?? 1_000 },
    readiness: host.fleet,
    keySets: openKeySets(host.upstreams),
    hash: (text) => hash('sha256', text),
  });
  const server = openServer(app, host);
  await listening(server);
  const port = portOf(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    upstreamPort: portOf(upstream),
    metering,
    refusals,
    host,
    server,
    stopping,
    close: async () => {
      host.spans.close();
      server.closeAllConnections();
      server.close();
      for (const socket of sockets) socket.destroy();
      upstream.close();
      await host.upstreams.destroy();
    },
  };
}
