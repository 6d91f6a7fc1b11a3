import type { CustomerTotals, Stage } from '../contract/reconciliation.ts';
import type { TheirInvoice } from '../stripe/books.ts';
import { belongsThere, type Difference, type OurInvoice } from './model.ts';

/** Pure: what both sides of each stage come to, of each customer and month, and in all. */

/** What two books have of one thing of a customer: requests, or minor units. */
export type Part = {
  customerId: string;
  /** A month in UTC: 2026-11. */
  period: string;
  currency: string;
  here: bigint;
  there: bigint;
};

export type Sums = { currency: string; here: string; there: string }[];
export type Totals = Omit<CustomerTotals, 'customer'> & { customerId: string };

function groupedBy(parts: readonly Part[], keyOf: (part: Part) => string): Map<string, Part> {
  const groups = new Map<string, Part>();
  for (const part of parts) {
    const key = keyOf(part);
    const { here, there } = groups.get(key) ?? { here: 0n, there: 0n };
    groups.set(key, { ...part, here: here + part.here, there: there + part.there });
  }
  return groups;
}

/** What both sides come to by currency: amounts of two currencies are never added up. */
export const sumsOf = (parts: readonly Part[]): Sums =>
  [...groupedBy(parts, ({ currency }) => currency).values()]
    .map(({ currency, here, there }) => ({ currency, here: `${here}`, there: `${there}` }))
    .toSorted((one, other) => (one.currency < other.currency ? -1 : 1));

/** One side of sums in a line: `EUR 1200, USD 34`. */
export const lineOf = (sums: Sums, side: 'here' | 'there'): string =>
  sums.map((sum) => `${sum.currency} ${sum[side]}`).join(', ');

/** What our invoices and Stripe's come to. What is moving just now is left out on both sides. */
export function stripeParts(ours: readonly OurInvoice[], theirs: readonly TheirInvoice[]): Part[] {
  const byOurs = Map.groupBy(theirs, ({ invoiceId }) => invoiceId);
  return ours.flatMap((one) => {
    if (one.isMoving || !belongsThere(one)) return [];
    const there = (byOurs.get(one.id) ?? [])
      .filter(({ stripeId, status }) => stripeId === one.stripeId || status !== 'void')
      .reduce((all, { status, total }) => (status === 'draft' ? all : all + total), 0n);
    const { customerId, period, currency, total: here } = one;
    return [{ customerId, period, currency, here, there }];
  });
}

const keyOf = (customerId: string, period: string): string => `${customerId} ${period}`;

/** How many differences there are by customer and month. */
function differingOf(differences: readonly Difference[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { customerId, period } of differences) {
    if (customerId === null || period === null) continue;
    const key = keyOf(customerId, period);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/**
 * Each customer and month with what the books have of it, stage by stage; those that differ first,
 * then the newest month of each customer.
 */
export function customerTotals(
  stages: readonly { stage: Stage; parts: readonly Part[]; differences: readonly Difference[] }[],
): Totals[] {
  const rowKey = (part: Part) => `${keyOf(part.customerId, part.period)} ${part.currency}`;
  const differing = differingOf(stages.flatMap(({ differences }) => differences));
  const rows = new Map<string, Totals>();
  for (const { stage, parts } of stages) {
    for (const [key, part] of groupedBy(parts, rowKey)) {
      const { customerId, period, currency, here, there } = part;
      const count = differing.get(keyOf(customerId, period)) ?? 0;
      const fresh: Totals = { customerId, period, currency, differing: count, stages: [] };
      const row = rows.get(key) ?? fresh;
      row.stages.push({ stage, here: `${here}`, there: `${there}` });
      rows.set(key, row);
    }
  }
  const text = ({ customerId, currency }: Totals) => `${customerId} ${currency}`;
  return [...rows.values()].toSorted(
    (one, other) =>
      Number(other.differing > 0) - Number(one.differing > 0) ||
      Number(text(one) > text(other)) - Number(text(one) < text(other)) ||
      Number(one.period < other.period) - Number(one.period > other.period),
  );
}
