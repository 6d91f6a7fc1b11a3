import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

const SLEW_MAX = 0.1;
/** Wall and monotonic clock of a machine that runs do not part by more at once. */
const PARTED_MAX_MS = 2_000;
/** How long requests wait for core's time after a start; more while it is slow, and not away. */
const WORD_WAIT_MS = 1_000;
const SLOW_WORD_WAIT_MS = 5_000;
const LOOK_AGAIN_MS = 250;
/** A clock that is further from core's than this, ahead or behind, is wrong. */
const OFF_MAX_MS = 5_000;
/** Core's clock went back: so many answers in a row, over so long, are that far behind. */
const BEHIND_ANSWERS = 5;
const BEHIND_FOR_MS = 3_000;

/** What was dated while core's time was not known: up to here, this clock's, it is so much late. */
export type Misdated = { readonly until: number; readonly behindMs: number };

/**
 * Core time on this host: a monotonic clock plus the offset learnt from sync. Within a boot it
 * never runs backwards; a backward correction is slewed by letting time run at nine tenths of its
 * speed. It begins with the wall clock, or with the least that core's time can be, where that is
 * later.
 */
export class CoreClock implements Clock {
  readonly #monotonic: () => number;
  readonly #wall: () => number;
  #offset: number;
  #target: number;
  #last = 0;
  #learnt = false;
  /** Since when core's answers are far behind this clock, and how many there were; 0 for none. */
  #behindSince = 0;
  #behindAnswers = 0;
  #isAhead = false;
  #tell: () => void = () => {};
  /** Told of each step that this clock makes, ms: time that did not pass. */
  onStep: (ms: number) => void = () => {};
  /**
   * Told when the wall clock went on without the monotonic one, as it does while a machine is
   * suspended: nothing that this clock dated before is as young as it looks.
   */
  onSuspended: () => void = () => {};
  #ahead: number;
  /** Requests went on without core's first word. */
  #isTrusted = false;
  #misdated: Misdated | null = null;
  /** What core's time is at least, less the monotonic clock. */
  #leastAhead: number;
  /** Resolves with the first answer of core. */
  readonly learnt: Promise<void>;
  #at: number;

  /** `least`: what core's time is at least, ms. */
  constructor(
    wall: () => number,
    monotonic: () => number = () => performance.now(),
    least = Number.NEGATIVE_INFINITY,
  ) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.learnt = new Promise((resolve) => {
      this.#tell = resolve;
    });
    this.#at = monotonic();
    this.#ahead = wall() - this.#at;
    this.#leastAhead = least - this.#at;
    this.#offset = Math.max(this.#ahead, this.#leastAhead);
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
   * Takes in core's time, which it told between question and answer. What is known stays where that
   * contradicts nothing, and else moves no further than it must: an answer that took seconds, as
   * while core's database is away, would else put the clock ahead by half of them. The first one is
   * believed at once, in either direction: a host whose clock is days off must not open windows of
   * other days. Later forward corrections apply at once, backward ones are slewed.
   */
  learn(coreNow: number, sentAt: number, receivedAt: number): void {
    const known = Math.min(this.#target, coreNow - sentAt);
    this.#target = Math.max(known, coreNow - receivedAt);
    this.#weigh(receivedAt);
    if (this.#learnt && this.#target <= this.#offset) return;
    if (!this.#learnt && this.#isTrusted) this.#lookBack();
    this.#step();
    if (this.#learnt) return;
    this.#learnt = true;
    this.#last = 0;
    this.#tell();
  }

  #lookBack(): void {
    const behindMs = Math.round(this.#target - this.#offset);
    if (behindMs > OFF_MAX_MS) this.#misdated = { until: this.now(), behindMs };
  }

  #step(): void {
    const step = this.#target - this.#offset;
    this.#offset = this.#target;
    this.onStep(step);
  }

  // Where cores have different clocks the one that is ahead speaks up in between.
  #weigh(receivedAt: number): void {
    if (!this.#learnt || this.#offset - this.#target <= OFF_MAX_MS) this.#behindAnswers = 0;
    else if (++this.#behindAnswers === 1) this.#behindSince = receivedAt;
    const lasted = receivedAt - this.#behindSince >= BEHIND_FOR_MS;
    this.#isAhead = this.#behindAnswers >= BEHIND_ANSWERS && lasted;
  }

  /** Core's clock was ahead, this one followed it, and core's was set right: slewing takes long. */
  get isAhead(): boolean {
    return this.#isAhead;
  }

  /** What this boot dated before core's first word is wrong: the next one is to begin. */
  get misdated(): Misdated | null {
    return this.#misdated;
  }

  /** Another boot begins: it takes core's time as it is, backwards too. */
  beginAnew(): void {
    this.#misdated = null;
    if (!this.#isAhead) return;
    this.#step();
    this.#last = 0;
    this.#behindAnswers = 0;
    this.#isAhead = false;
  }

  /**
   * Core has told its time, and the boot has dated nothing else: until then this is the host's,
   * which may be hours off.
   */
  get isSet(): boolean {
    return this.#learnt && this.#misdated === null;
  }

  /** What core's time is at least, ms: what it said last, and what has passed since. */
  get least(): number {
    return this.#learnt ? this.now() : Math.floor(this.#monotonic() + this.#leastAhead);
  }

  /** Resolves with core's first word, or when it has been waited for long enough. */
  async firstWord(reachable: () => boolean): Promise<void> {
    const word = (ms: number): Promise<void> =>
      Promise.race([this.learnt, delay(ms, undefined, { ref: false })]);
    const until = this.#monotonic() + SLOW_WORD_WAIT_MS;
    await word(WORD_WAIT_MS);
    while (!this.#learnt && reachable() && this.#monotonic() < until) await word(LOOK_AGAIN_MS);
    this.#isTrusted = !this.#learnt;
  }

  monotonic(): number {
    return this.#monotonic();
  }
}
