import type { TillAnswer } from '../core/till.ts';
import type { Admission, AdmissionRequest } from '../ports.ts';

/** How long a request waits for what core had not, or others hold, before it is refused. */
export const LEASE_WAIT_MS = 1_000;
/** And for a core that was reached and has units, or has said no word yet: it is slow, no limit. */
export const SLOW_CORE_WAIT_MS = 5_000;
/** Those who wait for what core had not, or others hold, are tried again together, this often. */
export const RETRY_EVERY_MS = 250;

type Waiter = {
  readonly request: AdmissionRequest;
  /** Windows that it lacks units of; none where it waits for a part of a rate limit. */
  windows: readonly string[];
  readonly resolve: (admission: Admission) => void;
  timer: NodeJS.Timeout;
  /** Core has said something of what it lacks. */
  heard: boolean;
  /** And that it has none to give just now, or more than one wait is of no use. */
  held: boolean;
};

export type WaitingRoomOf = {
  /** Core time, ms. */
  readonly now: () => number;
  readonly askCore: () => void;
  readonly decide: (request: AdmissionRequest) => TillAnswer;
  /** The last sync got through. */
  readonly reachable: () => boolean;
  /** Nothing was lent in time: core said nothing, or others have not given back what they hold. */
  readonly giveUp: (request: AdmissionRequest, of: { heard: boolean; held: boolean }) => Admission;
  /** Core time (ms) from which core may be asked for what a request lacks; 0: at once. */
  readonly askableAt: (customerId: string, windows: readonly string[]) => number;
};

/**
 * Requests that wait for core. What is new is asked for at once; what others hold was asked for in
 * vain, and is asked for again together with all of its kind, so that any number of customers at
 * their limits makes four questions a second at most.
 */
export class WaitingRoom {
  readonly #of: WaitingRoomOf;
  #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #retryAt = Number.POSITIVE_INFINITY;
  #retriedAt = Number.NEGATIVE_INFINITY;
  /** Nobody divides rate limits just now: no core has the desk, or it does not answer. */
  deskless = false;

  constructor(of: WaitingRoomOf) {
    this.#of = of;
  }

  enter(request: AdmissionRequest, windows: readonly string[]): Promise<Admission> {
    return new Promise((resolve) => {
      const at = this.#of.askableAt(request.fact.customer.id, windows);
      const timer = setTimeout(() => this.#timeIsUp(waiter), LEASE_WAIT_MS);
      // Parts of rate limits keep their own bound: without a desk nobody would ever say a word.
      const heard = at !== 0 || windows.length === 0;
      const waiter: Waiter = { request, windows, resolve, timer, heard, held: heard };
      this.#waiters.add(waiter);
      if (at === 0) this.#of.askCore();
      else this.#retryBy(at);
    });
  }

  /**
   * Core has answered: decides again for everyone, and asks for what is still lacking. `told`: the
   * windows that it was asked for. `unknown`: of these, those that it said nothing of, because it
   * does not know them; it would say so again at once.
   */
  answered(told: ReadonlySet<string>, unknown: ReadonlySet<string>): void {
    this.#decide();
    if (this.#waiters.size === 0) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      waiter.heard ||= waiter.windows.some((window) => told.has(window));
      const at = this.#askableAt(waiter);
      waiter.held =
        at > 0 ||
        waiter.windows.length === 0 ||
        waiter.windows.some((window) => unknown.has(window));
      soonest = Math.min(soonest, at);
    }
    if (soonest > 0) this.#retryBy(soonest);
    else if (unknown.size > 0) this.#retryBy(this.#of.now() + RETRY_EVERY_MS);
    else this.#of.askCore();
  }

  /** Decides again for everyone who waits; for who still has to, core is asked. */
  retry(): void {
    this.#decide();
    if (this.#waiters.size > 0) this.#of.askCore();
  }

  /** The same, if somebody waits for units of this customer. */
  retryFor(customerId: string): void {
    const isFor = ({ request }: Waiter): boolean => request.fact.customer.id === customerId;
    if (this.#waiters.values().some(isFor)) this.retry();
  }

  #askableAt({ request, windows }: Waiter): number {
    if (windows.length === 0 && this.deskless) return this.#of.now() + RETRY_EVERY_MS;
    return this.#of.askableAt(request.fact.customer.id, windows);
  }

  #retryBy(time: number): void {
    const now = this.#of.now();
    // A clock that went back must not hold anybody up.
    const at = Math.max(time, Math.min(this.#retriedAt, now) + RETRY_EVERY_MS);
    if (this.#retryAt <= at) return;
    clearTimeout(this.#timer);
    this.#retryAt = at;
    this.#timer = setTimeout(() => this.#retryNow(), at - now).unref();
  }

  #retryNow(): void {
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.#retriedAt = this.#of.now();
    this.retry();
  }

  #decide(): void {
    const waiting = this.#waiters;
    this.#waiters = new Set();
    for (const waiter of waiting) {
      const answer = this.#of.decide(waiter.request);
      if (answer.kind === 'ask') {
        waiter.windows = answer.windows;
        this.#waiters.add(waiter);
        continue;
      }
      clearTimeout(waiter.timer);
      waiter.resolve(answer);
    }
  }

  #timeIsUp(waiter: Waiter): void {
    if (waiter.held || !this.#of.reachable()) return this.#giveUp(waiter);
    const more = SLOW_CORE_WAIT_MS - LEASE_WAIT_MS;
    waiter.timer = setTimeout(() => this.#giveUp(waiter), more);
  }

  #giveUp(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    waiter.resolve(this.#of.giveUp(waiter.request, waiter));
  }
}
