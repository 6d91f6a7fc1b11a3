import { DAY_MS } from '../kit/clock.ts';
import type { Query, Sql } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import type { Job } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import type { StripeKit } from '../stripe/kit.ts';
import { repair } from './repair.ts';
import { compareBooks } from './run.ts';
import { beginOne, endOne, oneById, type ReconciliationRow } from './store.ts';

export const RECONCILE_ONE = 'reconciliation.run';
export const REPAIR_ONE = 'reconciliation.repair';
const DAILY = 'reconciliation.daily';
/** A quarter of a year: of what is older all money has come or gone back. */
const LOOKS_BACK_MS = 92 * DAY_MS;
const SECONDS_MAX = 1_800;

export type ReconcilingKit = { sql: Sql; log: Log; stripe: StripeKit | undefined };

/** Writes down that books are to be compared. */
export const begin = (sql: Query, requested_by: string, now: number): Promise<ReconciliationRow> =>
  beginOne(sql, {
    id: newId('rcn', now),
    requested_by,
    since: new Date(now - LOOKS_BACK_MS),
    began_at: new Date(now),
  });

/** Compares the books and keeps what came of it. */
export async function reconcile(
  { sql, log, stripe }: ReconcilingKit,
  id: string,
  now: number,
): Promise<void> {
  const row = await oneById(sql, id);
  if (row?.state !== 'running') return;
  const ends = { now, said: '', stages: [], differences: [] };
  try {
    const stages = await compareBooks({ sql, stripe, now }, row.since);
    const differences = stages.flatMap((stage) => stage.differences);
    const state = differences.length === 0 ? ('clean' as const) : ('different' as const);
    const totals = stages.map((stage) => stage.totals);
    await sql.begin((tx) => endOne(tx, id, { ...ends, state, stages: totals, differences }));
    if (state === 'different') log.error({ reconciliation: id, totals }, 'the books differ');
  } catch (err) {
    log.error({ err, reconciliation: id }, 'the books could not be compared');
    const said = err instanceof Error ? err.message : String(err);
    await sql.begin((tx) => endOne(tx, id, { ...ends, state: 'failed', said }));
  }
}

/** Each night, when an admin asks, and what an admin confirmed. */
export function reconciliationJobs(kit: ReconcilingKit): Job[] {
  const settings = { retries: 3, secondsMax: SECONDS_MAX };
  return [
    {
      name: DAILY,
      cron: '23 3 * * *',
      ...settings,
      inSteps: async ({ sql, now }) => {
        const { id } = await begin(sql, 'reconciliation', now);
        await reconcile(kit, id, now);
      },
    },
    {
      name: RECONCILE_ONE,
      ...settings,
      inSteps: ({ data, now }) => reconcile(kit, data['id'] ?? '', now),
    },
    {
      name: REPAIR_ONE,
      ...settings,
      inSteps: async ({ data }) => {
        const { id = '', position = '' } = data;
        if (kit.stripe) await repair(kit.stripe, { id, position: Number(position) });
      },
    },
  ];
}
