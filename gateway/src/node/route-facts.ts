import { type RoutesSnapshot, routesSnapshot } from '@tollgate/billing-core/contract/facts.ts';
import { RouteTable } from '../core/route.ts';
import { type Routes, Unreachable } from '../ports.ts';
import type { CoreClient } from './core-client.ts';
import type { FactStore } from './fact-store.ts';
import type { Freshness } from './freshness.ts';
import type { Log } from './log.ts';

const TIMEOUT_MS = 10_000;

export type RouteFactsOf = {
  readonly core: CoreClient;
  readonly store: FactStore;
  readonly freshness: Freshness;
  readonly log: Log;
  /** Told of every new table. */
  readonly onTable: (table: RouteTable) => void;
};

/** The routes: as core last told them, at first as they were stored. */
export class RouteFacts implements Routes {
  readonly #of: RouteFactsOf;
  #table: RouteTable | undefined;
  #at = 0;

  constructor(of: RouteFactsOf) {
    this.#of = of;
    const stored = of.store.routes();
    const parsed = stored === undefined ? undefined : routesSnapshot.safeParse(JSON.parse(stored));
    if (parsed?.success) this.#install(parsed.data);
  }

  current(): RouteTable | undefined {
    return this.#of.freshness.holds(this.#at) ? this.#table : undefined;
  }

  /** Reads the snapshot again; returns the number of the last change it takes into account. */
  async refresh(stop: AbortSignal): Promise<bigint> {
    const at = this.#of.freshness.now();
    const { body } = await this.#of.core.get('/internal/v1/routes', TIMEOUT_MS, { stop });
    const parsed = routesSnapshot.safeParse(body);
    if (!parsed.success) throw new Unreachable('billing-core sent no routes');
    this.#of.store.saveRoutes(JSON.stringify(parsed.data));
    this.#install(parsed.data);
    this.#at = at;
    return BigInt(parsed.data.last);
  }

  #install(snapshot: RoutesSnapshot): void {
    this.#table = new RouteTable(snapshot);
    for (const { id, name } of this.#table.broken) {
      this.#of.log.error({ route: id, name }, 'a route cannot be used');
    }
    this.#of.onTable(this.#table);
  }
}
