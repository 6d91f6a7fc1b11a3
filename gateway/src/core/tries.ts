import {
  choose,
  earnRetries,
  type FailedTry,
  isReady,
  mayRetry,
  report,
  spendRetry,
  type TryEnd,
} from './balance.ts';
import type { Fleet } from './fleet.ts';
import type { CompiledRoute, Target } from './route.ts';

// What a server says that is not well, or has another behind it that is not.
const UNWELL = new Set([502, 503, 504]);

/** What an answer with this status says about who gave it. */
export const endOf = (status: number): TryEnd => (UNWELL.has(status) ? 'failed' : 'well');

/** The tries of one request at the upstreams of its route. */
export class Tries {
  readonly #fleet: Fleet;
  readonly #route: CompiledRoute;
  readonly #tried: number[] = [];
  /** The try under way has not told yet how its upstream does. */
  #open = false;

  constructor(fleet: Fleet, route: CompiledRoute) {
    this.#fleet = fleet;
    this.#route = route;
  }

  /** Whom to ask next; undefined when nobody may be asked. */
  next(): Target | undefined {
    const { targets, fact } = this.#route;
    const balance = this.#fleet.of(this.#route);
    if (!balance) return targets[0];
    const now = this.#fleet.now();
    if (this.#tried.length === 0) earnRetries(balance, fact.retries?.budget_percent ?? 0, now);
    const at = choose(balance, { tried: this.#tried, now });
    if (at === undefined) return undefined;
    this.#tried.push(at);
    this.#open = true;
    return targets[at];
  }

  /** The try under way tells how its upstream does; what is said later of it is not heard. */
  ended(end: TryEnd): void {
    const balance = this.#open ? this.#fleet.of(this.#route) : undefined;
    const at = this.#tried.at(-1);
    this.#open = false;
    if (!balance || at === undefined) return;
    const breaker = this.#route.fact.circuit_breaker;
    report(balance, at, { end, breaker, now: this.#fleet.now() });
  }

  /** Whether the request may be tried once more; if so that is spent. */
  again(failed: Omit<FailedTry, 'tries'>): boolean {
    const balance = this.#fleet.of(this.#route);
    const tries = this.#tried.length;
    if (!balance || !mayRetry(this.#route.fact.retries, { ...failed, tries })) return false;
    // An answer that is there is not given away for a try at nobody.
    return isReady(balance, this.#fleet.now()) && spendRetry(balance);
  }
}
