const TICK_MS = 25;
/** Share of a new reading in the smoothed delay: one pause of the garbage collector is no load. */
const NEWEST = 0.2;
/** Even then some requests are served: else nothing would show that it is over. */
const SHARE_MAX = 0.95;

export type LoadOf = {
  /** Requests under way at once. */
  readonly requestsMax: number;
  /** Delay of the event loop from which on requests are turned away; 0 for never. */
  readonly delayMaxMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** A monotonic clock in ms. */
  readonly now: () => number;
};

/**
 * Tells whether the process can take one more request. Past what it can serve, every request it
 * takes makes all of them slower; those that are turned away at once keep the others fast.
 */
export class Load {
  readonly #of: LoadOf;
  #delayMs = 0;
  #tickedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(of: LoadOf) {
    this.#of = of;
  }

  /** Smoothed lateness of the event loop. */
  get delayMs(): number {
    return this.#delayMs;
  }

  start(): void {
    this.#tickedAt = this.#of.now();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One reading of how late this came. */
  tick(): void {
    const now = this.#of.now();
    const late = Math.max(0, now - this.#tickedAt - TICK_MS);
    this.#tickedAt = now;
    this.#delayMs += (late - this.#delayMs) * NEWEST;
  }

  /** Whether a request has to be turned away, with this many under way already. */
  sheds(busy: number): boolean {
    const { requestsMax, delayMaxMs, random } = this.#of;
    if (busy > requestsMax) return true;
    if (delayMaxMs === 0 || this.#delayMs <= delayMaxMs) return false;
    // The later, the more: all that can be at twice the delay that is allowed.
    return random() < Math.min(SHARE_MAX, this.#delayMs / delayMaxMs - 1);
  }
}
