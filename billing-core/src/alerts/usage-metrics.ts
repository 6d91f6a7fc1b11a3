import { Gauge } from 'prom-client';
import type { Clock } from '../kit/clock.ts';
import { jobsNow } from '../kit/dead-jobs.ts';
import { trying, type Measured } from './metrics.ts';
import { bootsNow, openDeadLetters, unrolledNow } from './usage-store.ts';

/**
 * Metrics of the ledger's way: what gateways have vouched for, what is in the totals, and the jobs
 * behind it. Read when somebody asks, of all cores the same.
 */
export function measureUsage(measured: Measured, clock: Clock): void {
  measureRolls(measured);
  measureBoots(measured, clock);
  measureJobs(measured);
}

/** Metrics that are read together ask once. */
function together<Read>(read: () => Promise<Read>): () => Promise<Read> {
  let asking: Promise<Read> | undefined;
  return () => (asking ??= read().finally(() => (asking = undefined)));
}

function measureRolls(measured: Measured): void {
  const { registry, sql } = measured;
  const tried = trying(measured);
  const unrolled = together(() => unrolledNow(sql));
  const lag: Gauge = new Gauge({
    name: 'usage_roll_lag_seconds',
    help: 'Age of the oldest batch that is in the ledger and not in the totals; 0: none is',
    registers: [registry],
    collect: tried('usage_roll_lag_seconds', async () => lag.set((await unrolled()).oldestS)),
  });
  const waiting: Gauge = new Gauge({
    name: 'usage_batches_unrolled',
    help: 'Batches that are in the ledger and not in the totals',
    registers: [registry],
    collect: tried('usage_batches_unrolled', async () => waiting.set((await unrolled()).batches)),
  });
  const letters: Gauge = new Gauge({
    name: 'usage_dead_letters_open',
    help: 'Batches that could not be read, and of which nobody has decided',
    registers: [registry],
    collect: tried('usage_dead_letters_open', async () => letters.set(await openDeadLetters(sql))),
  });
}

function measureBoots(measured: Measured, clock: Clock): void {
  const { registry, sql } = measured;
  const tried = trying(measured);
  const now = together(() => bootsNow(sql, clock()));
  const lag: Gauge = new Gauge({
    name: 'gateway_watermark_lag_seconds',
    help: 'How long ago that is up to which the live boot furthest behind has told all',
    registers: [registry],
    collect: tried('gateway_watermark_lag_seconds', async () => lag.set((await now()).lagS)),
  });
  const boots: Gauge<'state'> = new Gauge({
    name: 'gateway_boots',
    help: 'Boots of gateways that have not ended, by whether they were heard within a minute',
    labelNames: ['state'] as const,
    registers: [registry],
    collect: tried('gateway_boots', async () => {
      const { live, silent } = await now();
      boots.set({ state: 'heard' }, live - silent);
      boots.set({ state: 'silent' }, silent);
    }),
  });
}

function measureJobs(measured: Measured): void {
  const { registry, sql } = measured;
  const tried = trying(measured);
  const jobs: Gauge<'job' | 'state'> = new Gauge({
    name: 'jobs_open',
    help: 'Jobs that wait, run, or failed after all their tries, by kind',
    labelNames: ['job', 'state'] as const,
    registers: [registry],
    collect: tried('jobs_open', async () => {
      const kinds = await jobsNow(sql);
      jobs.reset();
      for (const { name: job, waiting, running, failed } of kinds) {
        jobs.set({ job, state: 'waiting' }, waiting);
        jobs.set({ job, state: 'running' }, running);
        jobs.set({ job, state: 'failed' }, failed);
      }
    }),
  });
}
