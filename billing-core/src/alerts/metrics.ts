import { Gauge, type Registry } from 'prom-client';
import type { Sql } from '../kit/database.ts';
import type { Log } from '../kit/log.ts';
import { disputesToAnswer } from '../stripe/dispute-store.ts';
import { seenNow, trafficNow } from '../stripe/seen-store.ts';
import { daysAhead } from '../usage/days.ts';
import { lastBooks, lastCleanAt } from './store.ts';

export type Measured = { registry: Registry; sql: Sql; log: Log };

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** Without an answer of the database there is nothing to tell, and the other metrics still are. */
export const trying =
  ({ log }: Measured) =>
  (name: string, work: () => Promise<void>) =>
  async (): Promise<void> => {
    await work().catch((err: unknown) => log.warn({ err, metric: name }, 'metric not read'));
  };

/**
 * Metrics of the books, and of Stripe where that collects: read when somebody asks, of all cores
 * the same.
 */
export function measureMoney(measured: Measured, collects: boolean): void {
  measureBooks(measured);
  if (collects) measureStripe(measured);
}

function measureBooks(measured: Measured): void {
  const { registry, sql } = measured;
  const tried = trying(measured);
  const differences: Gauge<'stage'> = new Gauge({
    name: 'reconciliation_differences',
    help: 'Differences that the last comparison of the books found, by stage',
    labelNames: ['stage'] as const,
    registers: [registry],
    collect: tried('reconciliation_differences', async () => {
      const books = await lastBooks(sql);
      differences.reset();
      for (const { stage, differing } of books?.stages ?? []) {
        differences.set({ stage }, differing);
      }
    }),
  });
  const clean: Gauge = new Gauge({
    name: 'reconciliation_clean_timestamp_seconds',
    help: 'When the books were last seen to say the same',
    registers: [registry],
    collect: tried('reconciliation_clean_timestamp_seconds', async () => {
      const at = await lastCleanAt(sql);
      if (at !== undefined) clean.set(secondsOf(at));
    }),
  });
  const ahead: Gauge = new Gauge({
    name: 'ledger_days_ahead',
    help: 'Days of the ledger that are made ahead: without one usage cannot be recorded',
    registers: [registry],
    collect: tried('ledger_days_ahead', async () => {
      ahead.set(await daysAhead(sql));
    }),
  });
}

function measureStripe(measured: Measured): void {
  const { registry, sql } = measured;
  const tried = trying(measured);
  const refused: Gauge = new Gauge({
    name: 'stripe_key_refused',
    help: '1 while Stripe does not take the key: revoked, or without a permission',
    registers: [registry],
    collect: tried('stripe_key_refused', async () => {
      refused.set((await seenNow(sql))?.key_refused ? 1 : 0);
    }),
  });
  const backlog: Gauge<'what'> = new Gauge({
    name: 'stripe_backlog',
    help: 'Customers of whom Stripe is to be told, and its events that are to be followed',
    labelNames: ['what'] as const,
    registers: [registry],
    collect: tried('stripe_backlog', async () => {
      const { waiting, stuck, events_waiting, events_failed } = await trafficNow(sql);
      backlog.set({ what: 'customers_waiting' }, waiting);
      backlog.set({ what: 'customers_stuck' }, stuck);
      backlog.set({ what: 'events_waiting' }, events_waiting);
      backlog.set({ what: 'events_failed' }, events_failed);
    }),
  });
  const disputes: Gauge = new Gauge({
    name: 'stripe_disputes_unanswered',
    help: 'Disputes that wait for evidence',
    registers: [registry],
    collect: tried('stripe_disputes_unanswered', async () => {
      disputes.set(await disputesToAnswer(sql));
    }),
  });
}
