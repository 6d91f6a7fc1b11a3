import { setTimeout as pause } from 'node:timers/promises';
import { PgBoss, type Db, type Job as Held, type JobResult } from 'pg-boss';
import { DEAD_LETTERS } from './dead-jobs.ts';
import type { Sql, Tx } from './database.ts';
import type { Kit } from './http.ts';
import { executorIn, executorOn, transactionOf } from './job-executor.ts';
import { UNTOLD, type Spans } from './spans.ts';

/** What a job was sent with: names and ids, never content that could be out of date. */
export type JobData = { readonly [field: string]: string };
export type Run = { data: JobData; now: number; signal: AbortSignal };

type Named = {
  /** `module.verb`; also the name of its queue. */
  name: string;
  /** When it starts by itself: a cron expression, in UTC. Without it only `send` starts it. */
  cron?: string;
  /** How often a run that failed is tried again before it is a dead letter. */
  retries: number;
  /** A run that takes longer has failed; it is bounded well below. */
  secondsMax: number;
  /** A run whose core is not heard of for so long has died, however long it may take; from 10. */
  heartbeatS?: number;
};
/**
 * Work that is done apart from requests. `inOne` is given a transaction in which its completion
 * commits too: both or neither. `inSteps` opens transactions of its own, each of which may be the
 * last one, and begins where an earlier run ended. Either may run twice, at once or again.
 */
export type Job = Named &
  (
    | { inOne: (run: Run & { tx: Tx }) => Promise<void> }
    | { inSteps: (run: Run & { sql: Sql }) => Promise<void> }
  );

/** What a run throws when no later one can do better: it is a dead letter at once. */
export class Hopeless extends Error {}

/** How long a failed run waits before its first retry; twice as long before each next one. */
type Pace = { retryFirstS: number };
const PACE: Pace = { retryFirstS: 5 };
const RETRY_LAST_S = 900;
const POLL_S = 1;
/** How often it is looked for runs that took too long, or whose core died. */
const WATCH_S = 15;
const BEGIN_AGAIN_MS = 2_000;
const KEPT_S = 7 * 86_400;
/** A dead letter stays until somebody decides about it. */
const DEAD_KEPT_S = 10 * 365 * 86_400;
const STOP_MS = 10_000;

type JobKit = Pick<Kit, 'sql' | 'log' | 'clock'> & { spans?: Spans | undefined };

const settings = (sql: Sql) => ({ db: executorOn(sql) });

/** Makes the tables of pg-boss, or brings them up to date; part of the migrations. */
export async function migrateJobs(sql: Sql): Promise<void> {
  const boss = new PgBoss({ ...settings(sql), supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(DEAD_LETTERS, { retentionSeconds: DEAD_KEPT_S });
  await boss.stop({ close: false, graceful: false });
}

/** One that starts nothing by itself: it only writes what it is told to. */
const openIdle = (sql: Sql): PgBoss =>
  new PgBoss({ ...settings(sql), migrate: false, supervise: false, schedule: false });

/** Sends jobs in the transaction of the fact that asks for them. */
export type SendJob = (tx: Tx, name: string, data: JobData) => Promise<void>;

/**
 * Sends a job that is not waiting or running already with these data. It is there when the
 * transaction commits, and was never there when it does not.
 */
export function openSending(sql: Sql): SendJob {
  const boss = openIdle(sql);
  return async (tx, name, data) => {
    await boss.send(name, data, { db: executorIn(tx), singletonKey: JSON.stringify(data) });
  };
}

export type DeadLetters = {
  /** False when the same job waits or runs already. */
  retry(tx: Tx, id: string): Promise<boolean>;
  discard(tx: Tx, id: string): Promise<void>;
};

/** What becomes of jobs that failed after all their tries. */
export function openDeadLetters(sql: Sql): DeadLetters {
  const boss = openIdle(sql);
  return {
    retry: async (tx, id) => {
      const ids = [id];
      return (await boss.redrive(DEAD_LETTERS, { ids, db: executorIn(tx) })) === 1;
    },
    discard: async (tx, id) => {
      await boss.deleteJob(DEAD_LETTERS, id, { db: executorIn(tx) });
    },
  };
}

async function makeQueues(boss: PgBoss, jobs: readonly Job[], pace: Pace): Promise<void> {
  for (const { name, retries, secondsMax, heartbeatS, cron } of jobs) {
    const options = {
      retryLimit: retries,
      retryDelay: pace.retryFirstS,
      retryBackoff: true,
      retryDelayMax: RETRY_LAST_S,
      expireInSeconds: secondsMax,
      ...(heartbeatS && { heartbeatSeconds: heartbeatS }),
      deleteAfterSeconds: KEPT_S,
      deadLetter: DEAD_LETTERS,
    };
    await boss.createQueue(name, { ...options, policy: 'exclusive' });
    await boss.updateQueue(name, options);
    if (cron === undefined) await boss.unschedule(name);
    else await boss.schedule(name, cron, {}, { tz: 'UTC' });
  }
}

/** What is kept of a failure: libraries hang on theirs the row that was refused, and who paid. */
function keptOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Hopeless) return error;
  const { name, message, stack = '' } = error;
  return Object.assign(new Error(message), { name, stack });
}

async function workOn(
  boss: PgBoss,
  job: Job,
  { sql, log, clock, spans = UNTOLD }: JobKit,
): Promise<void> {
  const runOf = ([held]: Held<JobData>[]): Run => {
    if (held === undefined) throw new Error('a job without a job');
    return { data: held.data ?? {}, now: clock(), signal: held.signal };
  };
  const told = (held: Held<JobData>[], work: (run: Run) => Promise<void>): Promise<void> =>
    spans
      .ofRun({ name: job.name, id: held[0]?.id ?? '' }, () =>
        work(runOf(held)).catch((err: unknown) => {
          log.error({ err, job: job.name }, 'job failed');
          throw err;
        }),
      )
      .catch((err: unknown) => {
        throw keptOf(err);
      });
  const polling = { pollingIntervalSeconds: POLL_S };
  if ('inOne' in job) {
    const options = { ...polling, transactional: true as const };
    await boss.work(job.name, options, (held: Held<JobData>[], db: Db) =>
      told(held, (run) => job.inOne({ ...run, tx: transactionOf(db) })),
    );
  } else {
    const each = { ...polling, perJobResults: true as const };
    await boss.work(job.name, each, async (held: Held<JobData>[]): Promise<JobResult[]> => {
      const id = held[0]?.id ?? '';
      try {
        await told(held, (run) => job.inSteps({ ...run, sql }));
        return [{ id, status: 'completed' }];
      } catch (error) {
        if (!(error instanceof Hopeless)) throw error;
        return [{ id, status: 'deadletter', output: { message: error.message } }];
      }
    });
  }
}

export type Jobs = {
  /** Settles when they are worked on. */
  begun: Promise<void>;
  /** Ends after the runs in progress, or when they take too long. */
  stop(): Promise<void>;
};

/**
 * Works on these jobs until stopped, beside any other core. A run that fails is tried again, later
 * each time, and is a dead letter in the end; one whose core died is tried again when that is
 * noticed, or its time is up. It begins as soon as the database answers.
 */
export function startJobs(kit: JobKit, jobs: readonly Job[], pace: Pace = PACE): Jobs {
  const watching = { superviseIntervalSeconds: WATCH_S, monitorIntervalSeconds: WATCH_S };
  const boss = new PgBoss({ ...settings(kit.sql), migrate: false, ...watching });
  boss.on('error', (err) => kit.log.error({ err }, 'jobs'));
  boss.on('warning', (warning) => kit.log.warn({ warning }, 'jobs'));
  const stopped = new AbortController();
  const begin = async (): Promise<void> => {
    await boss.start();
    await makeQueues(boss, jobs, pace);
    for (const job of jobs) await workOn(boss, job, kit);
  };
  const beginSoon = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        return await begin();
      } catch (err) {
        kit.log.error({ err }, 'jobs cannot begin yet');
        await pause(BEGIN_AGAIN_MS, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  };
  const begun = beginSoon();
  return {
    begun,
    stop: async () => {
      stopped.abort();
      await begun;
      await boss.stop({ close: false, graceful: true, timeout: STOP_MS });
    },
  };
}
