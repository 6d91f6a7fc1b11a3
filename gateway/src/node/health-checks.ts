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
/** The checks of one upstream of a route, one after the other. */
type Round = {
  /** As it is set now. */
  route: CompiledRoute;
  readonly at: number;
  readonly check: Check;
  timer?: NodeJS.Timeout;
  over: boolean;
};

const OK_MAX = 399;

function end(round: Round): void {
  round.over = true;
  clearTimeout(round.timer);
}

/** Asks upstreams whether they are well, for the routes that want it. */
export class HealthChecks {
  readonly #of: HealthChecksOf;
  #rounds = new Map<string, Round>();

  constructor(of: HealthChecksOf) {
    this.#of = of;
  }

  /**
   * From now on the upstreams of these routes are asked, as they are set now. Checks that are as
   * they were go on: routes that change often put none of them off.
   */
  keep(routes: readonly CompiledRoute[]): void {
    const before = this.#rounds;
    this.#rounds = new Map();
    for (const route of routes) {
      const { health_check: check, id } = route.fact;
      if (!check) continue;
      for (const [at, { origin, basePath }] of route.targets.entries()) {
        const name = `${id} ${at} ${origin}${basePath} ${JSON.stringify(check)}`;
        const known = before.get(name);
        if (known) known.route = route;
        this.#rounds.set(name, known ?? this.#begin({ route, at, check, over: false }));
        before.delete(name);
      }
    }
    for (const round of before.values()) end(round);
  }

  close(): void {
    for (const round of this.#rounds.values()) end(round);
  }

  #begin(round: Round): Round {
    const spread = 0.9 + 0.2 * this.#of.random();
    round.timer = setTimeout(() => {
      void this.#ask(round).then((well) => {
        if (round.over) return;
        this.#note(round, well);
        this.#begin(round);
      });
    }, round.check.interval_ms * spread);
    round.timer.unref();
    return round;
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
    const { fleet } = this.#of;
    const standing = fleet.of(route)?.standings[at];
    if (!standing || !checked(standing, { well, now: fleet.now() }, check)) return;
    const { id, name } = route.fact;
    const what = well ? 'an upstream is well again' : 'an upstream fails its checks';
    this.#of.log.warn({ route: id, name, upstream: standing.url }, what);
  }
}
