import { adminsToTell } from '../auth/user-store.ts';
import type { Repair } from '../contract/reconciliation.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import type { Job, SendJob } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import { LetterRefused, type Mail } from '../kit/mail.ts';
import type { StripeKit } from '../stripe/kit.ts';
import { hasGrown, letterOf, type Found } from './alert.ts';
import { pruneReconciliations } from './prune.ts';
import { repair } from './repair.ts';
import { compareBooks } from './run.ts';
import { foundBefore, foundOf, saveTold } from './told-store.ts';
import { beginOne, endOne, oneById, saveStages, type ReconciliationRow } from './store.ts';
import { customerTotals } from './totals.ts';

export const RECONCILE_ONE = 'reconciliation.run';
export const REPAIR_ONE = 'reconciliation.repair';
const DAILY = 'reconciliation.daily';
const PRUNE = 'reconciliation.prune';
const TELL_ONE = 'reconciliation.tell';
/** A quarter of a year: of what is older all money has come or gone back. */
const LOOKS_BACK_MS = 92 * DAY_MS;
const SECONDS_MAX = 1_800;
/** With pauses up to a quarter of an hour: about a day. */
const LETTER_RETRIES = 100;
const LETTER_SECONDS_MAX = 120;

export type ReconcilingKit = {
  sql: Sql;
  log: Log;
  stripe: StripeKit | undefined;
  send: SendJob;
  mail: Mail;
  publicUrl: string;
};

/** Writes down that books are to be compared. */
export const begin = (sql: Query, requested_by: string, now: number): Promise<ReconciliationRow> =>
  beginOne(sql, {
    id: newId('rcn', now),
    requested_by,
    since: new Date(now - LOOKS_BACK_MS),
    began_at: new Date(now),
  });

/** Asks for letters to all admins where more was found than they know of, with the result. */
async function tellGrowth(
  { send }: ReconcilingKit,
  tx: Tx,
  { id, now, found }: { id: string; now: number; found: Found },
): Promise<void> {
  if (!hasGrown(await foundBefore(tx, id), found)) return;
  for (const { id: user_id } of await adminsToTell(tx)) await send(tx, TELL_ONE, { id, user_id });
  await saveTold(tx, id, now);
}

/** Compares the books, keeps what came of it, and has admins told of what is new. */
export async function reconcile(kit: ReconcilingKit, id: string, now: number): Promise<void> {
  const { sql, log, stripe } = kit;
  const row = await oneById(sql, id);
  if (row?.state !== 'running') return;
  const onStage = (done: readonly { totals: ReconciliationRow['stages'][number] }[]) =>
    saveStages(
      sql,
      id,
      done.map(({ totals }) => totals),
    );
  try {
    const compared = await compareBooks({ sql, stripe, now, onStage }, row.since);
    const differences = compared.flatMap((stage) => stage.differences);
    const state = differences.length === 0 ? ('clean' as const) : ('different' as const);
    const stages = compared.map(({ totals }) => totals);
    const totals = customerTotals(
      compared.map(({ totals: { stage }, ...rest }) => ({ stage, ...rest })),
    );
    await sql.begin(async (tx) => {
      const isMine = await endOne(tx, id, { now, said: '', state, stages, differences, totals });
      if (isMine) await tellGrowth(kit, tx, { id, now, found: { state, stages, differences } });
    });
    if (state === 'different') log.error({ reconciliation: id, stages }, 'the books differ');
  } catch (err) {
    log.error({ err, reconciliation: id }, 'the books could not be compared');
    const said = err instanceof Error ? err.message : String(err);
    const none = { stages: [], differences: [], totals: [] };
    await sql.begin(async (tx) => {
      const isMine = await endOne(tx, id, { now, said, state: 'failed', ...none });
      if (isMine) await tellGrowth(kit, tx, { id, now, found: { state: 'failed', ...none } });
    });
  }
}

/** Sends one admin the letter about a comparison. Throws what the mail server said. */
export async function tellAdmin(
  { sql, mail, publicUrl }: ReconcilingKit,
  { id, userId }: { id: string; userId: string },
): Promise<void> {
  const row = await oneById(sql, id);
  const admin = (await adminsToTell(sql)).find((one) => one.id === userId);
  const found = await foundOf(sql, id);
  if (row === undefined || admin === undefined || found === undefined) return;
  const letter = { ...found, id, said: row.said };
  await mail
    .deliver(letterOf(letter, { to: admin.email, userId, publicUrl }))
    .catch((error: unknown) => {
      // No later try would be taken.
      if (!(error instanceof LetterRefused)) throw error;
    });
}

/** Each night, when an admin asks, and what an admin confirmed. */
export function reconciliationJobs(kit: ReconcilingKit): Job[] {
  const settings = { retries: 3, secondsMax: SECONDS_MAX };
  return [
    {
      name: DAILY,
      cron: '23 3 * * *',
      ...settings,
      // One that dies is gone on with, not begun anew beside the first.
      inOne: async ({ tx, now }) => {
        const { id } = await begin(tx, 'reconciliation', now);
        await kit.send(tx, RECONCILE_ONE, { id });
      },
    },
    {
      name: PRUNE,
      cron: '53 4 * * *',
      ...settings,
      inSteps: async ({ now, signal }) => {
        const pruned = await pruneReconciliations(kit.sql, now, signal);
        if (pruned > 0) kit.log.info({ pruned }, 'old comparisons of the books went');
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
        const { id = '', position = '', repair: how } = data;
        const place = { id, position: Number(position) };
        if (kit.stripe) await repair(kit.stripe, place, how as Repair | undefined);
      },
    },
    {
      name: TELL_ONE,
      retries: LETTER_RETRIES,
      secondsMax: LETTER_SECONDS_MAX,
      inSteps: ({ data }) =>
        tellAdmin(kit, { id: data['id'] ?? '', userId: data['user_id'] ?? '' }),
    },
  ];
}
