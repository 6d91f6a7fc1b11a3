import type { Query } from '../kit/database.ts';

/** A customer's billable use of a meter in these minutes, the end exclusive. */
export type Span = { customerId: string; meterId: string; fromMinute: number; toMinute: number };
/** In the meter's smallest parts, and the requests that counted them. */
export type SpanTotal = { quantity: bigint; requests: bigint };

/** The newest roll: all totals that are read later have at least what it added. */
export async function newestRoll(sql: Query): Promise<bigint> {
  const [row] = await sql<[{ roll: bigint }]>`
    select coalesce(max(roll_number), 0) as roll from usage_batches`;
  return row.roll;
}

type Row = { quantity: string; requests: string; roll: bigint };

/**
 * The totals of these spans as of one roll, in their order: whole hours from the hours, as far as
 * they are folded, and the minutes at their ends. Exactly the entries of all batches with a roll
 * number up to that one.
 */
export async function totalsOfSpans(
  sql: Query,
  spans: readonly Span[],
): Promise<{ roll: bigint; totals: SpanTotal[] }> {
  const rows = await sql<Row[]>`
    with newest as (select coalesce(max(roll_number), 0) as roll from usage_batches),
    asked as (
      select at, customer_id, meter_id, from_minute, to_minute, first_hour,
             greatest(first_hour, least(to_minute, folds.minute) / 60) as end_hour
        from hour_folds folds,
             lateral (select row_number() over () as at, customer_id, meter_id, from_minute,
                             to_minute, (from_minute + 59) / 60 as first_hour
                        from unnest(${spans.map((span) => span.customerId)}::text[],
                                    ${spans.map((span) => span.meterId)}::text[],
                                    ${spans.map((span) => span.fromMinute)}::bigint[],
                                    ${spans.map((span) => span.toMinute)}::bigint[])
                             span (customer_id, meter_id, from_minute, to_minute)) spans)
    select coalesce(sum(used.quantity), 0)::text as quantity,
           coalesce(sum(used.requests), 0)::text as requests, newest.roll
      from newest cross join asked
      left join lateral (
        select quantity, requests from usage_totals totals
         where totals.customer_id = asked.customer_id and totals.meter_id = asked.meter_id
           and billable and hour >= first_hour and hour < end_hour
        union all
        select quantity, requests from usage_rollups rollups
         where rollups.customer_id = asked.customer_id and rollups.meter_id = asked.meter_id
           and billable and minute >= from_minute and minute < least(first_hour * 60, to_minute)
        union all
        select quantity, requests from usage_rollups rollups
         where rollups.customer_id = asked.customer_id and rollups.meter_id = asked.meter_id
           and billable and minute >= end_hour * 60 and minute < to_minute) used on true
     group by asked.at, newest.roll order by asked.at`;
  const roll = rows[0]?.roll ?? 0n;
  const totals = rows.map(({ quantity, requests }) => ({
    quantity: BigInt(quantity),
    requests: BigInt(requests),
  }));
  return { roll, totals };
}

export type LateHour = { customer_id: string; hour: number };

/** Hours of these customers for which usage came late, after the roll that each is asked with. */
export async function lateHours(
  sql: Query,
  since: readonly { customerId: string; roll: bigint }[],
): Promise<LateHour[]> {
  return sql<LateHour[]>`
    select late.customer_id, late.hour::float8 as hour
      from unnest(${since.map((one) => one.customerId)}::text[],
                  ${since.map((one) => one.roll.toString())}::bigint[]) asked (customer_id, roll)
      join usage_late_hours late using (customer_id)
     where late.last_roll > asked.roll order by 1, 2`;
}
