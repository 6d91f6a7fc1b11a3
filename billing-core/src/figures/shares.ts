import { DAY_MS } from '../kit/clock.ts';
import type { Sql } from '../kit/database.ts';
import type { Job } from '../kit/jobs.ts';
import {
  documentsWithout,
  dropStale,
  keepShares,
  lockMark,
  moveMark,
  newestRoll,
  sayWhole,
  type SharesMark,
} from './share-store.ts';

/** Of one transaction: all it reads is of one moment, so it is not to last. */
const DOCUMENTS_MAX = 500;
/** What became final longer ago is gone through once a day. */
const LATELY_MS = 2 * DAY_MS;
const EVER = new Date(0);

type Going = { now: number; signal?: AbortSignal; limit?: number };

const isWhole = ({ whole_at }: SharesMark, now: number): boolean =>
  whole_at !== null && now - whole_at.getTime() < DAY_MS;

/**
 * Brings shares up to what the ledger has: those that are stale are made anew, those that are
 * missing come, and the mark says up to which roll all of them are right.
 */
export async function keepAllShares(
  sql: Sql,
  { now, signal, limit = DOCUMENTS_MAX }: Going,
): Promise<void> {
  let isOver = false;
  for (let after = ''; !isOver; signal?.throwIfAborted()) {
    // One moment for all of it: a roll in between would be in shares or in the mark alone.
    after = await sql.begin('isolation level repeatable read', async (tx) => {
      const mark = await lockMark(tx);
      const since = isWhole(mark, now) ? new Date(now - LATELY_MS) : EVER;
      await keepShares(tx, await dropStale(tx));
      const ids = await documentsWithout(tx, { since, after, limit });
      await keepShares(tx, ids);
      await moveMark(tx, await newestRoll(tx));
      isOver = ids.length < limit;
      if (isOver && since === EVER) await sayWhole(tx, new Date(now));
      return ids.at(-1) ?? after;
    });
  }
}

/** Every ten minutes; what has no shares yet is divided when it is asked for. */
export const sharesJob: Job = {
  name: 'figures.route-shares',
  cron: '*/10 * * * *',
  retries: 3,
  secondsMax: 1_800,
  heartbeatS: 10,
  inSteps: ({ sql, now, signal }) => keepAllShares(sql, { now, signal }),
};
