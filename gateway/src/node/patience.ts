/** How long a client may neither send nor take a byte while the upstream waits for it. */
const CLIENT_STALL_MS = 60_000;
/** What was begun as a stream may be silent for longer than a route's timeout. */
const STREAM_SILENCE_MS = 300_000;

/** A request under way, told that nothing moved for too long. */
export interface Waiting {
  /** Whether the upstream waits for the client, and not the other way round. */
  awaitsClient(): boolean;
  upstreamLate(): void;
  clientLate(): void;
}

const onWait = (patience: Patience): void => patience.waited();

/** The one timer that covers every wait of a request. */
export class Patience {
  readonly #waiting: Waiting;
  #ms: number;
  #timer: NodeJS.Timeout | undefined;
  #stalledMs = 0;

  /** In: the route's timeout. */
  constructor(ms: number, waiting: Waiting) {
    this.#ms = ms;
    this.#waiting = waiting;
  }

  start(): void {
    this.#timer = setTimeout(onWait, this.#ms, this);
  }

  /** A byte moved, in either direction. */
  progressed(): void {
    this.#stalledMs = 0;
    this.#timer?.refresh();
  }

  /** From here on it is a stream. */
  lengthen(): void {
    this.#ms = Math.max(this.#ms, STREAM_SILENCE_MS);
    this.stop();
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Nothing moved for the whole time: whose turn is it? */
  waited(): void {
    if (!this.#waiting.awaitsClient()) return this.#waiting.upstreamLate();
    this.#stalledMs += this.#ms;
    if (this.#stalledMs < CLIENT_STALL_MS) this.#timer?.refresh();
    else this.#waiting.clientLate();
  }
}
