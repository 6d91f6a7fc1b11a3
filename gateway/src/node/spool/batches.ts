import { createHash } from 'node:crypto';
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import { crc32c } from './crc32c.ts';
import { syncDirectory } from './segment.ts';

export type StoredBatch = { header: BatchHeader; bytes: Buffer };

/** `quarantined`: cannot be sent; left for a person, its number stays used. */
type State = 'batch' | 'acked' | 'quarantined';
/** A batch as its file's name tells it: that holds also when the content is damaged. */
export type BatchPlace = { state: State; sequence: number; first: number; last: number };

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
  #last = 0;
  #batchedFrame = 0;

  constructor(dir: string, { durable }: { durable: boolean }) {
    this.#dir = dir;
    this.#durable = durable;
    for (const name of readdirSync(dir)) {
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
  write({ header, bytes }: StoredBatch): void {
    const { sequence, first_frame: first, last_frame: last } = header;
    const place: BatchPlace = { state: 'batch', sequence, first, last };
    const path = this.#pathOf(place);
    const text = JSON.stringify(header);
    const content = Buffer.concat([Buffer.from(`${checksum(text)} ${text}\n`), bytes]);
    try {
      writeFileSync(`${path}.new`, content, { flush: this.#durable, mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      rmSync(`${path}.new`, { force: true, recursive: true });
      throw error;
    }
    if (this.#durable) syncDirectory(this.#dir);
    this.#put(place);
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
    let kept = 0;
    let files = 0;
    const newest = this.last;
    for (const place of this.places.toReversed()) {
      if (place.state !== 'acked' || place.sequence === newest) continue;
      const path = this.#pathOf(place);
      const { mtimeMs, size } = statSync(path);
      kept += size;
      files += 1;
      const fits = kept <= ACKED_BYTES_MAX && files <= ACKED_FILES_MAX;
      if (fits && wallNow - mtimeMs < ACKED_KEEP_MS) continue;
      unlinkSync(path);
      this.#places.delete(place.sequence);
    }
  }

  /**
   * Deletes all acknowledged batches but the newest, for a disk that is full. Core can't ask for
   * them again then; should it have to, after a restore, a gap says so.
   */
  dropAcknowledged(): void {
    for (const place of this.places) {
      if (place.state !== 'acked' || place.sequence === this.last) continue;
      unlinkSync(this.#pathOf(place));
      this.#places.delete(place.sequence);
    }
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
    this.#last = Math.max(this.#last, sequence);
    this.#batchedFrame = Math.max(this.#batchedFrame, last);
    const others = this.#pending.filter((other) => other !== sequence);
    this.#pending = state === 'batch' ? [...others, sequence].toSorted((a, b) => a - b) : others;
  }
}
