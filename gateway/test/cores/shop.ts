import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { createToken } from '../../../billing-core/src/auth/tokens.ts';
import { openDatabase, type Sql } from '../../../billing-core/src/kit/database.ts';
import { environment, run, type Run } from '../../../billing-core/src/test/core-process.ts';
import { COMPILED } from '../../../scripts/test/compiled.ts';
import { testFolder } from '../../../scripts/test/folder.ts';
import { freePort } from '../../../scripts/test/free-port.ts';
import { untilReady } from '../../../scripts/test/until-ready.ts';

const GATEWAY = fileURLToPath(new URL('../../src/node/main.ts', import.meta.url));
const PATIENT = { timeout: 60_000, interval: 50 };

const isReady = async (port: string | number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200;

type GatewayProcess = { url: string; privatePort: string; child: ChildProcess; spool: string };

/** Real processes: one billing-core on a database, gateways before it, and an API behind them. */
export class Shop {
  readonly gateways: GatewayProcess[] = [];
  readonly #databaseUrl: () => string;
  readonly #upstream: Server;
  readonly #folder = testFolder('shop');
  #core: Run | undefined;
  #env: Record<string, string> = {};
  #tokens = { admin: '', sync: '' };
  #plans = 0;
  /** Requests that reached the API. */
  reached = 0;
  key = '';
  customerId = '';

  private constructor(databaseUrl: () => string) {
    this.#databaseUrl = databaseUrl;
    this.#upstream = createServer((_, response) => {
      this.reached += 1;
      response.end('ok');
    });
  }

  /**
   * `databaseUrl` is where core finds its database; `at` where this test does; `settings` are
   * variables of core's environment beside the usual ones.
   */
  static async open(
    databaseUrl: string,
    at: () => string,
    settings: Record<string, string> = {},
  ): Promise<Shop> {
    const shop = new Shop(at);
    shop.#upstream.listen(0, '127.0.0.1');
    await once(shop.#upstream, 'listening');
    shop.#env = { ...(await environment(databaseUrl)), LOG_LEVEL: 'warn', ...settings };
    shop.#tokens = await shop.sql(async (sql) => ({
      admin: await mint(sql, 'admin'),
      sync: await mint(sql, 'sync'),
    }));
    await shop.startCore();
    return shop;
  }

  get coreUrl(): string {
    return `http://127.0.0.1:${this.#env['PORT']}`;
  }

  get corePrivatePort(): string {
    return this.#env['PRIVATE_PORT'] ?? '';
  }

  async startCore(): Promise<void> {
    this.#core = run('main.ts', this.#env);
    await vi.waitUntil(() => isReady(this.#env['PRIVATE_PORT'] ?? 0), PATIENT);
  }

  /** Ends it at once, as the machine that it runs on might. */
  async killCore(): Promise<void> {
    this.#core?.child.kill('SIGKILL');
    await this.#core?.ended;
  }

  /** A command of billing-core on this database. Out: what it prints. */
  async command(entry: string): Promise<string> {
    const { stdout, stderr, ended } = run(entry, this.#env);
    if ((await ended) !== 0) throw new Error(await stderr);
    return stdout;
  }

  sql<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.sqlOn(this.#databaseUrl(), work);
  }

  async sqlOn<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const sql = openDatabase(url, 1);
    try {
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  async api<Answer>(
    path: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.#tokens.admin}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(`http://127.0.0.1:${this.#env['PORT']}/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** One customer with a hard quota, and a route to the API. */
  async sell(limit: number): Promise<void> {
    await this.openRoute();
    const quota = { kind: 'quota', meter_id: 'mtr_requests', limit: String(limit) };
    const entitlements = [{ ...quota, window: 'month', enforcement: 'hard' }];
    const buyer = await this.subscriber(await this.offer({ entitlements }));
    this.customerId = buyer.id;
    this.key = buyer.key;
  }

  /** A route to the API: all of it unless said. */
  async openRoute(more: object = { name: 'all', path_pattern: '/*' }): Promise<void> {
    const { port } = this.#upstream.address() as AddressInfo;
    await this.api('/routes', { upstream_url: `http://127.0.0.1:${port}`, ...more });
  }

  /** A published version of a plan of its own; its id. */
  async offer(terms: object, kind: 'plan' | 'add_on' = 'plan'): Promise<string> {
    this.#plans += 1;
    const named = { slug: `p${this.#plans}`, name: `P${this.#plans}`, kind };
    const plan = await this.api<{ id: string }>('/plans', named);
    const content = { currency: 'USD', prices: [], entitlements: [], ...terms };
    const version = await this.api<{ id: string }>(`/plans/${plan.id}/versions`, content);
    await this.api(`/plan-versions/${version.id}/publish`, {});
    return version.id;
  }

  /** A customer on this version, with a key. */
  async subscriber(versionId: string): Promise<{ id: string; subscription: string; key: string }> {
    const { id } = await this.api<{ id: string }>('/customers', { name: 'C' });
    const wanted = { customer_id: id, plan_version_id: versionId };
    const { id: subscription } = await this.api<{ id: string }>('/subscriptions', wanted);
    const key = await this.api<{ secret: string }>(`/customers/${id}/keys`, { name: 'k' });
    return { id, subscription, key: key.secret };
  }

  /**
   * Starts a gateway, on a spool that is there already when `at` names one; `settings` are
   * variables beside the usual ones.
   */
  async startGateway(
    at = this.gateways.length,
    settings: Record<string, string> = {},
  ): Promise<void> {
    const [port, privatePort] = [await freePort(), await freePort()];
    const spool = join(this.#folder, `spool-${at}`);
    const child = spawn(process.execPath, [GATEWAY], {
      env: {
        ...COMPILED,
        PORT: `${port}`,
        PRIVATE_PORT: `${privatePort}`,
        BILLING_CORE_URL: `http://127.0.0.1:${this.#env['PORT']}`,
        GATEWAY_TOKEN: this.#tokens.sync,
        SPOOL_DIR: spool,
        UPSTREAM_ALLOW: '127.0.0.1',
        LOG_LEVEL: 'silent',
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = `http://127.0.0.1:${privatePort}/readyz`;
    await untilReady(child, { url, output: () => 'its log is silent' });
    this.gateways[at] = {
      url: `http://127.0.0.1:${port}`,
      privatePort: `${privatePort}`,
      child,
      spool,
    };
  }

  async stopGateway(at: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this.gateways[at] as GatewayProcess;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async ask(at: number, key = this.key, path = '/x'): Promise<number> {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${this.gateways[at]?.url}${path}`, { headers }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    return answer?.status ?? 0;
  }

  /** Asks all gateways in turn until so many were served. Gives how many that were. */
  async serve(count: number): Promise<number> {
    let served = 0;
    for (let turn = 0; served < count; turn++) {
      if ((await this.ask(turn % this.gateways.length)) === 200) served += 1;
    }
    return served;
  }

  /** Asks until gateways say, again and again, that the quota is used up. Gives how many served. */
  async exhaust(key = this.key): Promise<number> {
    let served = 0;
    let refusedInARow = 0;
    const client = async (at: number): Promise<void> => {
      while (refusedInARow < 200) {
        const status = await this.ask(at % this.gateways.length, key);
        if (status === 200) served += 1;
        refusedInARow = status === 429 ? refusedInARow + 1 : 0;
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, at) => client(at)));
    return served;
  }

  recorded(): Promise<number> {
    return this.sql(async (sql) => {
      const [row] = await sql`select coalesce(sum(requests), 0)::int as sum from usage_entries`;
      return row?.['sum'] as number;
    });
  }

  async close(): Promise<void> {
    for (const { child } of this.gateways) child.kill('SIGKILL');
    this.#core?.child.kill('SIGKILL');
    this.#upstream.close();
    this.#upstream.closeAllConnections();
  }
}

async function mint(sql: Sql, scope: 'admin' | 'sync'): Promise<string> {
  const actor = { kind: 'system', id: 'test' } as const;
  const made = await sql.begin((tx) =>
    createToken({ tx, actor, now: Date.now(), requestId: 'r' }, { name: scope, scopes: [scope] }),
  );
  return made.token;
}
