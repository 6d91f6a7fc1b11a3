import {
  copyOf,
  settleDown,
  testDatabase,
  type TestDatabase,
} from '../../../../scripts/test/database.ts';
import { windowId } from '../../contract/quota-window.ts';
import type { SyncAnswer } from '../../contract/sync.ts';
import { openCore, type Core } from '../../test/core.ts';
import { beginRecovery } from '../../usage/recovery.ts';
import type { SyncMessage } from '../actions.ts';
import { CUSTOMER, METER } from './ledger.ts';

/** Units a day of the one customer. */
export const LIMIT = 400;

/** Core on a database of which a copy can be taken and put back. */
export class World {
  readonly window: string;
  #database: TestDatabase;
  #backup: TestDatabase | null = null;
  #token = '';
  core: Core;

  private constructor(database: TestDatabase, core: Core) {
    this.#database = database;
    this.core = core;
    const day = Math.floor(core.clock.now / 86_400_000) * 86_400_000;
    const of = { customerId: CUSTOMER, keyId: null, meterId: METER, kind: 'day' } as const;
    this.window = windowId(of, day);
  }

  static async open(): Promise<World> {
    const database = await testDatabase();
    const { sql } = database;
    await sql`insert into customers (id, key_ref, name) values (${CUSTOMER}, '0000000001', 'A')`;
    await sql`insert into plans (id, slug, name) values ('pln_1', 'p', 'P')`;
    await sql`insert into plan_versions (id, plan_id, number, state, currency)
      values ('plv_1', 'pln_1', 1, 'draft', 'USD')`;
    await sql`insert into entitlements
      (id, plan_version_id, position, kind, meter_id, quota_limit, quota_window, enforcement,
       on_unreachable)
      values ('ent_1', 'plv_1', 0, 'quota', ${METER}, ${LIMIT}, 'day', 'hard', 'refuse')`;
    await sql`update plan_versions set state = 'published', published_at = now()`;
    await sql`insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at)
      values ('sub_1', ${CUSTOMER}, 'plv_1', 'UTC', now())`;
    const world = new World(database, await openCore({}, database));
    world.#token = await world.core.mint(['sync']);
    return world;
  }

  wire = async ({ envelope, bytes }: SyncMessage): Promise<SyncAnswer> => {
    const body = Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), bytes]);
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await this.core.call('POST', '/internal/v1/sync', {
      body: new Uint8Array(body),
      headers,
    });
    if (answer.status >= 400 && answer.status !== 410) throw new Error(answer.text);
    return answer.body as unknown as SyncAnswer;
  };

  async backUp(): Promise<void> {
    await this.core.close();
    await this.#backup?.drop();
    this.#backup = await copyOf(this.#database);
    this.core = await openCore({}, this.#database);
  }

  /** Puts the copy back: files, with a word of the operator or without one, or a dump. */
  async restore({ as }: { as: 'declared' | 'files' | 'dump' }): Promise<void> {
    if (!this.#backup) throw new Error('there is no backup');
    await this.core.close();
    await this.#database.drop();
    this.#database = this.#backup;
    this.#backup = null;
    if (as !== 'dump') await settleDown(this.#database);
    if (as === 'declared') await this.#database.sql.begin((tx) => beginRecovery(tx, 'declared'));
    this.core = await openCore({}, this.#database);
  }

  get url(): string {
    return this.#database.url;
  }

  async recorded(): Promise<number> {
    const [row] = await this.core.sql`
      select coalesce(sum(requests), 0)::int as sum from usage_entries`;
    return row?.['sum'] as number;
  }

  async lent(): Promise<number> {
    const [row] = await this.core.sql`
      select lent::int as lent from quota_windows where id = ${this.window}`;
    return (row?.['lent'] as number) ?? 0;
  }

  async recoveries(): Promise<string[]> {
    const rows = await this.core.sql`select reason from recoveries order by number`;
    return rows.map((row) => row['reason'] as string);
  }

  async close(): Promise<void> {
    await this.core.close();
    await this.#database.drop();
    await this.#backup?.drop();
  }
}
