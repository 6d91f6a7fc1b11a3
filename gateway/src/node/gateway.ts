import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { BlockList, Server as TcpServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from '../app.ts';
import { Fleet } from '../core/fleet.ts';
import type { RouteTable } from '../core/route.ts';
import type { Clock, Metering, Refusals, Tills } from '../ports.ts';
import { Certificates } from './certificates.ts';
import { Changes } from './changes.ts';
import type { Config, Network } from './config.ts';
import { Connections } from './connections.ts';
import { CoreClient } from './core-client.ts';
import { FactStore } from './fact-store.ts';
import { openFreshness } from './freshness.ts';
import { tell } from './gauges.ts';
import { HealthChecks } from './health-checks.ts';
import { KeyFacts } from './key-facts.ts';
import { openKeySets } from './key-sets.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { Load } from './load.ts';
import type { Log } from './log.ts';
import { Mint } from './mint.ts';
import { openPrivateServer } from './private-server.ts';
import { RequestLog } from './request-log.ts';
import { RouteFacts } from './route-facts.ts';
import { Spans } from './spans.ts';
import { openStatusReport } from './status-report.ts';
import { listen, openServer } from './server.ts';
import { Telemetry } from './telemetry.ts';
import type { Tracing } from './tracing.ts';
import type { TurnEnd } from './turn-end.ts';
import { Upstreams } from './upstreams.ts';

/** How long requests under way may take to finish when the gateway stops. */
export const DRAIN_MS = 10_000;
/** How long connections that carry nothing stay open then, at most. */
const IDLE_GRACE_MS = 1_000;
/** How long what was cut off may take to be recorded. */
const RECORD_GRACE_MS = 1_000;
/** How long the last sync may take then; what is left the next start sends. */
const LAST_SYNC_MS = 5_000;

/** The metering of one process, opened: what decides on limits and records what happened. */
export type Meters = {
  readonly clock: Clock;
  readonly tills: Tills & {
    reopen(customerId: string, change: bigint): void;
    recall(customerId: string, window?: string): void;
    startOver(change: bigint): void;
  };
  readonly metering: Metering & {
    readonly openRequests: number;
    readonly unwritten: number;
    readonly backlog: { readonly records: number; readonly bytes: number; readonly ageMs: number };
  };
  readonly refusals: Refusals;
  readonly gateway: string;
  /** The boot of the moment. */
  readonly boot: string;
  stopAdmitting(): void;
  /** False when the next start has to send what is left. */
  close(deadlineMs: number): Promise<boolean>;
};

export type GatewayOf = {
  readonly config: Config;
  readonly log: Log;
  readonly meters: Meters;
  /** ms since the epoch. */
  readonly wallNow: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly drainMs?: number;
  readonly turnEnd?: TurnEnd;
  /** Left out where no collector is told of anything. */
  readonly tracing?: Tracing | undefined;
};

export type Gateway = {
  /** Finishes what is under way and sends what was recorded; true when core has it all. */
  stop(): Promise<boolean>;
};

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** What the gateway knows of the world, and keeps knowing. */
function openFacts(of: GatewayOf, telemetry: Telemetry, onTable: (table: RouteTable) => void) {
  const { config, log, meters, random } = of;
  const { clock } = meters;
  mkdirSync(config.spoolDir, { recursive: true, mode: 0o700 });
  const core = new CoreClient(config.coreUrl, config.token, of.tracing);
  const store = new FactStore(config.spoolDir, config.token, config.keysMax);
  const freshness = openFreshness(of, store.feed()?.verifiedAt);
  const keys = new KeyFacts({ core, store, freshness, clock, telemetry, log });
  const routes = new RouteFacts({
    core,
    store,
    freshness,
    log,
    onTable,
  });
  const onLimits = (customerId: string, change: bigint): void =>
    meters.tills.reopen(customerId, change);
  const onRecall = (customerId: string, window?: string): void =>
    meters.tills.recall(customerId, window);
  const changes = new Changes({
    core,
    store,
    freshness,
    keys,
    routes,
    log,
    random,
    onLimits,
    onRecall,
    onReset: (change) => meters.tills.startOver(change),
  });
  changes.start();
  telemetry.gauge('gateway_keys_cached', 'Keys in memory', () => keys.size);
  const following = (): number => Number(changes.following);
  telemetry.gauge('gateway_changes_following', '1 while the changes feed is followed', following);
  const close = async (): Promise<void> => {
    await changes.close();
    await core.close();
    store.close();
  };
  return { keys, routes, changes, close };
}

// To a load balancer that is not known as one, all its clients together look like one.
const MANY = 'a client has too many connections; a load balancer belongs in TRUSTED_PROXIES';

/** What keeps the process within its means. */
function openLimits({ config, log, random }: GatewayOf, telemetry: Telemetry) {
  const proxies = blockListOf(config.trustedProxies);
  const { requestsMax, delayMaxMs, connectionsMax, connectionsPerClientMax } = config;
  const now = (): number => performance.now();
  const load = new Load({ requestsMax, delayMaxMs, random, now });
  const connectionLimit = new ConnectionLimit({
    max: connectionsMax,
    perClientMax: connectionsPerClientMax,
    proxies,
    onMany: (client) => log.warn({ client }, MANY),
  });
  telemetry.gauge('gateway_connections_open', 'Connections of clients', () => connectionLimit.open);
  const delay = (): number => load.delayMs / 1_000;
  telemetry.gauge('gateway_event_loop_delay_seconds', 'Smoothed lateness of the loop', delay);
  load.start();
  return { load, connectionLimit, proxies };
}

const EXPIRES = 'Days until the first certificate of a route for TLS with its upstreams expires';

/** The upstreams of all routes: whom to ask, how they do, and who asks after them. */
function openUpstreams(of: GatewayOf, telemetry: Telemetry) {
  const { config, log, random, turnEnd, wallNow } = of;
  const upstreams = new Upstreams({
    allowed: config.upstreamAllow,
    onRefused: ({ message }) => log.error(message),
    onTlsFault: (fault) => log.error(fault, 'TLS with an upstream of a route fails'),
    onTlsFailed: (route, reason) => telemetry.tlsFailed(route, reason),
    ...(turnEnd && { turnEnd }),
  });
  const fleet = new Fleet(() => performance.now());
  const checks = new HealthChecks({ upstreams, fleet, log, random });
  telemetry.gauge('gateway_upstreams_out', 'Upstreams that are not asked', () => fleet.out());
  const certificates = new Certificates(wallNow);
  telemetry.byRoute('gateway_upstream_certificate_expires_days', EXPIRES, () =>
    certificates.daysLeft(),
  );
  const onTable = ({ routes }: RouteTable): void => {
    for (const keeper of [upstreams, fleet, checks, certificates]) keeper.keep(routes);
  };
  return { upstreams, fleet, checks, reporting: openStatusReport(of, fleet), onTable };
}

/** What core is told of single requests; undefined where that is off. */
function openRequestLog({ config, log, meters, tracing }: GatewayOf, telemetry: Telemetry) {
  const { requestLog: mode, coreUrl, token } = config;
  if (mode === 'off') return undefined;
  const core = new CoreClient(coreUrl, token, tracing);
  const requestLog = new RequestLog({
    mode,
    clock: meters.clock,
    log,
    send: (message, timeoutMs) => core.post('/internal/v1/requests', message, timeoutMs),
  });
  const left = (): number => requestLog.left;
  telemetry.gauge('gateway_requests_not_logged', 'Requests that the request log left out', left);
  const close = (): Promise<void> => requestLog.close().finally(() => core.close());
  return { requestLog, close };
}

/** Opens both ports and serves until it is stopped. Throws when a port is taken. */
export async function openGateway(of: GatewayOf): Promise<Gateway> {
  const { config, log, meters } = of;
  let stopping = false;
  const telemetry = new Telemetry();
  const { upstreams, fleet, checks, reporting, onTable } = openUpstreams(of, telemetry);
  const connections = new Connections();
  const facts = openFacts(of, telemetry, onTable);
  const app = openApp({
    routes: facts.routes,
    keys: facts.keys,
    tills: meters.tills,
    refusals: meters.refusals,
    clock: meters.clock,
    readiness: fleet,
    keySets: openKeySets(upstreams),
    hash: (text) => hash('sha256', text),
  });
  const spans = new Spans(config.checkpointMs, meters.metering);
  const noted = openRequestLog(of, telemetry);
  const server = openServer(app, {
    metering: meters.metering,
    spans,
    upstreams,
    fleet,
    connections,
    mint: new Mint(of.wallNow),
    telemetry,
    requestLog: noted?.requestLog,
    tracing: of.tracing,
    log,
    ...openLimits(of, telemetry),
    stopping: () => stopping,
  });
  const privateServer = openPrivateServer({
    registry: telemetry.registry,
    notReady: () => {
      if (stopping) return 'stopping';
      return facts.routes.current() ? undefined : 'the routes are not known yet';
    },
  });
  tell(telemetry, connections, of);

  const close = async (): Promise<boolean> => {
    spans.close();
    checks.close();
    await Promise.all([facts.close(), upstreams.destroy(), noted?.close(), reporting.close()]);
    privateServer.close();
    privateServer.closeAllConnections();
    return meters.close(LAST_SYNC_MS);
  };
  try {
    await listen(privateServer, config.privatePort, config.host);
    await listen(server, config.port, config.host);
  } catch (error) {
    await close();
    throw error;
  }
  const { host, port, privatePort } = config;
  log.info({ host, port, private_port: privatePort }, 'the gateway listens');
  return {
    stop: async () => {
      stopping = true;
      await drain(server, connections, of);
      meters.stopAdmitting();
      const complete = await close();
      log.info({ complete }, 'the gateway has stopped');
      return complete;
    },
  };
}

/**
 * Accepts no connection any more and lets the requests under way finish, within the deadline. An
 * idle connection stays for a moment: a request may be on its way on it, and is answered, with
 * word to close. The server's own way of closing would cut it at once, and that request with it.
 */
async function drain(server: Server, connections: Connections, of: GatewayOf): Promise<void> {
  const deadline = of.drainMs ?? DRAIN_MS;
  const emptied = once(server, 'close');
  TcpServer.prototype.close.call(server);
  connections.goAway();
  const done = new AbortController();
  const late = delay(deadline, 'late', { signal: done.signal }).catch(() => 'done');
  const grace = delay(IDLE_GRACE_MS, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([emptied, grace]);
  const ended = await Promise.race([connections.idle().then(() => 'idle'), late]);
  done.abort();
  if (ended === 'late') {
    of.log.warn({ requests: connections.busy }, 'requests are cut off by the end of the gateway');
    connections.abandon();
    // A disk that takes nothing holds their records: what is not recorded is not answered.
    await Promise.race([connections.idle(), delay(RECORD_GRACE_MS, undefined, { ref: false })]);
    connections.cut();
  }
  server.closeAllConnections();
}
