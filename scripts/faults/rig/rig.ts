import postgres from 'postgres';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createToken } from '../../../billing-core/src/auth/tokens.ts';
import type { Scope } from '../../../billing-core/src/contract/admin-token.ts';
import { openDatabase } from '../../../billing-core/src/kit/database.ts';
import { newId } from '../../../billing-core/src/kit/id.ts';
import { testDatabase } from '../../test/database.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { sized } from '../size.ts';
import { type CoreOf, corePart } from './core.ts';
import { Gateway, type GatewayOf } from './gateway.ts';
import { Load, type LoadOf, MIXED } from './load.ts';
import { Market } from './market.ts';
import { Part } from './part.ts';
import { Wire } from './wire.ts';

type Database = { url: string; drop(): Promise<void> };
type GatewayAsked = Partial<Pick<GatewayOf, 'spool' | 'env' | 'wrap' | 'without'>>;

export type RigOf = {
  gateways?: number;
  /** What all of these gateways have in common. */
  gateway?: GatewayAsked;
  core?: Pick<CoreOf, 'wrap' | 'without'>;
  /** A database with all migrations applied; a new one unless told. */
  database?: Database;
};

type LoadAsked = Partial<LoadOf> & Pick<LoadOf, 'keys'>;

async function mint(databaseUrl: string, scopes: Scope[]): Promise<string> {
  const sql = openDatabase(databaseUrl, 1);
  const now = Date.now();
  const doing = { actor: { kind: 'system', id: 'test' } as const, now };
  const made = await sql.begin((tx) =>
    createToken({ ...doing, tx, requestId: newId('req', now) }, { name: scopes.join(), scopes }),
  );
  await sql.end();
  return made.token;
}

/** A whole installation of processes, with a wire that can be hurt between each two. */
export class Rig {
  readonly folder: string;
  readonly database: Database;
  readonly market: Market;
  readonly gateways: Gateway[] = [];
  readonly upstream: Part;
  readonly upstreamLog: string;
  readonly sql: postgres.Sql;
  core: Part;
  readonly #coreOf: CoreOf;
  readonly #gatewayToken: string;
  readonly #loads: Load[] = [];

  private constructor(of: {
    database: Database;
    coreOf: CoreOf;
    upstreamPort: number;
    tokens: { admin: string; gateway: string };
  }) {
    this.folder = testFolder('rig');
    this.database = of.database;
    this.sql = postgres(of.database.url, { max: 3, onnotice: () => {} });
    this.#coreOf = of.coreOf;
    this.core = corePart(of.coreOf);
    this.#gatewayToken = of.tokens.gateway;
    this.market = new Market(`http://127.0.0.1:${of.coreOf.port}`, of.tokens.admin);
    this.upstreamLog = join(this.folder, 'upstream.log');
    this.upstream = new Part({
      name: 'upstream',
      args: ['scripts/faults/programs/upstream.ts'],
      env: { PORT: `${of.upstreamPort}`, LOG: this.upstreamLog },
    });
  }

  static async open(of: RigOf = {}): Promise<Rig> {
    const database = of.database ?? (await testDatabase());
    const [admin, gateway] = [
      await mint(database.url, ['admin']),
      await mint(database.url, ['sync']),
    ];
    const [port, privatePort] = [await freePort(), await freePort()];
    const coreOf = { databaseUrl: database.url, port, privatePort, ...of.core };
    const upstreamPort = await freePort();
    const rig = new Rig({ database, coreOf, upstreamPort, tokens: { admin, gateway } });
    try {
      await Promise.all([rig.core.start(), rig.upstream.start()]);
      await rig.market.openShop(`http://127.0.0.1:${upstreamPort}`);
      for (let n = 0; n < (of.gateways ?? 1); n++) await rig.addGateway(of.gateway);
      await Promise.all(rig.gateways.map(({ part }) => part.start()));
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** Makes one more gateway; the caller starts it. */
  async addGateway(asked: GatewayAsked = {}): Promise<Gateway> {
    const at = this.gateways.length;
    const spool = asked.spool ?? join(this.folder, `spool-${at}`);
    mkdirSync(spool, { recursive: true });
    const gateway = new Gateway({
      ...asked,
      at,
      spool,
      token: this.#gatewayToken,
      ports: { port: await freePort(), privatePort: await freePort() },
      wire: await Wire.open(() => this.#coreOf.port),
    });
    this.gateways.push(gateway);
    return gateway;
  }

  gateway(at: number): Gateway {
    const gateway = this.gateways[at];
    if (!gateway) throw new Error(`there is no gateway ${at}`);
    return gateway;
  }

  /** Puts another billing-core in the place of the one that runs, or ran. */
  async replaceCore(of: Pick<CoreOf, 'wrap' | 'without'>): Promise<void> {
    await this.core.remove();
    this.core = corePart({ ...this.#coreOf, ...of });
    await this.core.start();
  }

  /** Starts a load on all gateways, of 8 clients unless told otherwise. */
  async load(asked: LoadAsked): Promise<Load> {
    const load = await Load.start(this.folder, {
      name: `l${this.#loads.length}`,
      seed: 1,
      urls: this.gateways.map(({ url }) => url),
      weights: this.gateways.map(({ part }) => (part.running ? 1 : 0)),
      clients: 8,
      perSecond: null,
      // At guard size nothing needs a hurry, and what clients burn other tests wait for.
      thinkMs: sized(25, 0),
      answers: MIXED,
      bytesMax: 2_000,
      ...asked,
    });
    this.#loads.push(load);
    return load;
  }

  async close(): Promise<void> {
    await Promise.all(this.#loads.map((load) => load.remove()));
    await Promise.all(this.gateways.map(({ part }) => part.remove()));
    await Promise.all([this.core.remove(), this.upstream.remove()]);
    await Promise.all(this.gateways.map(({ wire }) => wire.close()));
    await this.sql.end({ timeout: 1 });
    await this.database.drop();
  }
}
