import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from '../kit/database.ts';
import { openSending, type Job } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import { noObjection, type Objection } from './collectable.ts';
import { dunAll } from './dun-run.ts';
import { follow } from './follow.ts';
import { billThresholds } from './threshold.ts';
import { CLOSE_ONE, closeDue, closeOne, groundsAt, type RunKit } from './run.ts';

const RUN_SECONDS_MAX = 300;
const RETRIES = 5;
/** A run ends well before it counts as failed; the next one goes on. */
const RUN_MS = 240_000;
const ROLL_WAIT_MS = 250;
const ROLL_WAITS = 40;

/** Brings cycles up to date and bills all that is due. */
export async function runClosing(kit: RunKit, signal: AbortSignal): Promise<number> {
  await follow(kit.sql);
  // Batches come all the time; those that had come when one looked are rolled within a second.
  for (let waits = 0; waits < ROLL_WAITS && !signal.aborted; waits++) {
    if ((await groundsAt(kit.sql, kit.now)) !== undefined) break;
    await pause(ROLL_WAIT_MS, undefined, { signal }).catch(() => {});
  }
  const { cycles, invoices } = await closeDue(kit, signal);
  if (cycles > 0) kit.log.info({ cycles, invoices }, 'closed periods');
  const early = await billThresholds(kit, signal);
  if (early > 0) kit.log.info({ invoices: early }, 'billed running periods');
  return invoices + early;
}

/**
 * Jobs that bill: everything that is due each minute, and one by one what could not be.
 * @param objectionTo what whoever collects cannot take.
 */
export function invoicingJobs(sql: Sql, log: Log, objectionTo: Objection = noObjection): Job[] {
  const send = openSending(sql);
  return [
    {
      name: 'invoicing.close',
      cron: '* * * * *',
      retries: RETRIES,
      secondsMax: RUN_SECONDS_MAX,
      inSteps: async ({ now, signal }) => {
        const soon = AbortSignal.any([signal, AbortSignal.timeout(RUN_MS)]);
        await runClosing({ sql, log, send, now, objectionTo }, soon);
      },
    },
    {
      name: 'invoicing.dun',
      cron: '* * * * *',
      retries: RETRIES,
      secondsMax: RUN_SECONDS_MAX,
      inSteps: async ({ now, signal }) => {
        const soon = AbortSignal.any([signal, AbortSignal.timeout(RUN_MS)]);
        await dunAll({ sql, log, now }, soon);
      },
    },
    {
      name: CLOSE_ONE,
      retries: RETRIES,
      secondsMax: RUN_SECONDS_MAX,
      inOne: async ({ tx, data, now }) => {
        await closeOne({ sql, now, objectionTo }, tx, data['subscription_id'] ?? '');
      },
    },
  ];
}
