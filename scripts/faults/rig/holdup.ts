import { setTimeout as pause } from 'node:timers/promises';
import type { ReservedSql, Sql } from 'postgres';

/** Where billing-core stands in the transaction of a batch. */
export type Place = 'before the batch is written' | 'at the commit';

const LOCKS: Record<Place, number> = {
  'before the batch is written': 8_801,
  'at the commit': 8_802,
};
const POLL_MS = 5;
const WITHIN_MS = 60_000;

/**
 * Holds transactions up at a place of our choosing, so that a process can be killed just there:
 * triggers that wait for an advisory lock. They change when things happen, and nothing else.
 */
export class Holdup {
  readonly #sql: Sql;
  #holder: ReservedSql | undefined;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async install(sql: Sql): Promise<Holdup> {
    await sql.unsafe(`
      create function hold_up() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint);
        return new;
      end $$;
      create trigger hold_up_insert before insert on usage_batches
        for each row execute function hold_up(${LOCKS['before the batch is written']});
      create constraint trigger hold_up_commit after insert on usage_batches
        deferrable initially deferred
        for each row execute function hold_up(${LOCKS['at the commit']})`);
    return new Holdup(sql);
  }

  /** From now on whoever comes to this place waits. */
  async close(place: Place): Promise<void> {
    this.#holder = await this.#sql.reserve();
    await this.#holder`select pg_advisory_lock(${LOCKS[place]})`;
  }

  /** Resolves when somebody waits there. */
  async reached(): Promise<void> {
    const until = performance.now() + WITHIN_MS;
    while (performance.now() < until) {
      const waiting = await this.#sql`select from pg_locks where locktype = 'advisory'
        and not granted and classid = 0 and objid between 8801 and 8802
        and database = (select oid from pg_database where datname = current_database())`;
      if (waiting.length > 0) return;
      await pause(POLL_MS);
    }
    throw new Error('nobody came to the place');
  }

  /** Lets everybody go on. Resolves when they have done what they had begun. */
  async open(): Promise<void> {
    if (this.#holder) await this.#holder`select pg_advisory_unlock_all()`;
    this.#holder?.release();
  }
}
