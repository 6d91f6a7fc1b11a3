import type { RetentionKind } from '../contract/retention.ts';
import { audit, forgetAudit } from '../kit/audit.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Sql } from '../kit/database.ts';
import type { Job } from '../kit/jobs.ts';
import { forgetLetters } from '../notices/store.ts';
import { forgetEvents } from '../stripe/event-store.ts';
import { daysBefore, dropDay } from '../usage/days.ts';
import { heldFrom, type Held } from './held.ts';
import { saveRun, settingsNow } from './store.ts';

/** Rows that go in one transaction. */
const BATCH = 5_000;

type Forget = (sql: Sql, before: Date, limit: number) => Promise<number>;
/** Who deletes what is in no partitions, in batches. */
const FORGETS: Record<Exclude<RetentionKind, 'ledger'>, Forget> = {
  audit: forgetAudit,
  stripe_events: forgetEvents,
  letters: forgetLetters,
};

type Round = { sql: Sql; now: number; signal?: AbortSignal };
/** What a round took of a kind, and what ended it before it was through. */
type Taken = { gone: number; held?: Held; failed?: unknown };

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * Takes days out of the ledger that are old enough and that nobody reads any more. Ends at the
 * first that it gets no lock for: what went before is gone, and is told.
 */
export async function pruneLedger({ sql, now, signal }: Round, keepDays: number): Promise<Taken> {
  const old = await daysBefore(sql, dayText(now - keepDays * DAY_MS));
  const from = await heldFrom(sql);
  const free = from === undefined ? old : old.filter((day) => day < from.day);
  let gone = 0;
  for (const day of free) {
    if (signal?.aborted === true) break;
    try {
      await dropDay(sql, day);
    } catch (failed) {
      return { gone, failed };
    }
    gone += 1;
  }
  const left = from !== undefined && free.length < old.length ? old[free.length] : undefined;
  return { gone, ...(from && left !== undefined && { held: { day: left, by: from.by } }) };
}

async function pruneRows(
  { sql, now, signal }: Round,
  forget: Forget,
  keepDays: number,
): Promise<Taken> {
  const before = new Date(now - keepDays * DAY_MS);
  let gone = 0;
  let batch = BATCH;
  while (batch === BATCH && signal?.aborted !== true) {
    batch = await forget(sql, before, BATCH);
    gone += batch;
  }
  return { gone };
}

async function written(
  sql: Sql,
  kind: RetentionKind,
  { taken, now }: { taken: Taken; now: number },
) {
  await sql.begin(async (tx) => {
    await saveRun(tx, { kind, ...taken, now: new Date(now) });
    if (taken.gone === 0) return;
    const actor = { kind: 'system' as const, id: 'retention' };
    const detail = { gone: taken.gone };
    await audit(tx, { actor, action: 'retention.prune', subjectId: kind, now, detail });
  });
}

/** One round over all kinds that are not kept for good. Throws once it was at all of them. */
export async function pruneAll(round: Round): Promise<void> {
  const { sql, now } = round;
  const settings = await settingsNow(sql);
  const failures: unknown[] = [];
  for (const [kind, keepDays] of Object.entries(settings) as [RetentionKind, number | null][]) {
    if (keepDays === null) continue;
    const taken =
      kind === 'ledger'
        ? await pruneLedger(round, keepDays)
        : await pruneRows(round, FORGETS[kind], keepDays);
    await written(sql, kind, { taken, now });
    if (taken.failed !== undefined) failures.push(taken.failed);
  }
  if (failures.length > 0) throw failures[0];
}

/** The job that does so, each night. It begins where an earlier run ended. */
export const retentionJob: Job = {
  name: 'retention.prune',
  cron: '41 3 * * *',
  retries: 3,
  secondsMax: 3_600,
  inSteps: pruneAll,
};
