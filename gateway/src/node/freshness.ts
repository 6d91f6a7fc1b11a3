/** For how long facts are served that core could not vouch for: the bound on a revocation then. */
export const STALE_MAX_MS = 3_600_000;

/** When the changes feed was last known to be read to its end. */
export class Freshness {
  readonly #now: () => number;
  verifiedAt: number;

  /** `now` gives ms since the epoch: what is stored must be comparable after a restart. */
  constructor(now: () => number, verifiedAt: number) {
    this.#now = now;
    // A clock that was set back must not make old facts young.
    this.verifiedAt = Math.min(verifiedAt, now());
  }

  now(): number {
    return this.#now();
  }

  verified(): void {
    this.verifiedAt = this.#now();
  }

  /** Whether a fact learnt at `at`, and followed by the feed since, may still be served. */
  holds(at: number): boolean {
    return this.#now() - Math.max(at, this.verifiedAt) <= STALE_MAX_MS;
  }
}
