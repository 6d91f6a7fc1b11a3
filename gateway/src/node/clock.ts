import type { Clock } from '../ports.ts';

const SLEW_MAX = 0.1;
/** Wall and monotonic clock of a machine that runs do not part by more at once. */
const PARTED_MAX_MS = 2_000;

/**
 * Core time on this host: a monotonic clock plus the offset learnt from sync. It never runs
 * backwards; a backward correction is slewed by letting time run at nine tenths of its speed.
 */
export class CoreClock implements Clock {
  readonly #monotonic: () => number;
  readonly #wall: () => number;
  #offset: number;
  #target: number;
  #last = 0;
  #learnt = false;
  #tell: () => void = () => {};
  /** Told of each step that this clock makes, ms: time that did not pass. */
  onStep: (ms: number) => void = () => {};
  /**
   * Told when the wall clock went on without the monotonic one, as it does while a machine is
   * suspended: nothing that this clock dated before is as young as it looks.
   */
  onSuspended: () => void = () => {};
  #ahead: number;
  /** Resolves with the first answer of core. */
  readonly learnt: Promise<void>;
  #at: number;

  constructor(wall: () => number, monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.learnt = new Promise((resolve) => {
      this.#tell = resolve;
    });
    this.#at = monotonic();
    this.#ahead = wall() - this.#at;
    this.#offset = this.#ahead;
    this.#target = this.#offset;
  }

  now(): number {
    const at = this.#monotonic();
    this.#compare(this.#wall() - at);
    const step = (at - this.#at) * SLEW_MAX;
    this.#at = at;
    if (this.#offset > this.#target) this.#offset = Math.max(this.#target, this.#offset - step);
    this.#last = Math.max(this.#last, Math.floor(at + this.#offset));
    return this.#last;
  }

  // With every look at the clock, so that the first request after a suspend is decided anew.
  #compare(ahead: number): void {
    const parted = Math.abs(ahead - this.#ahead) > PARTED_MAX_MS;
    this.#ahead = ahead;
    if (parted) this.onSuspended();
  }

  /**
   * Takes in core's time as read half a round trip ago. The first answer is believed at once, in
   * either direction: a host whose clock is days off must not open windows of other days. Later
   * forward corrections apply at once, backward ones are slewed.
   */
  learn(coreNow: number, sentAt: number, receivedAt: number): void {
    this.#target = coreNow - (sentAt + receivedAt) / 2;
    if (this.#learnt && this.#target <= this.#offset) return;
    const step = this.#target - this.#offset;
    this.#offset = this.#target;
    this.onStep(step);
    if (this.#learnt) return;
    this.#learnt = true;
    this.#last = 0;
    this.#tell();
  }

  /** Core has told its time: until then this is the host's, which may be hours off. */
  get isSet(): boolean {
    return this.#learnt;
  }

  monotonic(): number {
    return this.#monotonic();
  }
}
