import type { CompiledRoute } from '../core/route.ts';
import { expiryOf } from './upstream-tls.ts';

const DAY_MS = 86_400_000;

/** Until when the certificates that routes bring for TLS with their upstreams are valid. */
export class Certificates {
  readonly #wallNow: () => number;
  /** Of each route that has any: when the first one expires, ms since the epoch. */
  #ends: readonly (readonly [route: string, end: number])[] = [];

  constructor(wallNow: () => number) {
    this.#wallNow = wallNow;
  }

  keep(routes: readonly CompiledRoute[]): void {
    this.#ends = routes.flatMap(({ fact: { id, upstreams = [] } }) => {
      const end = Math.min(...upstreams.map(({ tls }) => (tls ? expiryOf(tls) : Infinity)));
      return Number.isFinite(end) ? [[id, end] as const] : [];
    });
  }

  /** Days that are left, by route; negative behind the end. */
  daysLeft(): (readonly [route: string, days: number])[] {
    const now = this.#wallNow();
    return this.#ends.map(([route, end]) => [route, (end - now) / DAY_MS]);
  }
}
