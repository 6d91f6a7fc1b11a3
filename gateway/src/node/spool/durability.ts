import type { Pending } from './overflow.ts';
import type { SegmentHeader } from './segment.ts';

export const FSYNC_INTERVAL_MS = 250;
/** With `interval`: a power failure takes the records of so long at most. */
export const UNSYNCED_MAX_MS = 500;

export type DurabilityOf = {
  readonly policy: SegmentHeader['fsync'];
  /** Resolves when all that was written before is on the disk itself. */
  readonly sync: () => Promise<void>;
  /** These may leave, in this order. */
  readonly release: (written: Pending[]) => void;
  readonly onFatal: (error: unknown) => void;
};

/**
 * When answers whose records are written may leave. With `always` they wait for the disk, with
 * `never` for nothing. With `interval` a sync goes off four times a second, and they wait for it
 * only where it comes late: so the bound holds on a slow disk and in a busy process, too.
 */
export class Durability {
  readonly #of: DurabilityOf;
  readonly #timer: NodeJS.Timeout | undefined;
  #held: Pending[] = [];
  #syncing = false;
  /** When the oldest frame was written that no sync has covered: ms, monotonic. */
  #oldestAt: number | null = null;
  /** The same of those that the sync under way does not cover. */
  #behindAt: number | null = null;

  constructor(of: DurabilityOf) {
    this.#of = of;
    if (of.policy !== 'interval') return;
    const next = (): void => {
      if (this.#oldestAt !== null) void this.#sync();
    };
    this.#timer = setInterval(next, FSYNC_INTERVAL_MS);
    this.#timer.unref();
  }

  /** These have been written. */
  wrote(frames: Pending[]): void {
    const now = performance.now();
    if (this.#syncing) this.#behindAt ??= now;
    else this.#oldestAt ??= now;
    if (this.#mayLeave(now)) return this.#of.release(frames);
    this.#held.push(...frames);
    void this.#sync();
  }

  /** All of it is on disk now: nothing is left for a sync that is still under way. */
  end(): void {
    clearInterval(this.#timer);
    this.#of.release(this.#held.splice(0));
  }

  #mayLeave(now: number): boolean {
    const { policy } = this.#of;
    if (policy === 'never') return true;
    // In order, too.
    if (policy === 'always' || this.#held.length > 0) return false;
    return now - (this.#oldestAt ?? now) < UNSYNCED_MAX_MS;
  }

  // One sync at a time, shared by all frames written before it starts; so releases keep order.
  async #sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    try {
      do {
        const covered = this.#held.length;
        await this.#of.sync();
        this.#oldestAt = this.#behindAt;
        this.#behindAt = null;
        this.#of.release(this.#held.splice(0, covered));
      } while (this.#held.length > 0);
    } catch (error) {
      this.#of.onFatal(error);
    }
    this.#syncing = false;
  }
}
