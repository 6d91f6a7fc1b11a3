import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import type { GatewayCount } from '@tollgate/billing-core/contract/usage-batch.ts';
import type { Lease } from '../core/lease.ts';
import { keyFact, type KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import type { SubLease } from './sub-lease.ts';

const SCHEMA = `
create table if not exists meta (name text primary key, value text not null) without rowid;
create table if not exists keys
  (hash text primary key, fact text not null, cursor text not null, read_at real not null)
  without rowid;
create table if not exists leases (window text primary key, body text not null) without rowid;
create table if not exists sub_leases
  (isolate text, window text, generation integer, granted integer not null,
   settled integer not null, returned integer not null,
   primary key (isolate, window, generation)) without rowid;
create table if not exists parcels
  (isolate text, number integer, at real not null, primary key (isolate, number)) without rowid;
create table if not exists records (frame integer primary key autoincrement, body text not null);
create table if not exists batches
  (sequence integer primary key, header text not null, bytes blob not null, acknowledged_at real);
`;

export type StoredBatch = { readonly header: BatchHeader; readonly bytes: Uint8Array };
export type StoredKey = { fact: KeyFact; cursor: bigint; readAt: number };
export type Frame = { readonly frame: number; readonly body: string };

/** How long acknowledged batches are kept, for a core that was restored to an earlier state. */
const ACKED_KEEP_MS = 86_400_000;
const ACKED_KEEP_MAX = 500;
/** Many times longer than an isolate tries to send a parcel. */
const PARCEL_KEEP_MS = 86_400_000;

/**
 * The books of one till object, in its SQLite. Writes of one turn commit together, and nothing an
 * object sends, neither answer nor request, leaves before what it wrote until then is on disk.
 */
export class Books {
  readonly #sql: SqlStorage;
  #made = false;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const [found] = sql.exec("select 1 from sqlite_master where name = 'meta'").toArray();
    this.#made = found !== undefined;
  }

  /** False in an object that never wrote: what forged keys ask for stores nothing. */
  get exist(): boolean {
    return this.#made;
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...values: unknown[]): Row[] {
    return this.#made ? this.#sql.exec<Row>(query, ...values).toArray() : [];
  }

  #write(query: string, ...values: unknown[]): void {
    if (!this.#made) this.#sql.exec(SCHEMA);
    this.#made = true;
    this.#sql.exec(query, ...values);
  }

  read(name: string): string | undefined {
    return this.#all<{ value: string }>('select value from meta where name = ?', name)[0]?.value;
  }

  save(name: string, value: string): void {
    this.#write('insert or replace into meta values (?, ?)', name, value);
  }

  key(hash: string): StoredKey | undefined {
    const [row] = this.#all<{ fact: string; cursor: string; read_at: number }>(
      'select fact, cursor, read_at from keys where hash = ?',
      hash,
    );
    // What an older version stored is read as it is today, or not at all.
    const fact = row && keyFact.safeParse(JSON.parse(row.fact)).data;
    if (!row || !fact) return undefined;
    return { fact, cursor: BigInt(row.cursor), readAt: row.read_at };
  }

  saveKey(hash: string, { fact, cursor, readAt }: StoredKey): void {
    const text = JSON.stringify(fact);
    this.#write('insert or replace into keys values (?, ?, ?, ?)', hash, text, `${cursor}`, readAt);
  }

  dropKey(hash: string): void {
    if (this.#made) this.#write('delete from keys where hash = ?', hash);
  }

  leases(): Lease[] {
    const rows = this.#all<{ body: string }>('select body from leases');
    return rows.map(({ body }) => JSON.parse(body) as Lease);
  }

  saveLease(lease: Lease): void {
    // Whether core has nothing more is asked again after a restart.
    const body = JSON.stringify({ ...lease, exhaustedAt: null });
    this.#write('insert or replace into leases values (?, ?)', lease.window.id, body);
  }

  dropLease(window: string): void {
    this.#write('delete from leases where window = ?', window);
    this.#write('delete from sub_leases where window = ?', window);
  }

  subLeases(): SubLease[] {
    return this.#all<SubLease>('select * from sub_leases order by generation');
  }

  saveSubLease(sub: SubLease): void {
    const { isolate, window, generation, granted, settled, returned } = sub;
    this.#write(
      'insert or replace into sub_leases values (?, ?, ?, ?, ?, ?)',
      isolate,
      window,
      generation,
      granted,
      settled,
      returned,
    );
  }

  /** Marks a parcel as taken; false when it was before. */
  takeParcel(isolate: string, { number, now }: { number: number; now: number }): boolean {
    const query = 'select 1 as taken from parcels where isolate = ? and number = ?';
    if (this.#all(query, isolate, number).length > 0) return false;
    this.#write('insert into parcels values (?, ?, ?)', isolate, number, now);
    return true;
  }

  /** Forgets parcels that will not come again: those below the floor, and very old ones. */
  dropParcels(isolate: string, { floor, now }: { floor: number; now: number }): void {
    if (!this.#made) return;
    this.#write('delete from parcels where isolate = ? and number < ?', isolate, floor);
    this.#write('delete from parcels where at < ?', now - PARCEL_KEEP_MS);
  }

  /** Forgets an isolate that will not be heard of any more. */
  dropIsolate(isolate: string): void {
    this.#write('delete from sub_leases where isolate = ?', isolate);
  }

  addRecord(body: string): void {
    this.#write('insert into records (body) values (?)', body);
  }

  records(max: number): Frame[] {
    return this.#all<Frame>('select frame, body from records order by frame limit ?', max);
  }

  /** The batch takes the place of the records it was made of, and carries the running counts. */
  saveBatch({ header, bytes }: StoredBatch, counts: readonly GatewayCount[]): void {
    this.#write(
      'insert into batches values (?, ?, ?, null)',
      header.sequence,
      JSON.stringify(header),
      bytes,
    );
    this.#write('delete from records where frame <= ?', header.last_frame);
    this.save('counts', JSON.stringify(counts));
    this.save('sequence', `${header.sequence}`);
    this.save('batched_frame', `${header.last_frame}`);
  }

  /** The oldest batch that core has not acknowledged. */
  pending(): StoredBatch | undefined {
    const [row] = this.#all<{ header: string; bytes: ArrayBuffer }>(
      'select header, bytes from batches where acknowledged_at is null order by sequence limit 1',
    );
    if (!row) return undefined;
    return { header: JSON.parse(row.header) as BatchHeader, bytes: new Uint8Array(row.bytes) };
  }

  acknowledge(sequence: number, now: number): void {
    this.#write('update batches set acknowledged_at = ? where sequence = ?', now, sequence);
    this.#write(
      `delete from batches where acknowledged_at < ? or (acknowledged_at is not null
         and sequence <= (select max(sequence) - ? from batches))`,
      now - ACKED_KEEP_MS,
      ACKED_KEEP_MAX,
    );
  }

  /** Core lost what it had acknowledged: it is sent again. */
  reopenFrom(sequence: number): void {
    this.#write('update batches set acknowledged_at = null where sequence >= ?', sequence);
  }

  /** The sequence of the batch that is sent next, whether it is made already or not. */
  nextSequence(): number {
    const [row] = this.#all<{ first: number | null }>(
      'select min(sequence) as first from batches where acknowledged_at is null',
    );
    return row?.first ?? Number(this.read('sequence') ?? 0) + 1;
  }

  /** Batches that core never took; the boot they were made for has ended. */
  unsent(): StoredBatch[] {
    const rows = this.#all<{ header: string; bytes: ArrayBuffer }>(
      'select header, bytes from batches where acknowledged_at is null order by sequence',
    );
    return rows.map(({ header, bytes }) => ({
      header: JSON.parse(header) as BatchHeader,
      bytes: new Uint8Array(bytes),
    }));
  }

  /** Ends the boot: leases, batches and counts were its own. Records not batched stay. */
  endBoot(): void {
    for (const table of ['leases', 'sub_leases', 'batches']) this.#write(`delete from ${table}`);
    const own = ['boot', 'counts', 'sequence', 'batched_frame', 'message', 'heard', 'recovery'];
    for (const name of own) this.#write('delete from meta where name = ?', name);
  }
}
