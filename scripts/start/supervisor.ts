import { performance } from 'node:perf_hooks';
import { migrate } from '../../billing-core/src/kit/migrate.ts';
import { stopLeftover } from '../postgres/leftover.ts';
import type { StartConfig } from './config.ts';
import { coreApi } from './core-api.ts';
import { claim, type DataDir, dataDirAt, reset } from './data-dir.ts';
import { ensureDemo } from './demo.ts';
import { devFacts, writeDevFile } from './dev-file.ts';
import { type Kept, keepRunning, type Part, type PartEvent } from './keeper.ts';
import { endLeftoverParts, type Pids, rememberPids } from './leftover-parts.ts';
import { beginLogs, boundLogs } from './log-file.ts';
import {
  addresses,
  billingCorePart,
  gatewayPart,
  stripePart,
  upstreamPart,
  webPart,
} from './parts.ts';
import { assertFree } from './port-check.ts';
import { ensureDatabase, postgresPart } from './postgres-part.ts';
import { eventLine, welcome } from './screen.ts';
import { loadSecrets, saveSecrets, type Secrets } from './secrets.ts';
import { ensureWebhook } from './stripe-webhook.ts';
import { mintToken } from './token.ts';
import { buildWeb, isWebBuilt } from './web-build.ts';

/** The gateway first: it drains, and ships what it counted to a billing-core that still runs. */
const STOP_ORDER = ['gateway', 'web', 'billing-core', 'stripe', 'upstream', 'postgres'];

/** Runs the whole product on this machine and keeps it running. */
export class Supervisor {
  readonly #config: StartConfig;
  readonly #say: (line: string) => void;
  readonly #dataDir: DataDir;
  readonly #stopped = new AbortController();
  readonly #kept = new Map<string, Kept>();
  readonly #pids: Pids = { supervisor: process.pid };
  readonly #endings: (() => void)[] = [];
  #secrets: Secrets | undefined;
  #databaseUrl = '';
  #isUp = false;

  constructor(config: StartConfig, say: (line: string) => void) {
    this.#config = config;
    this.#say = say;
    this.#dataDir = dataDirAt(config.dataDir);
  }

  /** Resolves when everything is up and the screen was shown. Throws what people should read. */
  async start(): Promise<void> {
    const begin = performance.now();
    this.#endings.push(claim(this.#dataDir));
    await this.#clearGround();
    const secrets = (this.#secrets = loadSecrets(this.#dataDir));
    this.#endings.push(boundLogs(this.#dataDir.logs));

    await Promise.all([this.#portal(), this.#keep(upstreamPart(this.#around)), this.#product()]);

    this.#isUp = true;
    this.#tellOthers();
    const facts = devFacts({ ...this.#around, secrets, databaseUrl: this.#databaseUrl, pids: {} });
    this.#say(welcome(facts, this.#dataDir, (performance.now() - begin) / 1000));
  }

  /** Stops everything in order; what does not end by its deadline is killed. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const name of STOP_ORDER) await this.#kept.get(name)?.stop();
    for (const end of this.#endings.toReversed()) end();
  }

  // What a killed start left alive would hold our ports and data.
  async #clearGround(): Promise<void> {
    await endLeftoverParts(this.#dataDir);
    stopLeftover(this.#dataDir.cluster);
    if (this.#config.reset) reset(this.#dataDir);
    const { postgres, stripe, ...ports } = this.#config.ports;
    const { databaseUrl, stripeKey } = this.#config;
    await assertFree({
      ...ports,
      ...(databaseUrl === undefined && { postgres }),
      ...(stripeKey === undefined && { stripe }),
    });
    beginLogs(this.#dataDir.logs);
  }

  async #portal(): Promise<void> {
    if (!isWebBuilt()) {
      this.#say('  Building the portal; this is needed once.');
      await buildWeb(this.#stopped.signal);
    }
    await this.#keep(webPart(this.#around));
  }

  async #product(): Promise<void> {
    this.#databaseUrl = this.#config.databaseUrl ?? (await this.#ownDatabase());
    await Promise.all([migrate(this.#databaseUrl), this.#stripe()]);
    const core = this.#keep(billingCorePart(this.#around, this.#databaseUrl));
    await this.#ensureTokens();
    const gateway = this.#keep(gatewayPart(this.#around));
    await core;
    await this.#replaceUnknownTokens();
    await this.#demo();
    await gateway;
  }

  // It says what happens there to billing-core, which knows by what it signs.
  async #stripe(): Promise<void> {
    const { secrets, config } = this.#around;
    if (config.stripeKey !== undefined) return;
    await this.#keep(stripePart(this.#around));
    const { stripe, core } = addresses(config);
    const url = `${core}/webhooks/stripe`;
    secrets.stripeWebhook = await ensureWebhook(stripe, url, secrets.stripeWebhook);
    saveSecrets(this.#dataDir, secrets);
  }

  async #ownDatabase(): Promise<string> {
    const { ports } = this.#config;
    const { secrets } = this.#around;
    await this.#keep(postgresPart(this.#dataDir, secrets, ports.postgres));
    return ensureDatabase(secrets, ports.postgres);
  }

  async #ensureTokens(): Promise<void> {
    const { secrets, config } = this.#around;
    const env = { ...config.systemEnv, DATABASE_URL: this.#databaseUrl };
    const mint = (name: string, scope: 'admin' | 'sync'): Promise<string> =>
      mintToken(env, { name, scope }, this.#stopped.signal);
    [secrets.adminToken, secrets.gatewayToken] = await Promise.all([
      secrets.adminToken ?? mint('npm start', 'admin'),
      secrets.gatewayToken ?? mint('npm start: gateway', 'sync'),
    ]);
    saveSecrets(this.#dataDir, secrets);
  }

  // DATABASE_URL may point to another database than last time, which knows none of our tokens.
  async #replaceUnknownTokens(): Promise<void> {
    if (await this.#api().knowsToken()) return;
    const { secrets } = this.#around;
    for (const name of ['adminToken', 'gatewayToken', 'demo'] as const) delete secrets[name];
    await this.#ensureTokens();
    await this.#kept.get('gateway')?.restart();
  }

  async #demo(): Promise<void> {
    const { secrets, config } = this.#around;
    await ensureDemo({
      api: this.#api(),
      secrets,
      upstreamUrl: `http://127.0.0.1:${config.ports.upstream}`,
      portalUrl: addresses(config).portal,
      save: (demo) => {
        secrets.demo = demo;
        saveSecrets(this.#dataDir, secrets);
      },
    });
  }

  #api(): ReturnType<typeof coreApi> {
    const { config, secrets } = this.#around;
    const url = `http://127.0.0.1:${config.ports.billingCore}`;
    return coreApi(url, secrets.adminToken ?? '', this.#stopped.signal);
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
      this.#pids[name.replaceAll('-', '_')] = event.pid;
      this.#tellOthers();
    }
    const line = eventLine(name, event);
    if (line !== undefined) this.#say(line);
  }

  #tellOthers(): void {
    const { supervisor: _, postgres: __, ...parts } = this.#pids;
    rememberPids(this.#dataDir, parts);
    if (!this.#isUp) return;
    const pids = { ...this.#pids };
    const facts = devFacts({ ...this.#around, databaseUrl: this.#databaseUrl, pids });
    writeDevFile(this.#dataDir, facts);
  }

  get #around(): { config: StartConfig; dataDir: DataDir; secrets: Secrets } {
    if (!this.#secrets) throw new Error('The secrets are not loaded yet.');
    return { config: this.#config, dataDir: this.#dataDir, secrets: this.#secrets };
  }
}
