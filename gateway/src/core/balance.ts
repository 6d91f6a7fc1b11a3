import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';

/** An upstream of a route, as this process sees it. Times are ms of a clock that only runs on. */
export type Standing = {
  readonly url: string;
  readonly weight: number;
  /** Of the smooth weighted round: what it is owed. */
  owed: number;
  /** Failures in a row, of requests. */
  failures: number;
  /** The breaker is open until then; null while it is closed. */
  openUntil: number | null;
  /** Since when one request tries whether it is well again; null for none. */
  probingSince: number | null;
  /** Since when the breaker lets requests pass, or has not let them. */
  turnedAt: number;
  /** Results in a row, of checks: of the kind that would change what is held of it. */
  checks: number;
  /** Its checks say that it is not well. */
  down: boolean;
  /** Since when they say so, or the contrary; null while they have said neither. */
  checkedAt: number | null;
};

/** A route's upstreams and what its requests may spend on retries. */
export type Balance = {
  readonly standings: readonly Standing[];
  retryTokens: number;
  retriedAt: number;
};

const RETRY_TOKENS_MAX = 10;
/** So that a route of little traffic can retry at all. */
const RETRY_TOKENS_PER_S = 1;
/** When nothing says when an upstream will be back. */
const RETRY_AFTER_MS = 1_000;

/** What a route leads to, the first one as `upstream_url` has it. */
export const upstreamsOf = ({
  upstreams,
  upstream_url,
}: RouteFact): NonNullable<RouteFact['upstreams']> =>
  upstreams ?? [{ url: upstream_url, weight: 1 }];

/** Begins a balance, or goes on with what was known of the same upstreams. */
export function openBalance(fact: RouteFact, was: Balance | undefined, now: number): Balance {
  const standings = upstreamsOf(fact).map(({ url, weight }): Standing => {
    const known = was?.standings.find((other) => other.url === url);
    const well = { owed: 0, failures: 0, openUntil: null, checks: 0, down: false };
    const { openUntil = null, down = false, checkedAt = null } = known ?? {};
    const turnedAt = fact.circuit_breaker ? (known?.turnedAt ?? now) : now;
    return {
      url,
      weight,
      ...well,
      probingSince: null,
      failures: known?.failures ?? 0,
      openUntil: fact.circuit_breaker ? openUntil : null,
      turnedAt,
      down: fact.health_check ? down : false,
      checkedAt: fact.health_check ? checkedAt : null,
    };
  });
  return { standings, retryTokens: was?.retryTokens ?? RETRY_TOKENS_MAX, retriedAt: now };
}

/** A try that takes longer may wait for its client: another one may find out. */
const PROBE_ALONE_MS = 5_000;

const isProbed = ({ probingSince }: Standing, now: number): boolean =>
  probingSince !== null && now - probingSince < PROBE_ALONE_MS;

/** How the breaker of an upstream stands; half open: the next request tries it. */
export function breakerOf({ openUntil }: Standing, now: number): 'closed' | 'open' | 'half_open' {
  if (openUntil === null) return 'closed';
  return now < openUntil ? 'open' : 'half_open';
}

const isOpen = (standing: Standing, now: number): boolean =>
  standing.openUntil !== null && (now < standing.openUntil || isProbed(standing, now));

/** Upstreams that may be asked. Checks that fail everywhere are not believed: all are asked. */
function candidates({ standings }: Balance, now: number): Standing[] {
  const closed = standings.filter((standing) => !isOpen(standing, now));
  const well = closed.filter(({ down }) => !down);
  return well.length > 0 ? well : closed;
}

/** Whether some upstream may be asked now. */
export const isReady = (balance: Balance, now: number): boolean =>
  candidates(balance, now).length > 0;

/** Seconds until an upstream may be asked again. */
export function readyInS({ standings }: Balance, now: number): number {
  const waits = standings.map((standing) =>
    standing.openUntil === null || isProbed(standing, now)
      ? RETRY_AFTER_MS
      : standing.openUntil - now,
  );
  return Math.max(1, Math.ceil(Math.min(...waits) / 1_000));
}

/**
 * The place of the upstream for the next try: of those that may be asked, and that this request
 * has not tried yet as long as there are such, in turns by weight. Undefined when none may be.
 */
export function choose(
  balance: Balance,
  { tried, now }: { tried: readonly number[]; now: number },
): number | undefined {
  const all = candidates(balance, now);
  const fresh = all.filter((one) => !tried.includes(balance.standings.indexOf(one)));
  const from = fresh.length > 0 ? fresh : all;
  let total = 0;
  let best: Standing | undefined;
  for (const standing of from) {
    standing.owed += standing.weight;
    total += standing.weight;
    if (best === undefined || standing.owed > best.owed) best = standing;
  }
  if (best === undefined) return undefined;
  best.owed -= total;
  if (best.openUntil !== null) best.probingSince = now;
  return balance.standings.indexOf(best);
}

/** How a try ended: `left` says nothing about the upstream. */
export type TryEnd = 'well' | 'failed' | 'left';

/** Takes in how a try at an upstream ended. */
export function report(
  balance: Balance,
  at: number,
  of: { end: TryEnd; breaker: RouteFact['circuit_breaker']; now: number },
): void {
  const standing = balance.standings[at];
  if (!standing || !of.breaker) return;
  const probed = standing.probingSince !== null;
  standing.probingSince = null;
  if (of.end === 'left') return;
  if (of.end === 'well') {
    standing.failures = 0;
    if (standing.openUntil !== null) standing.turnedAt = of.now;
    standing.openUntil = null;
    return;
  }
  standing.failures += 1;
  if (probed || standing.failures >= of.breaker.failures) {
    if (standing.openUntil === null) standing.turnedAt = of.now;
    standing.openUntil = of.now + of.breaker.open_ms;
  }
}

/** Takes in the result of one check. Out: whether it changed what is held of the upstream. */
export function checked(
  standing: Standing,
  { well, now }: { well: boolean; now: number },
  check: NonNullable<RouteFact['health_check']>,
): boolean {
  if (well === !standing.down) {
    standing.checks = 0;
    standing.checkedAt ??= now;
    return false;
  }
  standing.checks += 1;
  if (standing.checks < (well ? check.healthy_after : check.unhealthy_after)) return false;
  standing.down = !well;
  standing.checkedAt = now;
  standing.checks = 0;
  return true;
}

/** A request begins: it earns its part of what all may spend on retries. */
export function earnRetries(balance: Balance, percent: number, now: number): void {
  const elapsed = Math.max(0, now - balance.retriedAt) / 1_000;
  const earned = percent / 100 + elapsed * RETRY_TOKENS_PER_S;
  balance.retryTokens = Math.min(RETRY_TOKENS_MAX, balance.retryTokens + earned);
  balance.retriedAt = now;
}

/** Takes one retry, if there is one to spend. */
export function spendRetry(balance: Balance): boolean {
  if (balance.retryTokens < 1) return false;
  balance.retryTokens -= 1;
  return true;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** What is known of a try that brought no answer to pass on. */
export type FailedTry = {
  readonly method: string;
  /** Tries so far. */
  readonly tries: number;
  /** Some of the request's body was taken from the client. */
  readonly bodyBegun: boolean;
  /** Nothing was sent: there was no connection. */
  readonly unsent: boolean;
  /** The status the upstream answered with; undefined when it did not. */
  readonly status: number | undefined;
};

/**
 * Whether the request may be tried once more: while attempts are left and its body was not begun;
 * what was sent only for a method that may be repeated, and what was answered only for a status
 * the route names.
 */
export function mayRetry(retries: RouteFact['retries'], failed: FailedTry): boolean {
  if (!retries || failed.bodyBegun || failed.tries > retries.attempts) return false;
  if (failed.unsent) return true;
  if (!IDEMPOTENT.has(failed.method)) return false;
  return failed.status === undefined || retries.statuses.includes(failed.status);
}
