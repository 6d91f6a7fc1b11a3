import type { RateShare, SyncEnvelope } from '../contract/sync.ts';
import type { Clock } from '../kit/clock.ts';
import type { Query, Sql } from '../kit/database.ts';
import { RateShares, SHARE_HELD_MS, type RateLimit } from './rate-shares.ts';

const SWEEP_EVERY_MS = 60_000;

/** The rate limits of these customers' live subscriptions. */
async function rateLimits(sql: Query, customers: string[]): Promise<Map<string, RateLimit>> {
  const rows = await sql<{ customer: string; rate: number; burst: number }[]>`
    select s.customer_id as customer, e.rate_per_second::float8 as rate, e.burst
      from subscriptions s join entitlements e using (plan_version_id)
     where s.customer_id = any(${customers}) and s.canceled_at is null and e.kind = 'rate_limit'`;
  return new Map(rows.map(({ customer, rate, burst }) => [customer, { rate, burst }]));
}

const nameOf = ({ gateway, boot }: Pick<SyncEnvelope, 'gateway' | 'boot'>): string =>
  `${gateway}/${boot}`;

/**
 * Where tills ask for their part of a customer's rate limit. Its memory is this process's: after
 * a start nothing is raised until every live boot has said what it holds, or 130 s have passed.
 */
export class RateDesk {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #shares: RateShares;
  readonly #reported = new Set<string>();
  /** Tells this desk from the one before it, whose shares it does not know. */
  readonly number: number;
  #sweptAt = 0;

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
    this.number = clock();
    this.#shares = new RateShares(this.number);
  }

  async answer(envelope: SyncEnvelope): Promise<RateShare[]> {
    const boot = nameOf(envelope);
    // A sync alone tells nothing of shares that are not used much: the till must say that this
    // is all. Its first message needs no such word, because it holds nothing yet.
    if (envelope.desk === this.number || envelope.message === 1) this.#reported.add(boot);
    const now = this.#clock();
    if (this.#shares.isClosed(now) && (await this.#allReported())) this.#shares.open(now);
    this.#sweep(now);
    const { rates, message } = envelope;
    const customers = rates.map((report) => report.customer);
    const limits = rates.length > 0 ? await rateLimits(this.#sql, customers) : new Map();
    const reports = rates.map((report) => ({ ...report, limit: limits.get(report.customer) }));
    return this.#shares.report({ boot, message }, reports, this.#clock());
  }

  end(envelope: SyncEnvelope): void {
    const boot = nameOf(envelope);
    this.#shares.end(boot);
    this.#reported.delete(boot);
  }

  async #allReported(): Promise<boolean> {
    const live = await this.#sql<{ gateway: string; boot: string }[]>`
      select gateway_id as gateway, boot_id as boot from boots
       where state = 'live'
         and last_seen_at > clock_timestamp() - make_interval(secs => ${SHARE_HELD_MS / 1_000})`;
    // A newer process of the same gateway holds its spool: the older one is dead.
    const gateways = new Set([...this.#reported].map((name) => name.split('/')[0]));
    return live.every(({ gateway }) => gateways.has(gateway));
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    this.#shares.sweep(now);
  }
}
