import { MINUTE_MS } from '../kit/clock.ts';
import type { Sql, Tx } from '../kit/database.ts';
import { LOCKS } from '../kit/locks.ts';

/** A minute is folded when it has been over for this long: by then nearly all of it is there. */
export const FOLD_AFTER_MINUTES = 2;
/** One fold takes this many minutes at most, so that rolls do not wait for a long one. */
const FOLD_MINUTES_MAX = 5;

/** Whether this transaction may write totals; no other one may until it ends. */
export async function isRoller(tx: Tx): Promise<boolean> {
  const [lock] = await tx<
    [{ mine: boolean }]
  >`select pg_try_advisory_xact_lock(${LOCKS.roller}) as mine`;
  return lock.mine;
}

/**
 * The parts of a WITH that add the rows of one named `folding` to the hours and, without key and
 * route, to the totals; in the order of their keys, so that neighbours meet on a page at hand.
 */
export const folded = (tx: Tx) => tx`
  hours as (
    insert into usage_hours as kept (customer_id, hour, meter_id, key_id, route_id, outcome,
                                     billable, requests, quantity, last_roll)
    select customer_id, hour, meter_id, key_id, route_id, outcome, billable, requests, quantity,
           last_roll from folding order by 1, 2, 3, 4, 5, 6, 7
    on conflict (customer_id, hour, meter_id, key_id, route_id, outcome, billable) do update
      set requests = kept.requests + excluded.requests,
          quantity = kept.quantity + excluded.quantity,
          last_roll = greatest(kept.last_roll, excluded.last_roll)),
  totals as (
    insert into usage_totals as kept (customer_id, hour, meter_id, outcome, billable, requests,
                                      quantity)
    select customer_id, hour, meter_id, outcome, billable, sum(requests), sum(quantity)
      from folding group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (customer_id, hour, meter_id, outcome, billable) do update
      set requests = kept.requests + excluded.requests,
          quantity = kept.quantity + excluded.quantity)`;

/** The range to fold at this minute; stretches without usage are passed at once. */
async function dueMinutes(tx: Tx, until: number): Promise<{ from: number; to: number }> {
  const [row] = await tx<[{ folded: number; first: number | null }]>`
    select minute::float8 as folded,
           (select min(minute)::float8 from usage_rollups
             where minute >= folds.minute and minute < ${until}) as first
      from hour_folds folds`;
  const from = row.first ?? Math.max(row.folded, until);
  return { from, to: Math.min(from + FOLD_MINUTES_MAX, Math.max(from, until)) };
}

/**
 * Adds the minutes that are over at `now` (ms) to their hours, each once, and moves the mark up to
 * which the hours are whole; both or neither. True when there is more to fold.
 */
export async function foldHours(sql: Sql, now: number): Promise<boolean> {
  const until = Math.floor(now / MINUTE_MS) - FOLD_AFTER_MINUTES;
  return sql.begin(async (tx) => {
    if (!(await isRoller(tx))) return false;
    const { from, to } = await dueMinutes(tx, until);
    await tx`set local work_mem = '64MB'`;
    await tx`
      with folding as materialized (
        select customer_id, minute / 60 as hour, meter_id, key_id, route_id, outcome, billable,
               sum(requests) as requests, sum(quantity) as quantity, max(last_roll) as last_roll
          from usage_rollups where minute >= ${from} and minute < ${to}
         group by 1, 2, 3, 4, 5, 6, 7),
      ${folded(tx)}
      update hour_folds set minute = ${to}`;
    return to < until;
  });
}
