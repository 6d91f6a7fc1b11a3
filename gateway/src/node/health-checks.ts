import { checked } from '../core/balance.ts';
import type { Fleet } from '../core/fleet.ts';
import { type CompiledRoute, pathAt, type Target } from '../core/route.ts';
import type { Log } from './log.ts';
import type { Upstreams } from './upstreams.ts';

export type HealthChecksOf = {
  readonly upstreams: Upstreams;
  readonly fleet: Fleet;
  readonly log: Log;
  /** 0 to 1; gateways that start together do not check together. */
  readonly random: () => number;
};

type Check = NonNullable<CompiledRoute['fact']['health_check']>;
type Round = { readonly route: CompiledRoute; readonly at: number; readonly check: Check };

const OK_MAX = 399;

/** Asks upstreams whether they are well, for the routes that want it. */
export class HealthChecks {
  readonly #of: HealthChecksOf;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(of: HealthChecksOf) {
    this.#of = of;
  }

  /** From now on the upstreams of these routes are asked, as they are set now. */
  keep(routes: readonly CompiledRoute[]): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const route of routes) {
      const { health_check: check, id } = route.fact;
      if (!check) continue;
      for (const at of route.targets.keys()) this.#later(`${id} ${at}`, { route, at, check });
    }
  }

  close(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #later(name: string, round: Round): void {
    const spread = 0.9 + 0.2 * this.#of.random();
    const timer = setTimeout(() => {
      void this.#ask(round).then((well) => {
        // The routes changed meanwhile: this is not the round that goes on.
        if (this.#stopped || this.#timers.get(name) !== timer) return;
        this.#note(round, well);
        this.#later(name, round);
      });
    }, round.check.interval_ms * spread);
    timer.unref();
    this.#timers.set(name, timer);
  }

  async #ask({ route, at, check }: Round): Promise<boolean> {
    const target: Target | undefined = route.targets[at];
    if (!target) return false;
    try {
      const answer = await this.#of.upstreams.poolOf(target).request({
        method: 'GET',
        path: pathAt(target, { path: check.path, query: '' }),
        headers: { 'user-agent': 'tollgate-health-check' },
        signal: AbortSignal.timeout(check.timeout_ms),
      });
      await answer.body.dump();
      return answer.statusCode <= OK_MAX;
    } catch (error) {
      // Where it is TLS that fails, the operator is told why.
      if (error instanceof Error) this.#of.upstreams.failureOf(error, route.fact);
      return false;
    }
  }

  #note({ route, at, check }: Round, well: boolean): void {
    const standing = this.#of.fleet.of(route)?.standings[at];
    if (!standing || !checked(standing, well, check)) return;
    const { id, name } = route.fact;
    const what = well ? 'an upstream is well again' : 'an upstream fails its checks';
    this.#of.log.warn({ route: id, name, upstream: standing.url }, what);
  }
}
