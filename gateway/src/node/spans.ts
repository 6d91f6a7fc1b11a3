import type { Metering } from '../ports.ts';

/** A request that is recorded in spans while it lasts. */
export interface Lasting {
  /** A span is over: records what was used in it, and asks for the next one. */
  checkpoint(): void;
}

const TICK_MS = 1_000;

/**
 * Ends the spans of long requests: of each one every `everyMs`, all that are due in one turn, so
 * that they share a write. A killed process loses of a request what passed since its last one.
 */
export class Spans {
  readonly #everyMs: number;
  readonly #metering: Pick<Metering, 'flush'>;
  readonly #dueAt = new Map<Lasting, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(everyMs: number, metering: Pick<Metering, 'flush'>) {
    this.#everyMs = everyMs;
    this.#metering = metering;
    this.#timer = setInterval(() => this.#tick(), Math.min(TICK_MS, everyMs / 2));
    this.#timer.unref();
  }

  /** From now on the request is told when its spans are over. */
  watch(request: Lasting): void {
    this.#dueAt.set(request, performance.now() + this.#everyMs);
  }

  leave(request: Lasting): void {
    this.#dueAt.delete(request);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    let any = false;
    for (const [request, dueAt] of this.#dueAt) {
      if (now < dueAt) continue;
      any = true;
      this.#dueAt.set(request, now + this.#everyMs);
      request.checkpoint();
    }
    // Where the disk takes it the record of a span is written before a byte of the next one leaves.
    // Where it does not the next span is the last one, unless SPOOL_FULL=admit.
    if (any) this.#metering.flush();
  }
}
