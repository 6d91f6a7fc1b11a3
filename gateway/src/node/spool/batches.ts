import { createHash } from 'node:crypto';
import {
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import { syncDirectory } from './segment.ts';

export type StoredBatch = { header: BatchHeader; bytes: Buffer };

const NAME = /^(batch|acked)-(\d{12})\.tgb$/;
const NEWLINE = 10;
const fileName = (state: 'batch' | 'acked', sequence: number): string =>
  `${state}-${String(sequence).padStart(12, '0')}.tgb`;

export const ACKED_KEEP_MS = 24 * 3_600_000;
export const ACKED_BYTES_MAX = 256 * 1024 * 1024;

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * The batches of one boot as files. A batch is on disk, whole and under its own name, before it
 * is first sent; so a resend is byte for byte the same, whoever sends it.
 */
export class BatchFiles {
  readonly #dir: string;
  readonly #durable: boolean;
  #pending: number[] = [];
  #acked: number[] = [];

  constructor(dir: string, { durable }: { durable: boolean }) {
    this.#dir = dir;
    this.#durable = durable;
    for (const name of readdirSync(dir)) {
      const match = NAME.exec(name);
      if (match) (match[1] === 'batch' ? this.#pending : this.#acked).push(Number(match[2]));
    }
    this.#pending.sort((a, b) => a - b);
    this.#acked.sort((a, b) => a - b);
  }

  /** Sequences that core has not acknowledged, oldest first. */
  get pending(): readonly number[] {
    return this.#pending;
  }

  /** The highest sequence used so far; the next batch gets the one after it. */
  get last(): number {
    return Math.max(this.#pending.at(-1) ?? 0, this.#acked.at(-1) ?? 0);
  }

  /** All sequences on disk, acknowledged ones too, oldest first. */
  get all(): number[] {
    return [...this.#acked, ...this.#pending].toSorted((a, b) => a - b);
  }

  write({ header, bytes }: StoredBatch): void {
    const path = join(this.#dir, fileName('batch', header.sequence));
    const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
    writeFileSync(`${path}.new`, content, { flush: this.#durable, mode: 0o600 });
    renameSync(`${path}.new`, path);
    if (this.#durable) syncDirectory(this.#dir);
    this.#pending.push(header.sequence);
  }

  /** The stored batch, or undefined when its file is missing or not what was written. */
  read(sequence: number): StoredBatch | undefined {
    const state = this.#acked.includes(sequence) ? 'acked' : 'batch';
    let content: Buffer;
    try {
      content = readFileSync(join(this.#dir, fileName(state, sequence)));
    } catch {
      return undefined;
    }
    const end = content.indexOf(NEWLINE);
    if (end === -1) return undefined;
    try {
      const header = JSON.parse(content.subarray(0, end).toString('utf8')) as BatchHeader;
      const bytes = content.subarray(end + 1);
      return header.sha256 === sha256Hex(bytes) ? { header, bytes } : undefined;
    } catch {
      return undefined;
    }
  }

  acknowledge(sequence: number, now: number): void {
    if (!this.#pending.includes(sequence)) return;
    this.#rename(sequence, 'batch', 'acked');
    // The day it is kept counts from the acknowledgement, not from the writing.
    const acked = join(this.#dir, fileName('acked', sequence));
    utimesSync(acked, now / 1_000, now / 1_000);
    this.#pending = this.#pending.filter((other) => other !== sequence);
    this.#acked.push(sequence);
  }

  /** Core asks from here again (its database was restored): these count as pending once more. */
  reopenFrom(sequence: number): void {
    const again = this.#acked.filter((other) => other >= sequence);
    for (const other of again) this.#rename(other, 'acked', 'batch');
    this.#acked = this.#acked.filter((other) => other < sequence);
    this.#pending = [...again, ...this.#pending].toSorted((a, b) => a - b);
  }

  /** Puts a file that cannot be sent out of the way, where a person finds it. */
  quarantine(sequence: number): void {
    const path = join(this.#dir, fileName('batch', sequence));
    renameSync(path, `${path}.quarantined`);
    this.#pending = this.#pending.filter((other) => other !== sequence);
  }

  /** Deletes acknowledged batches over 24 h old, and the oldest ones over the size cap. */
  prune(now: number): void {
    let kept = 0;
    for (const sequence of this.#acked.toReversed()) {
      const path = join(this.#dir, fileName('acked', sequence));
      const { mtimeMs, size } = statSync(path);
      kept += size;
      if (now - mtimeMs < ACKED_KEEP_MS && kept <= ACKED_BYTES_MAX) continue;
      unlinkSync(path);
      this.#acked = this.#acked.filter((other) => other !== sequence);
    }
  }

  #rename(sequence: number, from: 'batch' | 'acked', to: 'batch' | 'acked'): void {
    renameSync(join(this.#dir, fileName(from, sequence)), join(this.#dir, fileName(to, sequence)));
  }
}
