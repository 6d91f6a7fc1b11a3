import type { RateReport, RateShare } from '../contract/sync.ts';

/** A customer's rate limit: requests a second, and how many at once. */
export type RateLimit = { rate: number; burst: number };

/** A till drops its share this long after it sent the report that renewed it. */
export const SHARE_TTL_MS = 120_000;
/** Core counts a share as held this long after it received that report: always the longer. */
export const SHARE_HELD_MS = 130_000;
/** Below these a part would be too small to use, so core holds the bucket itself. */
const PART_RATE_MIN = 5;
const PART_BURST_MIN = 5;
/** Of the limit, kept for each till whatever its demand, so that it can serve at once. */
const FLOOR = 0.05;

type Held = { rate: number; burst: number; demand: number; message: number; receivedAt: number };
type Account = {
  limit: RateLimit;
  held: Map<string, Held>;
  /** Tokens of the part of the limit that no till holds. */
  pool: number;
  pooledAt: number;
};
export type Reporter = { boot: string; message: number };
type Report = RateReport & { limit: RateLimit | undefined };
/** What one till said of one customer, and when that was heard. */
type Said = RateReport & Reporter & { now: number };

const sum = (held: Map<string, Held>, of: 'rate' | 'burst', but?: string): number => {
  let total = 0;
  for (const [boot, part] of held) if (boot !== but) total += part[of];
  return total;
};

/**
 * Divides customers' rate limits among tills by what is asked of them lately, in memory (after
 * Doorman's idea). Always, with no clock of a till in the argument: the parts that tills may hold
 * add up to at most the limit, in rate and in burst, and tokens handed out come from the part
 * that nobody holds.
 */
export class RateShares {
  readonly #accounts = new Map<string, Account>();
  /** Customers of whom a till holds more than its part now, by boot. */
  readonly #overdue = new Map<string, Set<string>>();
  /** Until every live till has said what it holds, nothing is raised and no token is earned. */
  #closedUntil: number;

  constructor(now: number) {
    this.#closedUntil = now + SHARE_HELD_MS;
  }

  /** Every live till has reported since this core took over. */
  open(now: number): void {
    this.#closedUntil = Math.min(this.#closedUntil, now);
  }

  isClosed(now: number): boolean {
    return now < this.#closedUntil;
  }

  /** Takes in what a till says, and answers with its parts; also of what it must lower. */
  report(from: Reporter, reports: readonly Report[], now: number): RateShare[] {
    const shares: RateShare[] = [];
    const told = new Set<string>();
    for (const report of reports) {
      if (!report.limit) continue;
      const account = this.#account(report.customer, report.limit, now);
      const said = { ...report, ...from, now };
      if (!this.#hear(account, said)) continue;
      shares.push(this.#divide(account, said));
      told.add(report.customer);
    }
    for (const customer of this.#overdue.get(from.boot) ?? []) {
      const account = this.#accounts.get(customer);
      const part = account?.held.get(from.boot);
      if (!account || !part || told.has(customer)) continue;
      const { rate, burst, demand } = part;
      shares.push(this.#divide(account, { ...from, customer, demand, rate, burst, take: 0, now }));
    }
    return shares;
  }

  /** The boot has ended: it holds nothing any more. */
  end(boot: string, now: number): void {
    for (const account of this.#accounts.values()) {
      if (!account.held.has(boot)) continue;
      // First what was earned until now: without this part, or its tokens would be there twice.
      this.#settlePool(account, now);
      account.held.delete(boot);
    }
    this.#overdue.delete(boot);
  }

  /** Forgets customers of whom nobody holds a part and whose tokens are all there again. */
  sweep(now: number): void {
    for (const [customer, account] of this.#accounts) {
      this.#settlePool(account, now);
      if (account.held.size === 0 && account.pool >= account.limit.burst) {
        this.#accounts.delete(customer);
      }
    }
  }

  get size(): number {
    return this.#accounts.size;
  }

  #account(customer: string, limit: RateLimit, now: number): Account {
    let account = this.#accounts.get(customer);
    if (!account) {
      // What was spent before this core took over is not known: as if all had been, just then.
      account = { limit, held: new Map(), pool: 0, pooledAt: Math.min(now, this.#closedUntil) };
      this.#accounts.set(customer, account);
    }
    this.#settlePool(account, now);
    account.limit = limit;
    for (const [boot, part] of account.held) {
      if (now - part.receivedAt >= SHARE_HELD_MS) account.held.delete(boot);
    }
    return account;
  }

  /** Adds what the part that nobody holds has earned since; the cap is that part's burst. */
  #settlePool(account: Account, now: number): void {
    const { limit, held } = account;
    const free = Math.max(0, limit.rate - sum(held, 'rate'));
    const cap = Math.max(0, limit.burst - sum(held, 'burst'));
    // What tills hold is known from the opening on: before it they may earn the same tokens.
    const from = Math.max(account.pooledAt, this.#closedUntil);
    const earned = (Math.max(0, now - from) / 1_000) * free;
    account.pool = Math.min(account.pool + earned, cap);
    account.pooledAt = Math.max(account.pooledAt, now);
  }

  /** False for a message that is older than what is known of this till. */
  #hear(account: Account, said: Said): boolean {
    const { boot, message, customer, rate, burst, demand, now } = said;
    const was = account.held.get(boot);
    if (was && message <= was.message) return false;
    if (rate === 0 && burst === 0 && demand === 0) {
      account.held.delete(boot);
      this.#overdue.get(boot)?.delete(customer);
      return false;
    }
    account.held.set(boot, { rate, burst, demand, message, receivedAt: now });
    return true;
  }

  #divide(account: Account, said: Said): RateShare {
    const { boot, customer, now } = said;
    const { limit, held } = account;
    const part = held.get(boot) as Held;
    const tills = held.size;
    const central =
      tills > 1 && (limit.burst < PART_BURST_MIN * tills || limit.rate < PART_RATE_MIN * tills);
    const target = central ? 0 : this.#targetOf(account, part);
    this.#noteOverdue(account, customer, central);
    const free = {
      rate: Math.max(0, limit.rate - sum(held, 'rate', boot)),
      burst: Math.max(0, limit.burst - sum(held, 'burst', boot)),
    };
    const wish = { rate: limit.rate * target, burst: limit.burst * target };
    const mayRaise = !this.isClosed(now);
    for (const field of ['rate', 'burst'] as const) {
      const most = mayRaise ? free[field] : Math.min(part[field], free[field]);
      // Core counts the larger of old and new until the till says that it has lowered itself.
      part[field] = Math.max(part[field], Math.min(wish[field], most));
    }
    // A till that went on alone holds more than it was given: it keeps what others leave it.
    const share = {
      rate: Math.min(wish.rate, part.rate, free.rate),
      burst: Math.min(wish.burst, part.burst, free.burst),
    };
    // Tokens move with the burst they belong to; what is left is cut to the part nobody holds.
    const tokens = this.#draw(account, central ? said.take : share.burst - said.burst);
    this.#settlePool(account, now);
    const retry_in_ms = central && tokens < 1 ? this.#untilToken(account) : 0;
    return { customer, ...share, tokens, central, retry_in_ms };
  }

  /** This till's part, 0 to 1, by demand, with a floor for each. */
  #targetOf(account: Account, part: Held): number {
    const floor = FLOOR * account.limit.rate;
    let total = 0;
    for (const other of account.held.values()) total += other.demand + floor;
    return (part.demand + floor) / total;
  }

  /** Notes which tills hold more than their part, so that each is told at its next sync. */
  #noteOverdue(account: Account, customer: string, central: boolean): void {
    for (const [boot, part] of account.held) {
      const target = central ? 0 : this.#targetOf(account, part);
      const over = part.rate > account.limit.rate * target * 1.1 + 1e-9;
      const customers = this.#overdue.get(boot) ?? new Set();
      if (over) customers.add(customer);
      else customers.delete(customer);
      if (customers.size > 0) this.#overdue.set(boot, customers);
      else this.#overdue.delete(boot);
    }
  }

  #draw(account: Account, want: number): number {
    const tokens = Math.max(0, Math.floor(Math.min(account.pool, want)));
    account.pool -= tokens;
    return tokens;
  }

  #untilToken(account: Account): number {
    const free = account.limit.rate - sum(account.held, 'rate');
    if (free <= 0) return 250;
    return Math.max(1, Math.ceil(((1 - account.pool) / free) * 1_000));
  }
}
