import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openText, sealText } from './sealed-text.ts';

/** Where the changes feed stands, and when core last vouched for what is stored. */
export type FeedState = { readonly last: string; readonly verifiedAt: number };
export type StoredKey = { readonly fact: string; readonly verifiedAt: number };

const FILE = 'facts.sqlite';
/** Keys that are known at once, when nothing else is said. */
export const KEYS_MAX = 200_000;
const TRIM_EVERY = 1_000;

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma busy_timeout = 2000;
  create table if not exists feed (
    one integer primary key check (one = 1), last text not null, verified_at integer not null
  ) strict;
  create table if not exists routes (
    one integer primary key check (one = 1), snapshot text not null
  ) strict;
  create table if not exists keys (
    hash text primary key, key_id text not null, customer_id text not null,
    fact text not null, verified_at integer not null
  ) strict;
  create index if not exists keys_by_key on keys (key_id);
  create index if not exists keys_by_customer on keys (customer_id);
`;

function openDatabase(dir: string): DatabaseSync {
  const path = join(dir, FILE);
  try {
    const database = new DatabaseSync(path);
    database.exec(SCHEMA);
    return database;
  } catch {
    // A cache: a file that cannot be read is worth nothing, and core has it all.
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const database = new DatabaseSync(path);
    database.exec(SCHEMA);
    return database;
  }
}

/**
 * Facts on disk, so that a gateway that starts while core is down serves what it knew. It is also
 * the index by which a change finds the keys it is about: what is in memory is in here.
 *
 * A disk that takes nothing holds no change up: what is to go is out of sight at once, and the
 * place in the feed moves on disk only when all that came before it is there. So the next start
 * hears again of what the disk did not take.
 */
export class FactStore {
  /** So many keys are kept, those that came last; in memory at most as many. */
  readonly keysMax: number;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #secret: string;
  /** Hashes to be deleted, and routes to be stored, as soon as the disk takes it. */
  readonly #doomed = new Set<string>();
  #routesDue: string | null = null;
  #puts = 0;

  /** Routes hold secrets of upstreams: on disk they are sealed with this secret. */
  constructor(dir: string, secret: string, keysMax = KEYS_MAX) {
    this.keysMax = keysMax;
    this.#secret = secret;
    this.#database = openDatabase(dir);
    this.#select = this.#database.prepare('select fact, verified_at from keys where hash = ?');
    this.#upsert = this.#database.prepare(
      `insert into keys (hash, key_id, customer_id, fact, verified_at) values (?, ?, ?, ?, ?)
       on conflict (hash) do update set key_id = excluded.key_id, fact = excluded.fact,
         customer_id = excluded.customer_id, verified_at = excluded.verified_at`,
    );
  }

  feed(): FeedState | undefined {
    const row = this.#database.prepare('select last, verified_at from feed').get();
    return row && { last: String(row.last), verifiedAt: Number(row.verified_at) };
  }

  /** Out: false when the disk did not take it, or not all that comes before it. */
  saveFeed({ last, verifiedAt }: FeedState): boolean {
    return this.#write(() => {
      this.#catchUp();
      this.#database
        .prepare(
          `insert into feed values (1, ?, ?)
           on conflict (one)
             do update set last = excluded.last, verified_at = excluded.verified_at`,
        )
        .run(last, verifiedAt);
    });
  }

  routes(): string | undefined {
    const row = this.#database.prepare('select snapshot from routes').get();
    return row && openText(this.#secret, String(row.snapshot));
  }

  saveRoutes(snapshot: string): void {
    this.#routesDue = snapshot;
    this.#write(() => this.#putRoutes(snapshot));
  }

  key(hash: string): StoredKey | undefined {
    if (this.#doomed.has(hash)) return undefined;
    const row = this.#select.get(hash);
    return row && { fact: String(row.fact), verifiedAt: Number(row.verified_at) };
  }

  /**
   * Stores a key. Returns the hashes that had to go for it: nobody would tell of them any more.
   * Throws when the disk does not take it.
   */
  putKey(
    hash: string,
    of: { keyId: string; customerId: string; fact: string; verifiedAt: number },
  ): string[] {
    this.#upsert.run(hash, of.keyId, of.customerId, of.fact, of.verifiedAt);
    this.#doomed.delete(hash);
    this.#puts += 1;
    return this.#puts % TRIM_EVERY === 0 ? this.#trim() : [];
  }

  dropHash(hash: string): void {
    this.#doomed.add(hash);
    this.#write(() => this.#deleteDoomed());
  }

  /** Removes a key by its id; returns its hashes. */
  dropKey(keyId: string): string[] {
    const rows = this.#database.prepare('select hash from keys where key_id = ?').all(keyId);
    const hashes = rows.map((row) => String(row.hash));
    for (const hash of hashes) this.#doomed.add(hash);
    this.#write(() => this.#deleteDoomed());
    return hashes;
  }

  hashesOf(customerId: string): string[] {
    const statement = this.#database.prepare('select hash from keys where customer_id = ?');
    return statement.all(customerId).map((row) => String(row.hash));
  }

  dropAll(): void {
    const dropped = this.#write(() => this.#database.exec('delete from feed; delete from keys'));
    if (dropped) return this.#doomed.clear();
    const rows = this.#database.prepare('select hash from keys').all();
    for (const row of rows) this.#doomed.add(String(row.hash));
  }

  close(): void {
    this.#database.close();
  }

  #write(work: () => void): boolean {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  }

  /** What the disk did not take before. Throws when it still does not. */
  #catchUp(): void {
    this.#deleteDoomed();
    if (this.#routesDue !== null) this.#putRoutes(this.#routesDue);
  }

  #putRoutes(snapshot: string): void {
    this.#database
      .prepare(
        `insert into routes values (1, ?)
         on conflict (one) do update set snapshot = excluded.snapshot`,
      )
      .run(sealText(this.#secret, snapshot));
    this.#routesDue = null;
  }

  #deleteDoomed(): void {
    if (this.#doomed.size === 0) return;
    const statement = this.#database.prepare('delete from keys where hash = ?');
    for (const hash of this.#doomed) {
      statement.run(hash);
      this.#doomed.delete(hash);
    }
  }

  /** Rows are numbered as they come: to find those past the bound none has to be counted. */
  #trim(): string[] {
    const statement = this.#database.prepare(
      `delete from keys where rowid <= (select max(rowid) from keys) - ? returning hash`,
    );
    return statement.all(this.keysMax).map((row) => String(row.hash));
  }
}
