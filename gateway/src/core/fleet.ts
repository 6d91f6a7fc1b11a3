import type { UpstreamTold } from '@tollgate/billing-core/contract/gateway-report.ts';
import {
  type Balance,
  breakerOf,
  isReady,
  openBalance,
  readyInS,
  type Standing,
} from './balance.ts';
import type { CompiledRoute } from './route.ts';

function toldOf(fact: CompiledRoute['fact'], standing: Standing, now: number): UpstreamTold {
  const { url, turnedAt, checkedAt, down } = standing;
  const age = (at: number): number => Math.max(0, Math.round(now - at));
  return {
    route: fact.id,
    url,
    breaker: fact.circuit_breaker
      ? { state: breakerOf(standing, now), for_ms: age(turnedAt) }
      : null,
    checks:
      checkedAt === null ? null : { state: down ? 'failing' : 'passing', for_ms: age(checkedAt) },
  };
}

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

  /** How upstreams do that a breaker or checks look after; of others nothing is known. */
  told(): UpstreamTold[] {
    const now = this.#now();
    return [...this.#kept.values()].flatMap(({ fact, balance }) =>
      fact.circuit_breaker || fact.health_check
        ? balance.standings.map((standing) => toldOf(fact, standing, now))
        : [],
    );
  }

  /** Upstreams that are not asked just now. */
  out(): number {
    const now = this.#now();
    const standings = [...this.#kept.values()].flatMap(({ balance }) => balance.standings);
    return standings.filter(({ down, openUntil }) => down || (openUntil ?? 0) > now).length;
  }
}
