import type { Count, Entry, Ledger } from './ledger.ts';
import type { Evidence, Finding } from './verdict.ts';

const nameOf = (entry: Entry): string => {
  const { customer, key, route, meter, outcome, minute, billable } = entry;
  return [customer, key, route, meter, outcome, minute, billable].join(' ');
};

/** Billed is what the route's policy says of what is recorded, and nothing else. */
function policyFindings({ entries, policies }: Ledger): Finding[] {
  return entries.flatMap((entry) => {
    const outcomes = policies.get(`${entry.route} ${entry.version}`);
    const expected = outcomes?.includes(entry.outcome);
    return expected === entry.billable
      ? []
      : [{ kind: 'wrong policy' as const, detail: nameOf(entry) }];
  });
}

/** What is invoiced and shown is the sum of the ledger. */
function rollupFindings({ entries, rollups }: Ledger): Finding[] {
  const left = new Map<string, { requests: number; quantity: number }>();
  for (const [sign, rows] of [
    [1, entries],
    [-1, rollups],
  ] as const) {
    for (const row of rows) {
      const was = left.get(nameOf(row)) ?? { requests: 0, quantity: 0 };
      const requests = was.requests + sign * row.requests;
      left.set(nameOf(row), { requests, quantity: was.quantity + sign * row.quantity });
    }
  }
  return [...left]
    .filter(([, { requests, quantity }]) => requests !== 0 || quantity !== 0)
    .map(([name, { requests }]) => ({
      kind: 'rollup differs' as const,
      detail: `${name}: ${requests}`,
    }));
}

/** Sums over all days of what is counted by day: a day says nothing where a clock was wrong. */
function overDays(counts: readonly Count[]): Count[] {
  const sums = new Map<string, Count>();
  for (const count of counts) {
    const { what, ...left } = count;
    const was = sums.get(what);
    if (!was) sums.set(what, { ...count });
    else for (const name of Object.keys(left) as (keyof typeof left)[]) was[name] += left[name];
  }
  return [...sums.values()];
}

function countFindings({ ledger, clockFaked = false }: Evidence): Finding[] {
  return (clockFaked ? overDays(ledger.counts) : ledger.counts)
    .filter(
      (count) =>
        count.counted !== count.recorded ||
        count.counted_quantity !== count.recorded_quantity ||
        count.counted_billable !== count.recorded_billable,
    )
    .map(({ what, day, counted, recorded }) => ({
      kind: 'gateway count differs' as const,
      detail: `${what} ${clockFaked ? 'all days' : day}: ${counted} counted, ${recorded} recorded`,
    }));
}

function bootFindings({ boots }: Ledger): Finding[] {
  return boots
    .filter(({ next, batches, newest }) => batches !== newest || next !== newest + 1)
    .map(({ boot, next, batches, newest }) => ({
      kind: 'sequence differs' as const,
      detail: `${boot}: ${batches} batches up to ${newest}, next is ${next}`,
    }));
}

function limitFindings({ windows }: Ledger, unleased: boolean): Finding[] {
  return windows.flatMap(({ id, limit, lent, billed }) => {
    if (limit === null) return [];
    const over = billed > limit || lent > limit;
    return over && !unleased
      ? [{ kind: 'over the limit' as const, detail: `${id}: ${billed} billed, ${lent} lent` }]
      : [];
  });
}

/** What the database says of itself: it must be of one piece. */
export function bookFindings(evidence: Evidence): Finding[] {
  const { ledger, unleased = false } = evidence;
  return [
    ...policyFindings(ledger),
    ...rollupFindings(ledger),
    ...countFindings(evidence),
    ...bootFindings(ledger),
    ...limitFindings(ledger, unleased),
    ...ledger.losses.map((detail) => ({ kind: 'loss reported' as const, detail })),
  ];
}
