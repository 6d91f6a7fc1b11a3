import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';

/** How long a client may neither send nor take a byte while the upstream waits for it. */
const CLIENT_STALL_MS = 60_000;
/** What was begun as a stream may be silent for longer than a route's timeout. */
const STREAM_SILENCE_MS = 300_000;
/** Who made others wait for a tenth of the time, or more, is why it ran out. */
const PART_WORTH_NAMING = 10;

/** A request under way, told that nothing moved for too long. */
export interface Waiting {
  /** Whether the upstream waits for the client, and not the other way round. */
  awaitsClient(): boolean;
  upstreamLate(): void;
  clientLate(): void;
  /** The route gives it no more time, whoever waits for whom. */
  timeUp(): void;
}

const onWait = (patience: Patience): void => patience.waited();
const onOver = (patience: Patience): void => patience.over();

/** The one timer that covers every wait of a request, and one for all of it where a route says. */
export class Patience {
  readonly #waiting: Waiting;
  readonly #idleMs: number | undefined;
  readonly #totalMs: number | undefined;
  #ms: number;
  #timer: NodeJS.Timeout | undefined;
  #total: NodeJS.Timeout | undefined;
  #stalledMs = 0;

  constructor(route: RouteFact, waiting: Waiting) {
    this.#ms = route.timeout_ms;
    this.#idleMs = route.idle_timeout_ms;
    this.#totalMs = route.total_timeout_ms;
    this.#waiting = waiting;
  }

  /** Begins, or begins anew with another upstream; the whole time goes on. */
  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onWait, this.#ms, this);
    if (this.#totalMs !== undefined) this.#total ??= setTimeout(onOver, this.#totalMs, this);
  }

  /** A byte moved, in either direction. */
  progressed(): void {
    this.#stalledMs = 0;
    this.#timer?.refresh();
  }

  /** The answer has begun: how long it may be silent from here on. */
  answered(stream: boolean): void {
    const ms = this.#idleMs ?? (stream ? Math.max(this.#ms, STREAM_SILENCE_MS) : this.#ms);
    if (ms === this.#ms) return;
    this.#ms = ms;
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#total);
  }

  /** Whether so much of all the time that the route gives is a part of it worth naming. */
  isLong(ms: number): boolean {
    return ms * PART_WORTH_NAMING >= (this.#totalMs ?? Infinity);
  }

  over(): void {
    this.#waiting.timeUp();
  }

  /** Nothing moved for the whole time: whose turn is it? */
  waited(): void {
    if (!this.#waiting.awaitsClient()) return this.#waiting.upstreamLate();
    this.#stalledMs += this.#ms;
    if (this.#stalledMs < CLIENT_STALL_MS) this.#timer?.refresh();
    else this.#waiting.clientLate();
  }
}
