import type { UsageGap } from '@tollgate/billing-core/contract/sync.ts';
import type { Admitted } from './admitted.ts';

/** How it goes on when it is full, where answers may leave without their records. */
export type OverflowSettings = {
  /** Nothing more is to be written just now, although the disk might take it. */
  readonly blocked: () => boolean;
  /** The first answer leaves without its record. */
  readonly onBegin: () => void;
  /** These will never be on disk, and their answers have left. */
  readonly onGap: (gap: UsageGap) => void;
};

/** Who is told what becomes of a record. */
export interface Entry {
  /** It is on disk as this frame. */
  written(frame: number): void;
  /** The last byte of the answer may leave: the record is on disk, or nobody waits for that. */
  release(): void;
  /** It will never be on disk. */
  lost(): void;
}

export type Pending = {
  readonly payload: string;
  /** Of its frame. */
  readonly bytes: number;
  readonly number: number;
  readonly entry: Entry;
  released: boolean;
};

/** A backlog goes to a disk that has room again in parts, so that a little room is of use. */
const WRITE_BYTES_MAX = 1024 * 1024;

/** The pending frames that one write takes, from this one on; none when that one was dropped. */
export function nextOf(pending: Pending[], nextFrame: number): Pending[] {
  let sum = 0;
  const end = pending.findIndex(({ bytes, number }, at) => {
    sum += bytes;
    return number !== nextFrame + at || (at > 0 && sum > WRITE_BYTES_MAX);
  });
  return end === -1 ? pending : pending.slice(0, end);
}

/** Records that are kept for a disk that takes none; they are some hundred bytes each. */
export const UNWRITTEN_MAX = 50_000;
export const UNWRITTEN_BYTES_MAX = 32 * 1024 * 1024;

/**
 * Answers leave although the disk takes no record of them. Their records wait in memory, within
 * bounds; past those they are dropped, and their frame numbers are used up: what is missing in the
 * sequence says how many there were.
 */
export class Overflow {
  readonly #admitted: Admitted;
  readonly #onBegin: () => void;
  #whenCaughtUp: () => void = () => {};
  #held = 0;
  #heldBytes = 0;
  #dropped = 0;

  /** `onBegin`: the first answer leaves without its record. */
  constructor(admitted: Admitted, onBegin: () => void) {
    this.#admitted = admitted;
    this.#onBegin = onBegin;
  }

  /** Records whose answers left, and that are not on disk. */
  get unwritten(): number {
    return this.#held + this.#dropped;
  }

  /** How many were dropped since the last written one; their numbers follow the pending ones'. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Lets go of what came since the last call; drops from the end what there is no room for. */
  take(pending: Pending[]): void {
    const fresh = pending.slice(this.#held);
    const last = fresh.at(-1);
    if (!last) return;
    if (this.unwritten === 0) this.#onBegin();
    // A kill must not hide an answer: that it has left is on disk first, if its record is not.
    this.#admitted.letGoThrough(last.number);
    const kept = fresh.filter(({ bytes }) => this.#keep(bytes));
    pending.length = this.#held;
    for (const one of fresh) {
      one.released = true;
      one.entry.release();
    }
    for (const { entry } of fresh.slice(kept.length)) entry.lost();
  }

  /** Once one is dropped all are that follow, so that the missing numbers are one range. */
  #keep(bytes: number): boolean {
    const fits = this.#held < UNWRITTEN_MAX && this.#heldBytes + bytes <= UNWRITTEN_BYTES_MAX;
    if (this.#dropped > 0 || !fits) {
      this.#dropped += 1;
      return false;
    }
    this.#held += 1;
    this.#heldBytes += bytes;
    return true;
  }

  /** These are on disk now. */
  wrote(written: readonly Pending[]): void {
    for (const { released, bytes } of written) {
      if (!released) continue;
      this.#held -= 1;
      this.#heldBytes -= bytes;
    }
    if (this.unwritten === 0) this.#whenCaughtUp();
  }

  /** The missing numbers are told of in the spool itself. */
  told(): void {
    this.#dropped = 0;
    if (this.unwritten === 0) this.#whenCaughtUp();
  }

  /** Resolves when no answer that left is without its record, or a word that it has none. */
  caughtUp(): Promise<void> {
    if (this.unwritten === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#whenCaughtUp = resolve));
  }
}
