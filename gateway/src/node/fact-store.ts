import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openText, sealText } from './sealed-text.ts';

/** Where the changes feed stands, and when core last vouched for what is stored. */
export type FeedState = { readonly last: string; readonly verifiedAt: number };
export type StoredKey = { readonly fact: string; readonly verifiedAt: number };

const FILE = 'facts.sqlite';
const KEYS_MAX = 200_000;
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
 */
export class FactStore {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #secret: string;
  #puts = 0;

  /** Routes hold secrets of upstreams: on disk they are sealed with this secret. */
  constructor(dir: string, secret: string) {
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

  saveFeed({ last, verifiedAt }: FeedState): void {
    this.#database
      .prepare(
        `insert into feed values (1, ?, ?)
         on conflict (one) do update set last = excluded.last, verified_at = excluded.verified_at`,
      )
      .run(last, verifiedAt);
  }

  routes(): string | undefined {
    const row = this.#database.prepare('select snapshot from routes').get();
    return row && openText(this.#secret, String(row.snapshot));
  }

  saveRoutes(snapshot: string): void {
    this.#database
      .prepare(
        `insert into routes values (1, ?)
         on conflict (one) do update set snapshot = excluded.snapshot`,
      )
      .run(sealText(this.#secret, snapshot));
  }

  key(hash: string): StoredKey | undefined {
    const row = this.#select.get(hash);
    return row && { fact: String(row.fact), verifiedAt: Number(row.verified_at) };
  }

  /** Stores a key. Returns the hashes that had to go for it: nobody would tell of them any more. */
  putKey(
    hash: string,
    of: { keyId: string; customerId: string; fact: string; verifiedAt: number },
  ): string[] {
    this.#upsert.run(hash, of.keyId, of.customerId, of.fact, of.verifiedAt);
    this.#puts += 1;
    return this.#puts % TRIM_EVERY === 0 ? this.#trim() : [];
  }

  dropHash(hash: string): void {
    this.#database.prepare('delete from keys where hash = ?').run(hash);
  }

  /** Removes a key by its id; returns its hashes. */
  dropKey(keyId: string): string[] {
    const statement = this.#database.prepare('delete from keys where key_id = ? returning hash');
    return statement.all(keyId).map((row) => String(row.hash));
  }

  hashesOf(customerId: string): string[] {
    const statement = this.#database.prepare('select hash from keys where customer_id = ?');
    return statement.all(customerId).map((row) => String(row.hash));
  }

  dropAll(): void {
    this.#database.exec('delete from keys; delete from feed');
  }

  close(): void {
    this.#database.close();
  }

  #trim(): string[] {
    const statement = this.#database.prepare(
      `delete from keys where rowid in
         (select rowid from keys order by rowid desc limit -1 offset ${KEYS_MAX})
       returning hash`,
    );
    return statement.all().map((row) => String(row.hash));
  }
}
