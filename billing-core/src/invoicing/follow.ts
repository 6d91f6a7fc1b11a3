import { changesAfter, lastChange, PrunedChanges, type Change } from '../kit/changes.ts';
import type { Sql, Tx } from '../kit/database.ts';
import {
  chargesOfAll,
  subscriptionsAfter,
  subscriptionsOfAll,
  timedSubscriptions,
  type TimedRow,
} from '../subscriptions/bulk-store.ts';
import { billingPeriodAt } from '../subscriptions/segments.ts';
import { cycleEnd } from './cycle.ts';
import {
  chargesBilled,
  cyclesOf,
  lockFeed,
  moveFeed,
  saveCycles,
  type CycleRow,
} from './cycle-store.ts';

const PAGE = 1_000;
const MINUTE_MS = 60_000;

/** Billed from the minute of its start on; one that was there before invoices were, from then. */
function firstMinute(timed: TimedRow, beganAt: Date): Date {
  const start = Math.floor(timed.started_at.getTime() / MINUTE_MS) * MINUTE_MS;
  if (timed.created_at >= beganAt) return new Date(start);
  const { start: period } = billingPeriodAt(timed, beganAt.getTime());
  return new Date(Math.max(start, period));
}

function cycleOf(timed: TimedRow, known: CycleRow | undefined, beganAt: Date): CycleRow {
  const cycle = known ?? {
    subscription_id: timed.id,
    customer_id: timed.customer_id,
    billed_until: firstMinute(timed, beganAt),
    billed_roll: 0n,
    due_at: null,
    has_fees: false,
    is_stuck: false,
    threshold_roll: null,
  };
  const end = cycleEnd(timed, cycle.billed_until.getTime());
  return { ...cycle, due_at: end === undefined ? null : new Date(end) };
}

/** Brings the cycles of these subscriptions up to what is decided about them now. */
async function refresh(tx: Tx, ids: readonly string[], beganAt: Date): Promise<void> {
  if (ids.length === 0) return;
  const known = new Map((await cyclesOf(tx, ids)).map((row) => [row.subscription_id, row]));
  const all = await timedSubscriptions(tx, ids);
  const charges = await chargesOfAll(tx, ids);
  const billed = await chargesBilled(
    tx,
    charges.map(({ id }) => id),
  );
  const owing = new Set(
    charges.filter(({ id }) => !billed.has(id)).map((charge) => charge.subscription_id),
  );
  await saveCycles(
    tx,
    all.map((timed) => ({
      ...cycleOf(timed, known.get(timed.id), beganAt),
      has_fees: owing.has(timed.id),
    })),
  );
}

/** Reads all subscriptions anew; what changes meanwhile is in the feed behind where this began. */
async function followAll(sql: Sql): Promise<void> {
  const cursor = await lastChange(sql, 'facts');
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    after = await sql.begin(async (tx) => {
      const { began_at } = await lockFeed(tx);
      const ids = await subscriptionsAfter(tx, from, PAGE);
      await refresh(tx, ids, began_at);
      return ids.length === PAGE ? ids.at(-1) : undefined;
    });
  }
  await sql.begin((tx) => moveFeed(tx, cursor));
}

/** The next page of changes; undefined where they are not kept any more. */
async function pageAfter(tx: Tx, cursor: bigint): Promise<Change[] | undefined> {
  try {
    return await changesAfter(tx, 'facts', cursor);
  } catch (error) {
    if (error instanceof PrunedChanges) return undefined;
    throw error;
  }
}

/** Takes one page of changes; both the cursor and what follows from it, or neither. */
async function followPage(sql: Sql): Promise<'more' | 'done' | 'reset'> {
  return sql.begin(async (tx) => {
    const { cursor, began_at } = await lockFeed(tx);
    if (cursor < 0n) return 'reset';
    const changes = await pageAfter(tx, cursor);
    const last = changes?.at(-1);
    if (changes !== undefined && last === undefined) return 'done';
    if (!changes || !last || changes.some(({ kind }) => kind === 'reset')) {
      await moveFeed(tx, -1n);
      return 'reset';
    }
    const customers = changes.filter(({ kind }) => kind === 'customer');
    const ids = [...new Set(customers.map(({ subjectId }) => subjectId))];
    await refresh(tx, await subscriptionsOfAll(tx, ids), began_at);
    await moveFeed(tx, last.number);
    return 'more';
  });
}

/** Brings the cycles up to date with all that was decided about subscriptions until now. */
export async function follow(sql: Sql): Promise<void> {
  for (;;) {
    const found = await followPage(sql);
    if (found === 'done') return;
    if (found === 'reset') await followAll(sql);
  }
}
