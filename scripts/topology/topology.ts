import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PartName as ReleaseName, PARTS } from '../release/parts.ts';
import { makeRelease } from '../release/release.ts';
import { ROOT } from '../start/config.ts';
import { coreApi } from '../start/core-api.ts';
import { claim, type DataDir, dataDirAt, reset } from '../start/data-dir.ts';
import { ensureDemo } from '../start/demo.ts';
import { type Kept, keepRunning, type Part, type PartEvent } from '../start/keeper.ts';
import { endLeftoverParts, type Pids, rememberPids } from '../start/leftover-parts.ts';
import { beginLogs, boundLogs } from '../start/log-file.ts';
import { assertFree } from '../start/port-check.ts';
import { ensureDatabase, postgresPart } from '../start/postgres-part.ts';
import { eventLine } from '../start/screen.ts';
import { loadSecrets, saveSecrets, type Secrets } from '../start/secrets.ts';
import { buildWeb, isWebBuilt } from '../start/web-build.ts';
import { stopLeftover } from '../postgres/leftover.ts';
import { Balancer } from './balancer.ts';
import { OPEN, type PartName, type TopologyConfig } from './config.ts';
import {
  type Around,
  backendOf,
  corePart,
  gatewayPart,
  releaseOf,
  upstreamPart,
  webPart,
} from './parts.ts';
import { writeFacts } from './screen.ts';

/** Gateways first: they ship what they counted to cores that still run. */
const STOP_ORDER = ['gateway-1', 'gateway-2', 'web', 'core-1', 'core-2', 'upstream', 'postgres'];
const ROLL_ORDER = ['core-1', 'core-2', 'gateway-1', 'gateway-2', 'web'] as const;
/**
 * How long a process keeps what it has under way before it is told to stop; what lasts longer, such
 * as a live view, it ends by itself, in good order.
 */
const DRAIN_MS = 2_000;
const READY_WITHIN_MS = 60_000;

/** Runs an installation of several processes behind a balancer, and keeps it running. */
export class Topology {
  readonly #config: TopologyConfig;
  readonly #say: (line: string) => void;
  readonly #dataDir: DataDir;
  readonly #stopped = new AbortController();
  readonly #kept = new Map<string, Kept>();
  readonly #balancers: Balancer[] = [];
  readonly #pids: Pids = { supervisor: process.pid };
  readonly #endings: (() => void)[] = [];
  /** Known once everything is up. */
  #around: Around | undefined;
  #rolling: Promise<void> | undefined;

  constructor(config: TopologyConfig, say: (line: string) => void) {
    this.#config = config;
    this.#say = say;
    this.#dataDir = dataDirAt(config.dataDir);
  }

  /** Resolves when everything is up. Throws what people should read. */
  async start(): Promise<void> {
    this.#endings.push(claim(this.#dataDir));
    await this.#clearGround();
    const secrets = loadSecrets(this.#dataDir);
    this.#endings.push(boundLogs(this.#dataDir.logs));
    await this.#release();
    const databaseUrl = this.#config.databaseUrl ?? (await this.#ownDatabase(secrets));
    const around = { config: this.#config, dataDir: this.#dataDir, secrets, databaseUrl };
    await this.#command(around, 'migrate');
    await this.#ensureTokens(around);
    await Promise.all([this.#keep(upstreamPart(around)), this.#product(around)]);
    await this.#demo(secrets);
    this.#around = around;
    this.#tellPids();
  }

  /**
   * Restarts cores, gateways and portal, one after the other, each when the one before is ready
   * again. Requests go to the others meanwhile; the portal, of which there is one, lets them wait.
   */
  roll(): Promise<void> {
    this.#rolling ??= this.#rollAll().finally(() => (this.#rolling = undefined));
    return this.#rolling;
  }

  /** Stops everything in order; what does not end by its deadline is killed. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const name of STOP_ORDER) await this.#kept.get(name)?.stop();
    await Promise.all(this.#balancers.map((balancer) => balancer.close()));
    for (const end of this.#endings.toReversed()) end();
  }

  async #rollAll(): Promise<void> {
    for (const name of ROLL_ORDER) {
      if (this.#stopped.signal.aborted) return;
      const begin = performance.now();
      const backend = this.#balancers.map((each) => each.backend(name)).find((each) => each);
      await backend?.drain(DRAIN_MS);
      await this.#kept.get(name)?.restart();
      await backend?.readmit(READY_WITHIN_MS);
      const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
      this.#say(`  ${name} was restarted (${seconds} s)`);
    }
    this.#say('  Rolled: all processes are new.');
  }

  // What a killed start left alive would hold our ports and data.
  async #clearGround(): Promise<void> {
    await endLeftoverParts(this.#dataDir);
    stopLeftover(this.#dataDir.cluster);
    if (this.#config.reset) reset(this.#dataDir);
    const { ports, databaseUrl } = this.#config;
    const open = OPEN.map((name) => [name, ports[name]] as const);
    await assertFree({
      ...Object.fromEntries(open),
      ...(databaseUrl === undefined && { postgres: ports.postgres }),
    });
    beginLogs(this.#dataDir.logs);
  }

  async #release(): Promise<void> {
    if (this.#config.releases !== undefined) return;
    if (!isWebBuilt()) await buildWeb(this.#stopped.signal);
    for (const name of Object.keys(PARTS) as ReleaseName[]) {
      makeRelease(ROOT, name, releaseOf({ config: this.#config, dataDir: this.#dataDir }, name));
    }
  }

  async #ownDatabase(secrets: Secrets): Promise<string> {
    const { postgres } = this.#config.ports;
    await this.#keep(postgresPart(this.#dataDir, secrets, postgres));
    return ensureDatabase(secrets, postgres);
  }

  // A command of billing-core, as an operator gives it: from its image.
  async #command(around: Around, name: string, ...args: string[]): Promise<string> {
    const cwd = releaseOf(around, 'billing-core');
    const env = { ...this.#config.systemEnv, DATABASE_URL: around.databaseUrl };
    const program = join(cwd, `billing-core/src/${name}.js`);
    const { signal } = this.#stopped;
    const of = { cwd, env, signal };
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], of);
    return stdout.trim();
  }

  async #ensureTokens(around: Around): Promise<void> {
    const { secrets } = around;
    const mint = (name: string, scope: string): Promise<string> =>
      this.#command(around, 'create-token', '--name', name, '--scopes', scope);
    secrets.adminToken ??= await mint('topology', 'admin');
    secrets.gatewayToken ??= await mint('topology: gateways', 'sync');
    saveSecrets(this.#dataDir, secrets);
  }

  async #product(around: Around): Promise<void> {
    const { ports } = this.#config;
    await Promise.all([
      this.#balance(ports.billingCore, ['core-1', 'core-2']),
      this.#balance(ports.gateway, ['gateway-1', 'gateway-2']),
      this.#balance(ports.portal, ['web']),
      ...(['core-1', 'core-2'] as const).map((name) => this.#keep(corePart(around, name))),
      ...(['gateway-1', 'gateway-2'] as const).map((name) => this.#keep(gatewayPart(around, name))),
      this.#keep(webPart(around)),
    ]);
  }

  async #balance(port: number, names: PartName[]): Promise<void> {
    const backends = names.map((name) => backendOf(this.#config, name));
    this.#balancers.push(await Balancer.open(port, backends));
  }

  async #demo(secrets: Secrets): Promise<void> {
    const { ports } = this.#config;
    const url = `http://127.0.0.1:${ports.billingCore}`;
    await ensureDemo({
      api: coreApi(url, secrets.adminToken ?? '', this.#stopped.signal),
      secrets,
      upstreamUrl: `http://127.0.0.1:${ports.upstream}`,
      portalUrl: `http://localhost:${ports.portal}`,
      save: (demo) => {
        secrets.demo = demo;
        saveSecrets(this.#dataDir, secrets);
      },
    });
  }

  // Resolves when the part is ready for the first time.
  #keep(part: Part): Promise<void> {
    this.#stopped.signal.throwIfAborted();
    const kept = keepRunning(part, (event) => this.#hear(part.name, event));
    this.#kept.set(part.name, kept);
    return kept.ready;
  }

  #hear(name: string, event: PartEvent): void {
    if (event.kind === 'spawned') {
      this.#pids[name] = event.pid;
      this.#tellPids();
    }
    const line = eventLine(name, event);
    if (line !== undefined) this.#say(line);
  }

  #tellPids(): void {
    const { supervisor: _, postgres: __, ...parts } = this.#pids;
    rememberPids(this.#dataDir, parts);
    if (this.#around) writeFacts(this.#around, this.#pids);
  }
}
