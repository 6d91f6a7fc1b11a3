import type { Clock } from '../ports.ts';

/** Core time in one isolate: its wall clock plus the offset learnt from core; never backwards. */
export class CoreClock implements Clock {
  #offset: number;
  #last = 0;

  constructor(offset = 0) {
    this.#offset = offset;
  }

  now(): number {
    this.#last = Math.max(this.#last, Math.floor(this.wall() + this.#offset));
    return this.#last;
  }

  /**
   * Takes in core's time as it was told in the answer to a question asked at `askedAt` (wall): what
   * is known stays where that contradicts nothing. A slow answer would else be half of it ahead.
   */
  learn(coreNow: number, askedAt: number): void {
    const known = Math.min(this.#offset, coreNow - askedAt);
    this.#offset = Math.max(known, coreNow - this.wall());
  }

  get offset(): number {
    return this.#offset;
  }

  /** The isolate's own clock, ms since the epoch. It stands still between two waits. */
  wall(): number {
    return Date.now();
  }
}
