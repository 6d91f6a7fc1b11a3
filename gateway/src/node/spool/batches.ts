import { createHash } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  fsync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import { crc32c } from './crc32c.ts';
import { syncDirectory } from './segment.ts';

export type StoredBatch = { header: BatchHeader; bytes: Buffer };

/** `quarantined`: cannot be sent; left for a person, its number stays used. */
type State = 'batch' | 'acked' | 'quarantined';
/** A batch as its file's name tells it: that holds also when the content is damaged. */
export type BatchPlace = { state: State; sequence: number; first: number; last: number };

type Kept = { readonly sequence: number; readonly bytes: number; readonly ackedAt: number };

const NAME = /^(batch|acked|quarantined)-(\d{12})-(\d{12})-(\d{12})\.tgb$/;
const NEWLINE = 10;
const CHECKSUM_CHARS = 8;
const digits = (number: number): string => String(number).padStart(12, '0');
const fileName = ({ state, sequence, first, last }: BatchPlace): string =>
  `${state}-${digits(sequence)}-${digits(first)}-${digits(last)}.tgb`;

export const ACKED_KEEP_MS = 24 * 3_600_000;
export const ACKED_BYTES_MAX = 256 * 1024 * 1024;
export const ACKED_FILES_MAX = 50_000;

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const checksum = (text: string): string =>
  crc32c(Buffer.from(text)).toString(16).padStart(CHECKSUM_CHARS, '0');

const syncsBeside = { content: promisify(fdatasync), names: promisify(fsync) };

async function syncBeside(path: string, what: keyof typeof syncsBeside): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    await syncsBeside[what](fd);
  } finally {
    closeSync(fd);
  }
}

/** Header and bytes of a batch file; undefined when either is not what was written. */
function parse(content: Buffer): StoredBatch | undefined {
  const end = content.indexOf(NEWLINE);
  const line = content.subarray(0, Math.max(0, end)).toString('utf8');
  const text = line.slice(CHECKSUM_CHARS + 1);
  if (end === -1 || line.slice(0, CHECKSUM_CHARS) !== checksum(text)) return undefined;
  const header = JSON.parse(text) as BatchHeader;
  const bytes = content.subarray(end + 1);
  return header.sha256 === sha256Hex(bytes) ? { header, bytes } : undefined;
}

/**
 * The batches of one boot as files. A batch is on disk, whole and under its own name, before it
 * is first sent; so a resend is byte for byte the same, whoever sends it.
 */
export class BatchFiles {
  readonly #dir: string;
  readonly #durable: boolean;
  readonly #places = new Map<number, BatchPlace>();
  #pending: number[] = [];
  /** Acknowledged ones that the next look at what is kept has to weigh. */
  readonly #unweighed = new Set<number>();
  /** The others, oldest first: what goes is found without a look at all that stay. */
  #kept: Kept[] = [];
  #keptBytes = 0;
  #last = 0;
  #batchedFrame = 0;

  constructor(dir: string, { durable }: { durable: boolean }) {
    this.#dir = dir;
    this.#durable = durable;
    for (const name of readdirSync(dir).toSorted()) {
      const [, state, sequence, first, last] = NAME.exec(name) ?? [];
      if (state === undefined) continue;
      this.#put({
        state: state as State,
        sequence: Number(sequence),
        first: Number(first),
        last: Number(last),
      });
    }
  }

  /** Sequences that core has not acknowledged, oldest first. */
  get pending(): readonly number[] {
    return this.#pending;
  }

  /** The highest sequence used so far; the next batch gets the one after it. */
  get last(): number {
    return this.#last;
  }

  /** The last frame that is in a batch, readable or not. */
  get batchedFrame(): number {
    return this.#batchedFrame;
  }

  /** All batches on disk, oldest first. */
  get places(): BatchPlace[] {
    return [...this.#places.values()].toSorted((a, b) => a.sequence - b.sequence);
  }

  /** Writes a batch, whole or not at all; a damaged file of the same sequence is replaced. */
  write(batch: StoredBatch): void {
    const { place, path, content } = this.#fileOf(batch);
    this.#replace(path, () => {
      writeFileSync(`${path}.new`, content, { flush: this.#durable, mode: 0o600 });
      renameSync(`${path}.new`, path);
    });
    if (this.#durable) syncDirectory(this.#dir);
    this.#put(place);
  }

  /**
   * The same, with requests served while the disk takes it: that can be many milliseconds, some
   * times a second. `overtaken`: the batch was written at once meanwhile; nothing is left to do.
   */
  async writeBeside(batch: StoredBatch, overtaken: () => boolean): Promise<void> {
    if (!this.#durable) return this.write(batch);
    const { place, path, content } = this.#fileOf(batch);
    this.#replace(path, () => writeFileSync(`${path}.new`, content, { mode: 0o600 }));
    try {
      await syncBeside(`${path}.new`, 'content');
      if (overtaken()) return;
      renameSync(`${path}.new`, path);
      await syncBeside(this.#dir, 'names');
    } catch (error) {
      if (!overtaken()) rmSync(`${path}.new`, { force: true, recursive: true });
      throw error;
    }
    if (!overtaken()) this.#put(place);
  }

  #fileOf({ header, bytes }: StoredBatch): { place: BatchPlace; path: string; content: Buffer } {
    const { sequence, first_frame: first, last_frame: last } = header;
    const place: BatchPlace = { state: 'batch', sequence, first, last };
    const text = JSON.stringify(header);
    const content = Buffer.concat([Buffer.from(`${checksum(text)} ${text}\n`), bytes]);
    return { place, path: this.#pathOf(place), content };
  }

  #replace(path: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      rmSync(`${path}.new`, { force: true, recursive: true });
      throw error;
    }
  }

  /** The stored batch, or undefined when its file is missing or not what was written. */
  read(sequence: number): StoredBatch | undefined {
    const place = this.#places.get(sequence);
    try {
      return place && parse(readFileSync(this.#pathOf(place)));
    } catch {
      return undefined;
    }
  }

  placeOf(sequence: number): BatchPlace | undefined {
    return this.#places.get(sequence);
  }

  acknowledge(sequence: number, wallNow: number): void {
    const place = this.#places.get(sequence);
    if (place?.state !== 'batch') return;
    const acked = this.#move(place, 'acked');
    // The day it is kept counts from the acknowledgement, not from the writing.
    utimesSync(this.#pathOf(acked), wallNow / 1_000, wallNow / 1_000);
  }

  /** Core asks from here again (its database was restored): these count as pending once more. */
  reopenFrom(sequence: number): void {
    for (const place of this.places) {
      if (place.state === 'acked' && place.sequence >= sequence) this.#move(place, 'batch');
    }
    this.#forget((kept) => kept.sequence >= sequence);
  }

  /** Puts a file that cannot be sent out of the way, where a person finds it. */
  quarantine(sequence: number): void {
    const place = this.#places.get(sequence);
    if (place) this.#move(place, 'quarantined');
  }

  /**
   * Deletes acknowledged batches over 24 h old, and the oldest ones over the caps. The newest
   * batch always stays: its name is what tells which numbers and frames are used.
   */
  prune(wallNow: number): void {
    this.#weigh();
    let [gone, files] = [0, this.#kept.length];
    for (const { sequence, bytes, ackedAt } of this.#kept) {
      const fits = this.#keptBytes <= ACKED_BYTES_MAX && files <= ACKED_FILES_MAX;
      if (sequence === this.last || (fits && wallNow - ackedAt < ACKED_KEEP_MS)) break;
      this.#delete(sequence);
      this.#keptBytes -= bytes;
      files -= 1;
      gone += 1;
    }
    this.#kept.splice(0, gone);
  }

  /** Each is looked at once: there can be tens of thousands. */
  #weigh(): void {
    const fresh = [...this.#unweighed];
    this.#unweighed.clear();
    for (const sequence of fresh) {
      const place = this.#places.get(sequence);
      if (place?.state !== 'acked') continue;
      const { mtimeMs: ackedAt, size: bytes } = statSync(this.#pathOf(place));
      this.#kept.push({ sequence, bytes, ackedAt });
      this.#keptBytes += bytes;
    }
  }

  #delete(sequence: number): void {
    const place = this.#places.get(sequence);
    if (place) rmSync(this.#pathOf(place), { force: true });
    this.#places.delete(sequence);
  }

  /**
   * Deletes all acknowledged batches but the newest, for a disk that is full. Core can't ask for
   * them again then; should it have to, after a restore, a gap says so.
   */
  dropAcknowledged(): void {
    for (const { state, sequence } of this.places) {
      if (state === 'acked' && sequence !== this.last) this.#delete(sequence);
    }
    this.#forget(({ sequence }) => sequence !== this.last);
  }

  #forget(which: (kept: Kept) => boolean): void {
    this.#kept = this.#kept.filter((kept) => !which(kept));
    this.#keptBytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #pathOf(place: BatchPlace): string {
    return join(this.#dir, fileName(place));
  }

  #move(place: BatchPlace, state: State): BatchPlace {
    const moved = { ...place, state };
    renameSync(this.#pathOf(place), this.#pathOf(moved));
    this.#put(moved);
    return moved;
  }

  #put(place: BatchPlace): void {
    const { state, sequence, last } = place;
    this.#places.set(sequence, place);
    if (state === 'acked') this.#unweighed.add(sequence);
    this.#last = Math.max(this.#last, sequence);
    this.#batchedFrame = Math.max(this.#batchedFrame, last);
    const others = this.#pending.filter((other) => other !== sequence);
    this.#pending = state === 'batch' ? [...others, sequence].toSorted((a, b) => a - b) : others;
  }
}
