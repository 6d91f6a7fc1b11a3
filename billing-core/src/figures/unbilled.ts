import type { UnbilledFigures } from '../contract/figures.ts';
import { roundsAt } from '../customers/clock.ts';
import { Terms } from '../invoicing/facts.ts';
import { unbilledAfter, type Unbilled } from '../invoicing/unbilled.ts';
import type { Query } from '../kit/database.ts';
import { customersNamed } from './names-store.ts';

const PAGE = 500;
const CUSTOMERS_SHOWN_MAX = 100;

type Sum = { currency: string; usage: bigint; fees: bigint };
const amountOf = ({ usage, fees }: Sum): bigint => usage + fees;

const shown = (sum: Sum): { currency: string; usage: string; fees: string; amount: string } => ({
  currency: sum.currency,
  usage: sum.usage.toString(),
  fees: sum.fees.toString(),
  amount: amountOf(sum).toString(),
});

function sumsBy<Key extends string>(rows: readonly Unbilled[], key: (row: Unbilled) => Key) {
  const sums = new Map<Key, Sum & { customers: Set<string> }>();
  for (const row of rows) {
    const { currency, customer, usage, fees } = row;
    const sum = sums.get(key(row)) ?? { currency, usage: 0n, fees: 0n, customers: new Set() };
    sums.set(key(row), sum);
    sum.usage += usage;
    sum.fees += fees;
    sum.customers.add(customer);
  }
  return sums;
}

const byAmount = (one: Sum, other: Sum): number => {
  const [a, b] = [amountOf(one), amountOf(other)];
  return a === b ? 0 : a > b ? -1 : 1;
};

/**
 * What is used and owed and on no invoice yet, of everybody at their time, as of `now` (ms); of
 * customers the so many with the largest amounts of each currency.
 */
export async function unbilledNow(
  sql: Query,
  now: number,
  customersMax = CUSTOMERS_SHOWN_MAX,
): Promise<UnbilledFigures> {
  const terms = new Terms();
  const all: Unbilled[] = [];
  let roll = 0n;
  for (const round of await roundsAt(sql, now)) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await unbilledAfter(sql, { round, after, limit: PAGE }, terms);
      all.push(...page.unbilled.filter(({ usage, fees }) => usage !== 0n || fees !== 0n));
      if (page.roll > roll) roll = page.roll;
      after = page.last;
    }
  }
  const totals = [...sumsBy(all, ({ currency }) => currency).values()];
  const largest = totals.flatMap(({ currency }) => {
    const theirs = all.filter((row) => row.currency === currency);
    const sums = [...sumsBy(theirs, ({ customer }) => customer)];
    return sums.toSorted(([, a], [, b]) => byAmount(a, b)).slice(0, customersMax);
  });
  const names = await customersNamed(
    sql,
    largest.map(([id]) => id),
  );
  return {
    as_of: new Date(now).toISOString(),
    roll: roll.toString(),
    totals: totals
      .toSorted((one, other) => (one.currency < other.currency ? -1 : 1))
      .map((sum) => ({ ...shown(sum), customers: sum.customers.size })),
    customers: largest.map(([id, sum]) => ({
      ...shown(sum),
      customer: { id, name: names.get(id) ?? id },
    })),
  };
}
