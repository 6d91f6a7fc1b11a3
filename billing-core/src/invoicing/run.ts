import { roundFor, roundsAt, type Round } from '../customers/clock.ts';
import type { Sql, Tx } from '../kit/database.ts';
import type { SendJob } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import { completeness } from '../usage/completeness.ts';
import { closeCycles, type Closed, type Ground, type Work } from './closing.ts';
import type { Objection } from './collectable.ts';
import { lockCycle, markStuck, takeDue } from './cycle-store.ts';
import { Terms } from './facts.ts';
import { billingSettings } from './settings-store.ts';

export const CLOSE_ONE = 'invoicing.close-one';
/** Subscriptions that are closed in one transaction. */
export const CHUNK = 100;
const MINUTE_MS = 60_000;

export type RunKit = {
  sql: Sql;
  log: Log;
  send: SendJob;
  now: number;
  /** What whoever collects cannot take; left out where somebody writes down what came. */
  objectionTo?: Objection | undefined;
};

/** What can be closed in a round, which is at the core time `now`. */
export type GroundOf = (round: Round) => Ground;

/**
 * What can be closed at `now` (ms); undefined while batches wait to be rolled. Gateways are waited
 * for as long for a customer whose clock was moved: the grace time is that of the installation.
 */
export async function groundsAt(sql: Sql, now: number): Promise<GroundOf | undefined> {
  const settings = await billingSettings(sql);
  const complete = await completeness(sql);
  if (complete === undefined) return undefined;
  const { rolledUntil, laggards } = complete;
  const spoken = Math.min(...laggards.map(({ watermark }) => watermark), Infinity);
  const graceStart = now - settings.grace_minutes * MINUTE_MS;
  return (round) => ({
    round,
    completeUntil: round.dated(Math.min(now, rolledUntil, spoken)),
    graceUntil: round.dated(Math.min(graceStart, rolledUntil)),
    laggards: laggards.map(({ boot, watermark }) => ({ boot, watermark: round.dated(watermark) })),
    skipsZero: settings.zero_amount === 'skip',
  });
}

async function closeChunk(sql: Sql, work: Work, limit: number): Promise<Closed> {
  return sql.begin(async (tx) => {
    const cycles = await takeDue(tx, work.ground, limit);
    if (cycles.length === 0) return { cycles: 0, invoices: 0 };
    return closeCycles(tx, cycles, work);
  });
}

const NOTHING: Closed = { cycles: 0, invoices: 0 };

/** Closes one subscription by itself, stuck or not; once more when its next period is over, too. */
async function closeIn(tx: Tx, subscriptionId: string, work: Work): Promise<Closed> {
  const cycle = await lockCycle(tx, subscriptionId);
  return cycle === undefined ? NOTHING : closeCycles(tx, [cycle], work);
}

/** The same at `now` (ms). Throws while usage that has come is not rolled. */
export async function closeOne(
  { sql, now, objectionTo }: Pick<RunKit, 'sql' | 'now' | 'objectionTo'>,
  tx: Tx,
  subscriptionId: string,
): Promise<Closed> {
  const grounds = await groundsAt(sql, now);
  if (grounds === undefined) throw new Error('usage that has come is not rolled yet');
  const cycle = await lockCycle(tx, subscriptionId);
  if (cycle === undefined) return NOTHING;
  const ground = grounds(await roundFor(tx, cycle.customer_id, now));
  return closeCycles(tx, [cycle], { ground, terms: new Terms(), objectionTo });
}

/**
 * Something in a chunk cannot be closed: each of it is closed by itself, and what fails then is
 * left to a job of its own, so that nobody waits for it.
 */
async function closeApart({ sql, log, send }: RunKit, work: Work): Promise<Closed> {
  const closed = { cycles: 0, invoices: 0 };
  const ids = await sql.begin(async (tx) =>
    (await takeDue(tx, work.ground, CHUNK)).map((cycle) => cycle.subscription_id),
  );
  for (const id of ids) {
    try {
      const { cycles, invoices } = await sql.begin((tx) => closeIn(tx, id, work));
      closed.cycles += cycles;
      closed.invoices += invoices;
    } catch (err) {
      log.error({ err, subscription_id: id }, 'a subscription cannot be closed');
      await sql.begin(async (tx) => {
        await markStuck(tx, id);
        await send(tx, CLOSE_ONE, { subscription_id: id });
      });
      closed.cycles += 1;
    }
  }
  return closed;
}

export type Progress = (done: Closed) => void;

/**
 * Closes all that is due, a chunk a transaction, until there is no more or the signal says stop:
 * whoever comes next goes on from there, at once or beside it.
 */
export async function closeDue(
  kit: RunKit,
  signal: AbortSignal,
  progress: Progress = () => {},
): Promise<Closed> {
  const done = { cycles: 0, invoices: 0 };
  const grounds = await groundsAt(kit.sql, kit.now);
  if (grounds === undefined) return done;
  const terms = new Terms();
  for (const round of await roundsAt(kit.sql, kit.now)) {
    const work = { ground: grounds(round), terms, objectionTo: kit.objectionTo };
    await closeRound(kit, work, { done, signal, progress });
  }
  return done;
}

type Doings = { done: Closed; signal: AbortSignal; progress: Progress };

async function closeRound(
  kit: RunKit,
  work: Work,
  { done, signal, progress }: Doings,
): Promise<void> {
  while (!signal.aborted) {
    const closed = await closeChunk(kit.sql, work, CHUNK).catch((err: unknown) => {
      kit.log.warn({ err }, 'closing one by one');
      return closeApart(kit, work);
    });
    // What is due and does not move would be taken again and again.
    if (closed.cycles === 0) break;
    done.cycles += closed.cycles;
    done.invoices += closed.invoices;
    progress(done);
  }
}
