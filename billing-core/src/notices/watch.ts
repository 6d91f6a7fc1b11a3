import { roundFor, roundsAt } from '../customers/clock.ts';
import { changesAfter, lastChange, PrunedChanges, type Change } from '../kit/changes.ts';
import { DAY_MS, type Clock } from '../kit/clock.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import type { SendJob } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import { keepHeadrooms, keptHeadrooms } from './headroom-store.ts';
import { Headrooms } from './headroom.ts';
import { Catalog, lookAtUsers } from './look.ts';
import { recordNotice } from './record.ts';
import {
  endTrouble,
  moveMark,
  moveTrials,
  noteTrouble,
  readMark,
  takeMark,
  TRIALS_MAX,
  trialsEnding,
  troubleSince,
  usesBehind,
  type Mark,
  type TrialRow,
  type Uses,
} from './watch-store.ts';
import { trialWords } from './words.ts';

/** The job that looks at one customer about whom looking failed. */
export const LOOK_ONE = 'notices.look-one';
/** Customers that are looked at in one transaction. */
const CUSTOMERS_MAX = 200;
/** What is asked for at once, a row for a customer and a meter; most of them need no look. */
const USES_MAX = 100_000;
const TRIAL_DAYS = 3;
/** A trial that ended so long before looking at it failed is told of once that works again. */
const TRIAL_LATE_MS = 7 * DAY_MS;
const SAID_MAX = 500;

/** What one process knows of those whom it looks at. */
export class Watcher {
  readonly catalog = new Catalog();
  readonly headrooms = new Headrooms();
  #cursor: bigint | undefined;

  /**
   * Forgets whoever has another plan, other quotas or another zone since it was last asked; the
   * first time since what was kept of looks was found. Out: the last change that it knows of.
   */
  async follow(sql: Query, now: number): Promise<bigint> {
    this.#cursor ??= await this.#begin(sql, now);
    for (;;) {
      const changes = await this.#next(sql, this.#cursor);
      if (changes.length === 0) return this.#cursor;
      for (const { number, kind, subjectId } of changes) {
        if (kind === 'reset') this.headrooms.clear();
        if (kind === 'customer') this.headrooms.forget(subjectId, number);
        this.#cursor = number;
      }
    }
  }

  async #begin(sql: Query, now: number): Promise<bigint> {
    // The number first: what changes meanwhile is seen then, and what is found is not older.
    const newest = await lastChange(sql, 'facts');
    const { found, change } = await keptHeadrooms(sql, now);
    for (const [id, headroom] of found) this.headrooms.remember(id, headroom);
    return change === undefined || change > newest ? newest : change;
  }

  /** What changed since; where that is not kept any more, nothing that is known may hold. */
  async #next(sql: Query, cursor: bigint): Promise<Change[]> {
    try {
      return await changesAfter(sql, 'facts', cursor);
    } catch (error) {
      if (!(error instanceof PrunedChanges)) throw error;
      this.#cursor = await lastChange(sql, 'facts');
      this.headrooms.clear();
      return [];
    }
  }
}

export type WatchKit = { sql: Sql; clock: Clock; log: Log; send: SendJob; watcher: Watcher };

/** Leaves a customer about whom something failed to a job of its own: nobody waits for it. */
async function leaveToJob(kit: WatchKit, customerId: string, err: unknown): Promise<void> {
  const { sql, clock, log, send } = kit;
  log.error({ err, customer_id: customerId }, 'a customer could not be looked at for notices');
  const said = (err instanceof Error ? err.message : String(err)).slice(0, SAID_MAX);
  await sql.begin(async (tx) => {
    await noteTrouble(tx, customerId, { at: clock(), said });
    await send(tx, LOOK_ONE, { customer_id: customerId });
  });
}

async function lookApart(kit: WatchKit, ids: readonly string[]): Promise<void> {
  const { sql, clock, watcher } = kit;
  for (const id of ids) {
    const look = { now: clock(), catalog: watcher.catalog };
    await sql
      .begin((tx) => lookAtUsers(tx, [id], look))
      .catch((err: unknown) => leaveToJob(kit, id, err));
  }
}

/** `change`: the last one that the watcher knows of. */
type Step = { from: Mark; to: Mark; change: bigint };

/** Looks at a page of customers and moves the mark. False where another core is at it. */
async function lookAtPage(kit: WatchKit, ids: readonly string[], step: Step): Promise<boolean> {
  const { sql, clock, log, watcher } = kit;
  const look = { now: clock(), catalog: watcher.catalog, change: step.change };
  const page = sql.begin(async (tx) => {
    if (!(await takeMark(tx, step.from))) return undefined;
    const headrooms = await lookAtUsers(tx, ids, look);
    await keepHeadrooms(tx, headrooms);
    await moveMark(tx, step.from, step.to);
    return headrooms;
  });
  try {
    const headrooms = await page;
    for (const [id, headroom] of headrooms ?? []) watcher.headrooms.remember(id, headroom);
    return headrooms !== undefined;
  } catch (err) {
    log.warn({ err }, 'looking at customers one by one');
    await lookApart(kit, ids);
    await moveMark(sql, step.from, step.to);
    return true;
  }
}

/** Who may have passed something by what was used: each once, with the place of that use. */
function dueOf(
  { rolls, customers, meters, used }: Uses,
  headrooms: Headrooms,
  now: number,
): Mark[] {
  const due = new Map<string, Mark>();
  customers.forEach((customer_id, at) => {
    if (due.has(customer_id)) return;
    const use = { meterId: meters[at] ?? '', used: BigInt(used[at] ?? 0) };
    if (!headrooms.isDue(customer_id, use, now)) return;
    due.set(customer_id, { roll: BigInt(rolls[at] ?? 0), customer_id });
  });
  return [...due.values()];
}

/**
 * Looks at the usage that came since the last look, for what customers are to be told of; once,
 * whichever core looks. Windows are read of those only who may have passed something by now.
 * Out: how many customers' windows were to be read, and whether there may be more customers.
 */
export async function lookAtUsage(kit: WatchKit): Promise<{ due: number; more: boolean }> {
  const { sql, clock, watcher } = kit;
  const now = clock();
  const change = await watcher.follow(sql, now);
  let mark = await readMark(sql);
  const { uses, last, more } = await usesBehind(sql, mark, { now, limit: USES_MAX });
  if (last === undefined) return { due: 0, more: false };
  const due = dueOf(uses, watcher.headrooms, now);
  for (let at = 0; at === 0 || at < due.length; at += CUSTOMERS_MAX) {
    const page = due.slice(at, at + CUSTOMERS_MAX);
    const to = at + CUSTOMERS_MAX < due.length ? (page.at(-1) ?? last) : last;
    // Another core is at it: it goes on from there.
    const ids = page.map(({ customer_id }) => customer_id);
    const isOurs = await lookAtPage(kit, ids, { from: mark, to, change });
    if (!isOurs) return { due: due.length, more: false };
    mark = to;
  }
  return { due: due.length, more };
}

const trialNotice = (row: TrialRow, now: number) => ({
  customerId: row.customer_id,
  kind: 'trial_ending' as const,
  subject: `${row.subscription_id} ${Math.round(row.trial_ends_at.getTime() / 1_000)}`,
  path: '',
  at: now,
  ...trialWords({
    endsAt: row.trial_ends_at.getTime(),
    zone: row.time_zone,
    plan: row.plan,
    isCanceled: row.is_canceled,
    isOver: row.trial_ends_at.getTime() <= now,
  }),
});

/** Tells customers whose trial ends soon, or ended while nobody looked. */
export async function lookAtTrials(kit: WatchKit): Promise<void> {
  const { sql, clock } = kit;
  const now = clock();
  let isAll = true;
  for (const round of await roundsAt(sql, now)) {
    const rows = await trialsEnding(sql, { round, now, days: TRIAL_DAYS });
    isAll &&= rows.length < TRIALS_MAX;
    for (const row of rows) {
      await sql
        .begin((tx) => recordNotice(tx, trialNotice(row, round.now)))
        .catch((err: unknown) => leaveToJob(kit, row.customer_id, err));
    }
  }
  if (isAll) await moveTrials(sql, now);
}

/** Looks at one customer about whom looking failed, for all that it is to be told of. */
export async function lookAtOne(
  tx: Tx,
  customerId: string,
  { now, catalog }: { now: number; catalog: Catalog },
): Promise<void> {
  const since = await troubleSince(tx, customerId);
  if (since === undefined) return;
  await lookAtUsers(tx, [customerId], { now, catalog });
  const one = { customerId, since: since.getTime() - TRIAL_LATE_MS };
  const round = await roundFor(tx, customerId, now);
  for (const row of await trialsEnding(tx, { round, now, days: TRIAL_DAYS, one })) {
    await recordNotice(tx, trialNotice(row, round.now));
  }
  await endTrouble(tx, customerId);
}

/** All that there is to be told of now, of usage and of trials. */
export async function lookAround(kit: WatchKit): Promise<void> {
  await lookAtTrials(kit);
  while ((await lookAtUsage(kit)).more);
}
