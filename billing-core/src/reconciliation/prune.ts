import { DAY_MS } from '../kit/clock.ts';
import type { Query, Sql } from '../kit/database.ts';

/** As far back as a comparison looks itself. */
export const KEPT_MS = 92 * DAY_MS;
/** However old they are: an installation that was off for a year has something to look at. */
const NEWEST = 10;
const AT_ONCE = 100;

/**
 * Comparisons whose details can go: all that is old, but for the newest, and for those that found
 * what was not repaired and is found to this day: they say since when.
 */
async function prunable(sql: Query, now: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with latest as (
      select id from reconciliations where state in ('clean', 'different') order by id desc limit 1)
    select id from reconciliations old
     where pruned_at is null and state <> 'running' and ended_at < ${new Date(now - KEPT_MS)}
       and id not in (select id from reconciliations where state <> 'running'
                       order by id desc limit ${NEWEST})
       and not exists (
         select from reconciliation_differences was
           join reconciliation_differences still
             on still.reconciliation_id = (select id from latest)
            and still.stage = was.stage and still.kind = was.kind
            and still.subject_id = was.subject_id
            and still.customer_id is not distinct from was.customer_id
          where was.reconciliation_id = old.id and was.repaired_at is null)
     order by id limit ${AT_ONCE}`;
  return rows.map(({ id }) => id);
}

/**
 * Takes away what old comparisons found, each in a transaction of its own. What they came to by
 * stage stays.
 * @returns how many there were.
 */
export async function pruneReconciliations(
  sql: Sql,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  let pruned = 0;
  while (signal?.aborted !== true) {
    const ids = await prunable(sql, now);
    if (ids.length === 0) break;
    for (const id of ids) {
      await sql.begin(async (tx) => {
        await tx`delete from reconciliation_totals where reconciliation_id = ${id}`;
        await tx`delete from reconciliation_differences where reconciliation_id = ${id}`;
        await tx`update reconciliations set pruned_at = ${new Date(now)} where id = ${id}`;
      });
    }
    pruned += ids.length;
  }
  return pruned;
}
