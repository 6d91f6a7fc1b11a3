import type { Figures } from '../contract/figures.ts';
import type { Query } from '../kit/database.ts';
import { lastBooks } from '../alerts/store.ts';
import { hasCustomers } from './names-store.ts';
import { recurringTotals } from './recurring-store.ts';
import { pastDue, usageRevenue } from './revenue-store.ts';
import { ingestAt, trafficBetween } from './traffic-store.ts';

const DAY_MS = 86_400_000;
const USAGE_DAYS = 30;

async function moneyNow(sql: Query, now: number): Promise<Figures['money']> {
  const recurring = await recurringTotals(sql, now);
  const usage = await usageRevenue(sql, { now, lengthMs: USAGE_DAYS * DAY_MS });
  const due = await pastDue(sql, now);
  const currencies = new Set([...recurring, ...usage, ...due].map(({ currency }) => currency));
  const of = <Row extends { currency: string }>(rows: readonly Row[], currency: string) =>
    rows.find((row) => row.currency === currency);
  return [...currencies].toSorted().map((currency) => {
    const fees = of(recurring, currency);
    const used = of(usage, currency);
    const owed = of(due, currency);
    return {
      currency,
      recurring: { amount: fees?.amount ?? '0', subscriptions: fees?.subscriptions ?? 0 },
      usage: { amount: used?.amount ?? '0', before: used?.before ?? '0' },
      past_due: { amount: owed?.amount ?? '0', invoices: owed?.invoices ?? 0 },
    };
  });
}

async function booksNow(sql: Query): Promise<Figures['books']> {
  const books = await lastBooks(sql);
  if (books === undefined) return null;
  const { id, state, stages, ended_at } = books;
  const differing = stages.reduce((all, stage) => all + stage.differing, 0);
  return { id, state, differing, ended_at: ended_at.toISOString() };
}

/** All that the admin side's first page shows, as of `now` (ms). */
export async function figuresNow(sql: Query, now: number): Promise<Figures> {
  return {
    as_of: new Date(now).toISOString(),
    money: await moneyNow(sql, now),
    has_customers: await hasCustomers(sql),
    traffic: await trafficBetween(sql, { from: now - DAY_MS, to: now }),
    ingest: await ingestAt(sql, now),
    books: await booksNow(sql),
  };
}
