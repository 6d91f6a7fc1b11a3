import { closeSync, fdatasync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'admitted';
const NUMBER_BYTES = 8;
const NUMBERS = 4;
const WORD = 2 ** 32;
/** So far above the total the ceiling is raised: one sync for so many requests. */
export const CEILING_AHEAD = 256;
const sync = promisify(fdatasync);

/**
 * How many requests a boot has admitted, on disk before they are forwarded: in one small file,
 * four numbers. The total is written in each turn, and outlives the process. A power failure may
 * take it back; so the second number, the ceiling, is synced before the total may pass it. What a
 * boot left in doubt is thus known after a crash, and bounded after a power failure. The third is
 * the last frame whose answer left before it was written, where the spool may do that. The fourth
 * is the last frame that was written and whose answer may leave: segments that end before it were
 * cut short by somebody else than this boot.
 */
export class Admitted {
  readonly #fd: number;
  readonly #durable: boolean;
  readonly #onFatal: (error: unknown) => void;
  #total = 0;
  #letGo = 0;
  #recorded = 0;
  /** The last frame that the disk knows to be recorded. */
  #toldRecorded = 0;
  readonly #bytes = Buffer.alloc(NUMBERS * NUMBER_BYTES);
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

  /** The answers of all frames through this one have left, or are about to. */
  letGoThrough(frame: number): void {
    this.#letGo = frame;
    this.#put();
  }

  /** The frames through this one are in the segments, as durable as their answers ask for. */
  recordedThrough(frame: number): void {
    this.#recorded = frame;
  }

  /**
   * Tells the disk of it, unless a write of this turn has. A number behind the segments costs
   * nothing but the notice of what is cut from them: a disk that takes none is asked again.
   */
  tellRecorded(): void {
    if (this.#recorded === this.#toldRecorded) return;
    try {
      this.#put();
    } catch {
      // The next total that cannot be written ends the process.
    }
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
    const bytes = this.#bytes;
    putNumber(bytes, this.#total, 0);
    putNumber(bytes, this.#ceiling, 1);
    putNumber(bytes, this.#letGo, 2);
    putNumber(bytes, this.#recorded, 3);
    writeSync(this.#fd, bytes, 0, bytes.length, 0);
    this.#toldRecorded = this.#recorded;
  }
}

/** A safe integer as 64 bits, little-endian, without a BigInt for each write. */
function putNumber(bytes: Buffer, number: number, nth: number): void {
  bytes.writeUInt32LE(number % WORD, nth * NUMBER_BYTES);
  bytes.writeUInt32LE(Math.floor(number / WORD), nth * NUMBER_BYTES + 4);
}

type Numbers = [total: number, ceiling: number, letGo: number, recorded: number];

/**
 * What the file says; zeros for numbers that an earlier release did not write. Undefined when it
 * cannot be read, or says a number that nobody can have counted to: damage.
 */
function readNumbers(dir: string): Numbers | undefined {
  try {
    const bytes = readFileSync(join(dir, NAME));
    const count = bytes.length / NUMBER_BYTES;
    if (!Number.isInteger(count) || count < 1 || count > NUMBERS) return undefined;
    const at = (nth: number): number =>
      nth < count ? Number(bytes.readBigUInt64LE(nth * NUMBER_BYTES)) : 0;
    const numbers: Numbers = [at(0), at(1), at(2), at(3)];
    return numbers.every(Number.isSafeInteger) ? numbers : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The number of requests a boot admitted, at most: exact while the machine that ran it still runs.
 * Undefined when it cannot be read.
 */
export function readAdmitted(dir: string, { sameRun }: { sameRun: boolean }): number | undefined {
  const [total, ceiling] = readNumbers(dir) ?? [];
  if (total === undefined) return undefined;
  return sameRun ? total : Math.max(total, ceiling ?? 0);
}

/** The last frame whose answer may have left without it; 0 for none. */
export const readLetGo = (dir: string): number => readNumbers(dir)?.[2] ?? 0;

/**
 * The last frame that was certainly in the segments; 0 when nothing can be said. Frames stand for
 * admitted requests: a number beyond those is damage, or is of a boot that was just being left.
 */
export function readRecorded(dir: string): number {
  const [total = 0, , , recorded = 0] = readNumbers(dir) ?? [];
  return recorded <= total ? recorded : 0;
}
