import { Gauge, type Registry } from 'prom-client';
import type { Sql } from '../kit/database.ts';
import type { Log } from '../kit/log.ts';
import { lastBooks, lastCleanAt } from './store.ts';

type Measured = { registry: Registry; sql: Sql; log: Log };

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** Metrics of the books, read when somebody asks; of all cores the same. */
export function measureBooks({ registry, sql, log }: Measured): void {
  // Without an answer of the database there is nothing to tell, and the other metrics still are.
  const tried = (name: string, work: () => Promise<void>) => async (): Promise<void> => {
    await work().catch((err: unknown) => log.warn({ err, metric: name }, 'metric not read'));
  };
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
}
