import { createHash } from 'node:crypto';
import type { RateReport, SyncAnswer } from '@tollgate/billing-core/contract/sync.ts';
import type { Logger } from 'pino';
import { gate, type GatePorts } from '../../src/app.ts';
import { KeySets } from '../../src/core/key-sets.ts';
import { refuse } from '../../src/core/refusal.ts';
import type { Till } from '../../src/core/till.ts';
import { Changes } from '../../src/node/changes.ts';
import { CoreClient } from '../../src/node/core-client.ts';
import { FactStore } from '../../src/node/fact-store.ts';
import { openFreshness } from '../../src/node/freshness.ts';
import { KeyFacts } from '../../src/node/key-facts.ts';
import type { OpenMetering } from '../../src/node/metering-settings.ts';
import { openMetering } from '../../src/node/open-metering.ts';
import { RouteFacts } from '../../src/node/route-facts.ts';
import { Spans } from '../../src/node/spans.ts';
import type { Telemetry } from '../../src/node/telemetry.ts';
import type { Hold } from '../../src/ports.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { RateWatch } from './rate-watch.ts';
import type { Scenario } from './scenario.ts';
import { bootName, type Tables } from './tables.ts';
import type { Request, Truth } from './truth.ts';
import type { Upstream } from './upstream.ts';
import { Visit } from './visit.ts';
import type { Owner, World } from './world.ts';

/** What everybody in a run shares. */
export type Yard = {
  world: World;
  scenario: Scenario;
  tables: Tables;
  network: Network;
  truth: Truth;
  rates: RateWatch;
  upstream: Upstream;
  /** Boots that lost power with no fsync at all, or whose files rot: no whole is left of them. */
  readonly unsafe: Set<string>;
  readonly rotten: Set<string>;
  /** No client asks for anything before this time. */
  quietUntil: number;
};

const CORE_URL = 'http://core';
const TOKEN = 'tgg_simulated';
/** Shorter than it comes set: so that a response that lasts has several. */
const SPAN_MS = 4_000;
const DRAIN_MS = 10_000;
const LAST_SYNC_MS = 5_000;
const silent = (): void => {};

/** What a process logs is part of what happens. */
function logOf(world: World, name: () => string): Logger {
  const log =
    (level: string) =>
    (of: { err?: Error } | string, text?: string): void => {
      const said = typeof of === 'string' ? of : (text ?? '');
      const because = typeof of !== 'string' && of.err ? `: ${of.err.message}` : '';
      world.note(`${name()} logs ${said}${because}`);
      if (level === 'error') world.count(`error logged: ${said}`);
    };
  return { info: silent, debug: silent, warn: log('warn'), error: log('error') } as never;
}

const TELEMETRY = { lookedUp: silent } as unknown as Telemetry;

/** One process of a gateway: the real decisions, metering, spool, facts and sync. */
export class GatewayProcess implements Owner {
  readonly machine: string;
  readonly yard: Yard;
  alive = true;
  frozenUntil = 0;
  suspendedMs = 0;
  suspendedAt: number | null = null;
  operationsLeft = Number.POSITIVE_INFINITY;
  /** When it last did anything. */
  lastRanAt = 0;
  /** It was told to stop. */
  stopping = false;
  /** Tills as they were last seen, by customer. */
  readonly tills = new Map<string, Till>();
  /** Admitted and not settled. */
  readonly visits = new Set<Visit>();
  open!: OpenMetering;
  spans!: Spans;
  readonly #host: Machine;
  readonly #onExit: (reason: string) => void;
  #ports!: GatePorts;
  #changes!: Changes;
  /** Requests whose answer is not out yet. */
  #busy = 0;

  constructor(yard: Yard, host: Machine, onExit: (reason: string) => void) {
    this.yard = yard;
    this.machine = host.name;
    this.#host = host;
    this.#onExit = onExit;
  }

  /** Its boots: when core ends one, it goes on in another. */
  readonly boots = new Set<string>();

  get name(): string {
    if (!this.open) return `${this.machine}/starting`;
    const name = bootName(this.open);
    if (!this.boots.has(name)) this.#begins(name);
    return name;
  }

  #begins(boot: string): void {
    if (this.boots.size > 0) {
      this.yard.world.count('boot begun anew');
      for (const { request } of this.visits) this.yard.truth.moved(request, boot);
    }
    this.yard.truth.begunAt.set(boot, this.yard.world.now);
    this.boots.add(boot);
    this.#host.boots.add(boot);
  }

  /** As the entry file and openGateway do it. Throws when the disk does not let it. */
  start(): void {
    const { world } = this.yard;
    const wallNow = (): number => this.#host.wallNow();
    const random = (): number => world.random.next();
    const spoolDir = `/${this.machine}`;
    const log = logOf(world, () => this.name);
    this.open = openMetering({
      spoolDir,
      fsync: this.#host.fsync,
      spoolBytesMax: this.#host.spoolBytesMax,
      whenFull: this.#host.whenFull,
      coreUrl: CORE_URL,
      token: TOKEN,
      version: '0',
      log,
      wallNow,
      random,
      onFatal: (error) => this.uncaught(error),
    });
    const { tills, clock, refusals } = this.open;
    this.#watch();
    const core = new CoreClient(CORE_URL, TOKEN);
    const store = new FactStore(spoolDir, TOKEN);
    const freshness = openFreshness({ wallNow, meters: this.open }, store.feed()?.verifiedAt);
    const keys = new KeyFacts({ core, store, freshness, clock, telemetry: TELEMETRY, log });
    const routes = new RouteFacts({ core, store, freshness, log, onTable: silent });
    const facts = { core, store, freshness, keys, routes, log, random };
    this.#changes = new Changes({
      ...facts,
      onLimits: (customer, change) => tills.reopen(customer, change),
      onRecall: (customer, window) => tills.recall(customer, window),
      onReset: (change) => tills.startOver(change),
    });
    this.#changes.start();
    this.spans = new Spans(SPAN_MS, this.open.metering);
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const readiness = { awaited: () => undefined };
    const keySets = new KeySets({
      read: () => Promise.reject(new Error('no issuer here')),
      now: wallNow,
      pause: () => Promise.resolve(),
      behind: () => {},
    });
    this.#ports = { routes, keys, tills, refusals, clock, readiness, keySets, hash };
  }

  /** Sees the tills and their shares; changes nothing. */
  #watch(): void {
    const { tills } = this.open;
    const { rates } = this.yard;
    const till = tills.till.bind(tills);
    tills.till = (customer): Till => {
      const found = till(customer);
      this.tills.set(customer, found);
      return found;
    };
    const startAnew = tills.startAnew.bind(tills);
    tills.startAnew = () => {
      // Who has been forgotten meanwhile is not emptied: its leases were the ended boot's.
      this.tills.clear();
      return startAnew();
    };
    const shared = tills.shared.bind(tills);
    tills.shared = (sent: readonly RateReport[], answer: SyncAnswer, at: number) => {
      shared(sent, answer, at);
      for (const share of answer.desk === undefined ? [] : answer.shares) {
        const paced = this.tills.get(share.customer);
        if (paced?.rate) rates.told(this.name, paced, share);
      }
    };
  }

  kill(): void {
    this.#host.kill(this, 'is killed');
  }

  /** A process that cannot go on exits; its supervisor starts the next one. */
  uncaught(error: unknown): void {
    if (!this.alive) return;
    const { message } = error as Error;
    const isExpected = /ENOSPC|EIO|ended this boot|be read/.test(message);
    if (!isExpected) this.yard.world.fail(error);
    this.#onExit(message);
  }

  /** A request of a client has arrived. */
  arrive(request: Request): Visit {
    request.boot = this.name;
    const visit = new Visit(this, request);
    this.#busy += 1;
    // Its connections are closed to new requests: a client finds nobody here.
    if (this.stopping) visit.refuse(refuse('stopping'));
    else {
      const answer = gate(this.#ports, visit);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => this.yard.world.uncaught(error));
      }
    }
    return visit;
  }

  refused({ request }: Visit): void {
    this.#busy -= 1;
    this.yard.world.note(`${this.name} refuses ${request.id}: ${request.refusedAs}`);
  }

  admitted(visit: Visit, hold: Hold): void {
    const { world, rates, truth } = this.yard;
    const { request } = visit;
    // It may have waited since before its gateway went on in another boot.
    request.boot = this.name;
    truth.admitted(request, hold);
    this.visits.add(visit);
    world.note(`${this.name} admits ${request.id} of ${request.spec.id}`);
    rates.admitted(request.spec.id, this.tills.get(request.spec.id));
  }

  settled(visit: Visit): void {
    this.visits.delete(visit);
  }

  left(_visit: Visit): void {
    this.#busy -= 1;
  }

  /** SIGTERM, as openGateway's stop: the open requests may end, then the last batches and seal. */
  async stop(): Promise<boolean> {
    const { world } = this.yard;
    this.stopping = true;
    const pause = (): Promise<void> =>
      new Promise((resolve) => {
        world.after(100, this, resolve);
      });
    for (let waited = 0; this.#busy > 0 && waited < DRAIN_MS; waited += 100) await pause();
    for (const visit of this.visits) visit.abandon();
    while (this.#busy > 0) await pause();
    this.open.stopAdmitting();
    await this.#changes.close();
    return this.open.close(LAST_SYNC_MS);
  }
}
