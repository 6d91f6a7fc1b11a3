import { type Balance, isReady, openBalance, readyInS } from './balance.ts';
import type { CompiledRoute } from './route.ts';

type Kept = { fact: CompiledRoute['fact']; balance: Balance };

/**
 * How the upstreams of all routes do, as this process or isolate sees it. What is known of an
 * upstream outlives a change of its route. In: a clock in ms that only runs on.
 */
export class Fleet {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  /** Undefined for a route of which nothing needs to be kept. */
  of(route: CompiledRoute): Balance | undefined {
    if (!route.managed) return undefined;
    const { fact } = route;
    const known = this.#kept.get(fact.id);
    if (known?.fact === fact) return known.balance;
    const balance = openBalance(fact, known?.balance, this.#now());
    this.#kept.set(fact.id, { fact, balance });
    return balance;
  }

  /** Forgets routes that are gone. */
  keep(routes: readonly CompiledRoute[]): void {
    const ids = new Set(routes.map(({ fact }) => fact.id));
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
  }

  /** Seconds until an upstream of the route may be asked; undefined when one may be now. */
  awaited(route: CompiledRoute): number | undefined {
    const balance = this.of(route);
    if (!balance || isReady(balance, this.#now())) return undefined;
    return readyInS(balance, this.#now());
  }

  /** Upstreams that are not asked just now. */
  out(): number {
    const now = this.#now();
    const standings = [...this.#kept.values()].flatMap(({ balance }) => balance.standings);
    return standings.filter(({ down, openUntil }) => down || (openUntil ?? 0) > now).length;
  }
}
