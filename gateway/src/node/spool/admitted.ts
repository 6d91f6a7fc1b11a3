import { closeSync, fdatasync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'admitted';
const NUMBER_BYTES = 8;
/** So far above the total the ceiling is raised: one sync for so many requests. */
export const CEILING_AHEAD = 256;
const sync = promisify(fdatasync);

/**
 * How many requests a boot has admitted, on disk before they are forwarded: in one small file, two
 * numbers. The total is written in each turn, and outlives the process. A power failure may take
 * it back; so the other number, the ceiling, is synced before the total may pass it. What a boot
 * left in doubt is thus known after a crash, and bounded after a power failure.
 */
export class Admitted {
  readonly #fd: number;
  readonly #durable: boolean;
  readonly #onFatal: (error: unknown) => void;
  #total = 0;
  /** As it is on disk, and as it will be when the sync under way is done. */
  #synced = 0;
  #ceiling = 0;
  #waiting: (() => void)[] = [];
  #raising = false;
  #closing = false;

  /** Throws when the disk takes no such file. */
  constructor(dir: string, of: { durable: boolean; onFatal: (error: unknown) => void }) {
    this.#durable = of.durable;
    this.#onFatal = of.onFatal;
    this.#fd = openSync(join(dir, NAME), 'w', 0o600);
    if (of.durable) this.#ceiling = CEILING_AHEAD;
    this.#put();
    if (!of.durable) return;
    fdatasyncSync(this.#fd);
    this.#synced = this.#ceiling;
  }

  /** Counts more requests; the next write tells the disk. */
  add(requests: number): void {
    this.#total += requests;
  }

  /** Runs `forward` when the disk knows of what was counted. Throws when it takes nothing. */
  write(forward: () => void): void {
    this.#put();
    if (!this.#durable) return forward();
    // Raised well before it is reached, so that hardly ever a request waits for it.
    if (this.#total + CEILING_AHEAD / 2 > this.#synced) void this.#raise();
    if (this.#total <= this.#synced) forward();
    else this.#waiting.push(forward);
  }

  /** Says the exact number once for all: no request is under way any more, or they go elsewhere. */
  settle(total: number): void {
    this.#total = total;
    this.#ceiling = this.#durable ? total : 0;
    this.#put();
    if (this.#durable) fdatasyncSync(this.#fd);
  }

  get total(): number {
    return this.#total;
  }

  close(): void {
    this.#closing = true;
    if (!this.#raising) closeSync(this.#fd);
  }

  async #raise(): Promise<void> {
    if (this.#raising) return;
    this.#raising = true;
    try {
      do {
        this.#ceiling = this.#total + CEILING_AHEAD;
        this.#put();
        const raised = this.#ceiling;
        await sync(this.#fd);
        this.#synced = raised;
      } while (this.#total > this.#synced && !this.#closing);
      for (const forward of this.#waiting.splice(0)) forward();
    } catch (error) {
      this.#onFatal(error);
    }
    this.#raising = false;
    if (this.#closing) closeSync(this.#fd);
  }

  #put(): void {
    const bytes = Buffer.alloc(2 * NUMBER_BYTES);
    bytes.writeBigUInt64LE(BigInt(this.#total), 0);
    bytes.writeBigUInt64LE(BigInt(this.#ceiling), NUMBER_BYTES);
    writeSync(this.#fd, bytes, 0, bytes.length, 0);
  }
}

/**
 * The number of requests a boot admitted, at most: exact while the machine that ran it still runs.
 * Undefined when it cannot be read.
 */
export function readAdmitted(dir: string, { sameRun }: { sameRun: boolean }): number | undefined {
  try {
    const bytes = readFileSync(join(dir, NAME));
    const isWhole = bytes.length === 2 * NUMBER_BYTES;
    // Spools of earlier releases have the total only.
    if (!isWhole && bytes.length !== NUMBER_BYTES) return undefined;
    const total = Number(bytes.readBigUInt64LE(0));
    const ceiling = isWhole ? Number(bytes.readBigUInt64LE(NUMBER_BYTES)) : 0;
    return sameRun ? total : Math.max(total, ceiling);
  } catch {
    return undefined;
  }
}
