import type { Random } from './random.ts';

/** Whose turn an event is: nothing happens any more to what is dead; what is frozen comes later. */
export type Owner = {
  readonly name: string;
  /** Where it runs; its clocks and its disk are that machine's. */
  readonly machine: string;
  alive: boolean;
  frozenUntil: number;
  /** Of its machine: how long, and since when, until it is thawed. No monotonic clock counts it. */
  suspendedMs: number;
  suspendedAt: number | null;
  /** Operations on its disk that are left before it is killed in the midst of one. */
  operationsLeft: number;
  /** SIGKILL. */
  kill(): void;
  /** An exception that nobody caught. */
  uncaught(error: unknown): void;
};

type Happening = { at: number; order: number; owner: Owner | null; run: (() => void) | null };

/** A guarantee does not hold. */
export class Broken extends Error {}
/** Thrown into code whose process is dead: nothing it does from here on has an effect. */
export class Killed extends Error {}

const TRACE_LINES = 60;
const HASH_PRIME = 0x01000193;
// The real one: the code under test gets another, of virtual time.
const { setImmediate } = globalThis;
/** Lets every promise that can settle now do so. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const isBefore = (a: Happening, b: Happening): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Virtual time: events in order of time, then of making. Nothing here waits for a real clock. */
export class World {
  readonly random: Random;
  readonly startedAt: number;
  /** ms since the epoch; core's clock shows it as it is. */
  now: number;
  steps = 0;
  /** Whose event is under way. */
  acting: Owner | null = null;
  /** What happened, by name: that it can happen is no proof that it does. */
  readonly counts = new Map<string, number>();
  /** Told of every line of the trace. */
  onNote: (line: string) => void = () => {};
  readonly #heap: Happening[] = [];
  readonly #trace: string[] = [];
  #order = 0;
  #hash = 0x811c9dc5;
  #failure: unknown;

  constructor(random: Random, now: number) {
    this.random = random;
    this.now = now;
    this.startedAt = now;
  }

  /** One number for all that was noted and when: equal runs have equal ones. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  note(text: string): void {
    const seconds = ((this.now - this.startedAt) / 1_000).toFixed(3);
    const line = `#${this.steps} ${seconds}s ${text}`;
    for (let at = 0; at < line.length; at++) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(at), HASH_PRIME);
    }
    this.#trace.push(line);
    this.onNote(line);
    if (this.#trace.length > TRACE_LINES * 4) this.#trace.splice(0, TRACE_LINES * 3);
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** The last lines of what was noted. */
  tail(): string[] {
    return this.#trace.slice(-TRACE_LINES);
  }

  /** Runs this after so many ms, unless the owner is dead by then. Gives a way to call it off. */
  after(ms: number, owner: Owner | null, run: () => void): () => void {
    this.#order += 1;
    const happening: Happening = { at: this.now + Math.max(0, ms), order: this.#order, owner, run };
    this.#push(happening);
    return () => {
      happening.run = null;
    };
  }

  /** Does this in the name of an owner: what it asks of clocks, disk and network is that one's. */
  as<Result>(owner: Owner | null, run: () => Result): Result {
    const was = this.acting;
    this.acting = owner;
    try {
      return run();
    } finally {
      this.acting = was;
    }
  }

  /** What a monotonic clock shows to whoever is acting, ms since the start. */
  monotonic(): number {
    const { acting } = this;
    if (acting && acting.suspendedAt !== null && this.now >= acting.frozenUntil) {
      acting.suspendedMs += acting.frozenUntil - acting.suspendedAt;
      acting.suspendedAt = null;
    }
    const now = acting?.suspendedAt ?? this.now;
    return now - this.startedAt - (acting?.suspendedMs ?? 0);
  }

  /** Remembers what went wrong where nobody would see it: in a promise. */
  fail(error: unknown): void {
    if (!(error instanceof Killed)) this.#failure ??= error;
  }

  /** An exception that nobody caught, in whoever is acting. */
  uncaught(error: unknown): void {
    if (error instanceof Killed) return;
    if (error instanceof Broken || !this.acting) this.fail(error);
    else if (this.acting.alive) this.acting.uncaught(error);
  }

  /** Lets everything happen until this time, looking at the world after each step. */
  async runUntil(until: number, look: (owner: Owner | null) => void): Promise<void> {
    for (let next = this.#heap[0]; next && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      const { owner, run } = next;
      if (!run || (owner && !owner.alive)) continue;
      if (owner && owner.frozenUntil > next.at) {
        // The same one: it can still be called off.
        next.at = owner.frozenUntil;
        this.#push(next);
        continue;
      }
      this.now = next.at;
      this.steps += 1;
      this.acting = owner;
      try {
        run();
      } catch (error) {
        this.uncaught(error);
      }
      await settled();
      this.acting = null;
      if (this.#failure) throw this.#failure;
      look(owner);
    }
    this.now = Math.max(this.now, until);
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(happening, heap[above] as Happening)) break;
      heap[at] = heap[above] as Happening;
      at = above;
    }
    heap[at] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      const other = heap[below + 1];
      if (other && isBefore(other, heap[below] as Happening)) below += 1;
      if (!isBefore(heap[below] as Happening, last)) break;
      heap[at] = heap[below] as Happening;
      at = below;
    }
    heap[at] = last;
  }
}
