import type { RateShare } from '@tollgate/billing-core/contract/sync.ts';
import type { Till } from '../../src/core/till.ts';
import { SHARE_TTL_MS } from '../../src/core/rate.ts';
import type { GatewayProcess } from './gateway.ts';
import type { Plan } from './scenario.ts';
import { Broken, type World } from './world.ts';

type Pace = {
  /** The highest limit of the run: lowering takes effect when tills hear of it. */
  rate: number;
  burst: number;
  level: number;
  at: number;
  /** The longest time that tokens of core's own bucket were under way, ms. */
  transitMs: number;
  /** A till went on without core, on its own: the documented exception. */
  isAlone: boolean;
};

/** Clocks of gateways count whole ms. */
const SLACK_MS = 2;
const ROUNDING = 1e-6;

/** Watches rate limits over all gateways, by real time. */
export class RateWatch {
  readonly #world: World;
  readonly #paces = new Map<string, Pace>();
  readonly #told = new WeakSet<object>();
  /** When tokens of core's own bucket were last drawn, by boot and customer. */
  readonly drawnAt = new Map<string, number>();

  constructor(world: World, plans: ReadonlyMap<string, Plan>) {
    this.#world = world;
    for (const [customer, { rate }] of plans) {
      if (!rate) continue;
      const { rate_per_second: perSecond, burst } = rate;
      const idle = { level: 0, at: world.now, transitMs: 0, isAlone: false };
      this.#paces.set(customer, { rate: perSecond, burst, ...idle });
    }
  }

  planned(customer: string, { rate }: Plan): void {
    const pace = this.#paces.get(customer);
    if (!pace || !rate) return;
    pace.rate = Math.max(pace.rate, rate.rate_per_second);
    pace.burst = Math.max(pace.burst, rate.burst);
  }

  /** Core's answer has given this till its share. */
  told(boot: string, { rate }: Till, share: RateShare): void {
    if (rate?.share) this.#told.add(rate.share);
    const pace = this.#paces.get(share.customer);
    const drawnAt = this.drawnAt.get(`${boot}|${share.customer}`);
    if (!pace || drawnAt === undefined || share.tokens === 0 || !share.central) return;
    this.#world.count('tokens of the central bucket');
    pace.transitMs = Math.max(pace.transitMs, this.#world.now - drawnAt);
  }

  /** This till has just taken a token. */
  admitted(customer: string, till: Till | undefined): void {
    const pace = this.#paces.get(customer);
    if (!pace) return;
    const share = till?.rate?.share;
    if (share && !this.#told.has(share)) pace.isAlone = true;
    const { now } = this.#world;
    if (pace.isAlone) {
      this.#world.count('admitted on a rate without core');
      return;
    }
    this.#world.count('admitted on a rate');
    const drained = ((now - pace.at) / 1_000) * pace.rate;
    pace.level = Math.max(0, pace.level - drained) + 1;
    pace.at = now;
    const slack = ((pace.transitMs + SLACK_MS) / 1_000) * pace.rate + ROUNDING;
    if (pace.level <= pace.burst + slack) return;
    throw new Broken(
      `${customer}: ${pace.level.toFixed(3)} over rate x time, burst ${pace.burst}, ` +
        `slack ${slack.toFixed(3)}`,
    );
  }

  /** Parts that tills hold add up to no more than the limit. */
  look(processes: readonly GatewayProcess[]): void {
    for (const [customer, pace] of this.#paces) {
      let [rate, burst, isAlone] = [0, 0, false];
      for (const process of processes) {
        // A machine that is suspended spends nothing, and drops its parts when it sees its clocks.
        if (process.suspendedAt !== null) continue;
        const now = this.#world.as(process, () => process.open.clock.now());
        const share = process.tills.get(customer)?.rate?.share;
        if (!share || share.central) continue;
        if (now - share.renewedAt >= SHARE_TTL_MS) continue;
        rate += share.ratePerS;
        burst += share.burst;
        if (!this.#told.has(share)) isAlone = true;
      }
      const isOver = rate > pace.rate + ROUNDING || burst > pace.burst + ROUNDING;
      if (isAlone) pace.isAlone = true;
      else if (pace.isAlone && !isOver) Object.assign(pace, { isAlone: false, level: 0 });
      else if (isOver && !pace.isAlone) {
        throw new Broken(`${customer}: shares of ${rate}/s, burst ${burst} are over the limit`);
      }
    }
  }
}
