import type { Clock } from '../ports.ts';

/** For how long facts are served that core could not vouch for: the bound on a revocation then. */
export const STALE_MAX_MS = 3_600_000;

/** When the changes feed was last known to be read to its end. */
export class Freshness {
  readonly #now: (core?: number) => number;
  verifiedAt: number;
  /** Told once when something may not be served any more, until the feed is read to its end. */
  onStale: () => void = () => {};
  #told = false;

  /**
   * `now` gives ms since the epoch: what is stored must be comparable after a restart. It takes
   * core's time where that has just been read.
   */
  constructor(now: (core?: number) => number, verifiedAt: number) {
    this.#now = now;
    // A clock that was set back must not make old facts young.
    this.verifiedAt = Math.min(verifiedAt, now());
  }

  now(): number {
    return this.#now();
  }

  verified(): void {
    this.verifiedAt = this.#now();
    this.#told = false;
  }

  /**
   * Whether a fact learnt at `at`, and followed by the feed since, may still be served. `core`:
   * core's time, if that has just been read.
   */
  holds(at: number, core?: number): boolean {
    if (this.#now(core) - Math.max(at, this.verifiedAt) <= STALE_MAX_MS) return true;
    if (!this.#told) {
      this.#told = true;
      this.onStale();
    }
    return false;
  }
}

type Clocks = { readonly wallNow: () => number; readonly meters: { readonly clock: Clock } };

/**
 * By the later one of two clocks: the wall's goes on while the machine is suspended, and core's
 * time is never behind what was known of it before a start.
 */
export const openFreshness = ({ wallNow, meters: { clock } }: Clocks, verifiedAt = 0): Freshness =>
  new Freshness((core = clock.now()) => Math.max(wallNow(), core), verifiedAt);
