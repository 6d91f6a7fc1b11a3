import { MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { splitsHours, STEP_MINUTES, type Interval, type MinuteRange } from './range.ts';

/** Whose usage: one customer's, or everybody's for an admin. */
export type Whose = { customerId: string } | 'everybody';
export type Group = 'none' | 'outcome' | 'route' | 'key' | 'meter';

export type SeriesAsk = MinuteRange & {
  whose: Whose;
  interval: Interval;
  /** In whose calendar days begin and end; UTC's unless said. */
  zone?: string;
  group: Group;
  /** Undefined: of every meter, grouped by it. */
  meterId: string | undefined;
  keyId: string | undefined;
  routeId: string | undefined;
};

export type FigureRow = {
  start: number;
  group_id: string | null;
  requests: string;
  quantity: string;
  billable_quantity: string;
};

/** Groups beyond the largest become one, so that an answer has a bound. */
export const GROUPS_MAX = 20;
export const OTHER_GROUP = 'other';
const HOUR = 60;

function filters(sql: Query, ask: SeriesAsk) {
  return sql`
    ${ask.whose === 'everybody' ? sql`true` : sql`customer_id = ${ask.whose.customerId}`}
    and ${ask.meterId === undefined ? sql`true` : sql`meter_id = ${ask.meterId}`}
    and ${ask.keyId === undefined ? sql`true` : sql`key_id = ${ask.keyId}`}
    and ${ask.routeId === undefined ? sql`true` : sql`route_id = ${ask.routeId}`}`;
}

const minutesOf = (sql: Query, ask: SeriesAsk, { from, to }: MinuteRange) => sql`
  select minute, meter_id, key_id, route_id, outcome, billable, requests, quantity
    from usage_rollups
   where ${filters(sql, ask)} and minute >= ${from} and minute < ${to}`;

/** Hours of a range; of the totals, which have no keys and routes, where nobody asks for those. */
function hoursOf(sql: Query, ask: SeriesAsk, { from, to }: { from: number; to: number }) {
  const tells = ask.group === 'key' || ask.group === 'route';
  const rest = sql`where ${filters(sql, ask)} and hour >= ${from} and hour < ${to}`;
  if (tells || ask.keyId !== undefined || ask.routeId !== undefined) {
    return sql`
      select hour * ${HOUR}::bigint, meter_id, key_id, route_id, outcome, billable, requests,
             quantity from usage_hours ${rest}`;
  }
  return sql`
    select hour * ${HOUR}::bigint, meter_id, null, null, outcome, billable, requests, quantity
      from usage_totals ${rest}`;
}

/**
 * The rollups of a range: whole hours come from the hours, the rest of it minute by minute, and so
 * do the newest minutes, which are not folded into their hours yet. Days that begin within an hour
 * are made of minutes alone.
 */
export function rollupsOf(sql: Query, ask: SeriesAsk) {
  const firstHour = Math.ceil(ask.from / HOUR);
  const endHour = Math.floor(ask.to / HOUR);
  const splits = ask.interval === 'day' && splitsHours(ask.zone, ask);
  if (ask.interval === 'minute' || firstHour >= endHour || splits) return minutesOf(sql, ask, ask);
  const [first, end] = [firstHour * HOUR, endHour * HOUR];
  return sql`
    ${minutesOf(sql, ask, { from: ask.from, to: first })}
    union all
    ${hoursOf(sql, ask, { from: firstHour, to: endHour })}
    union all
    select minute, meter_id, key_id, route_id, outcome, billable, requests, quantity
      from usage_rollups
     where ${filters(sql, ask)} and minute < ${ask.to}
       and minute >= greatest(${first}::bigint,
                              least(${end}::bigint, (select folds.minute from hour_folds folds)))`;
}

function groupColumn(sql: Query, group: Group) {
  if (group === 'none') return sql`null::text`;
  if (group === 'outcome') return sql`outcome`;
  if (group === 'route') return sql`route_id`;
  return group === 'key' ? sql`key_id` : sql`meter_id`;
}

// Units of different meters cannot be added up.
const rankOf = (sql: Query, group: Group) =>
  group === 'meter' ? sql`1` : sql`dense_rank() over (order by size desc, group_id)`;

/** Where the step of a minute begins, in minutes since the epoch. */
function startOf(sql: Query, { interval, zone = 'UTC' }: SeriesAsk) {
  if (interval === 'day' && zone !== 'UTC') {
    const day = sql`date_trunc('day', to_timestamp(minute * 60), ${zone})`;
    return sql`extract(epoch from ${day})::bigint / 60`;
  }
  return sql`minute - minute % ${STEP_MINUTES[interval]}::bigint`;
}

/** The statement of a series, unsent: to run, or to explain. */
export function seriesStatement(sql: Query, ask: SeriesAsk) {
  return sql`
    with figures as (
      select ${startOf(sql, ask)} as start,
             ${groupColumn(sql, ask.group)} as group_id, sum(requests) as requests,
             sum(quantity) as quantity,
             coalesce(sum(quantity) filter (where billable), 0) as billable_quantity
        from (${rollupsOf(sql, ask)}) rollups
       group by 1, 2),
    sized as (
      select *, sum(requests) over (partition by group_id) as size from figures),
    ranked as (
      select *, ${rankOf(sql, ask.group)} as rank from sized),
    folded as (
      select start,
             case when rank <= ${GROUPS_MAX} then group_id else ${OTHER_GROUP} end as group_id,
             sum(requests) as requests, sum(quantity) as quantity,
             sum(billable_quantity) as billable_quantity
        from ranked group by 1, 2)
    select newest.roll, start::float8 as start, group_id, requests, quantity, billable_quantity
      from (select coalesce(max(roll_number), 0)::text as roll from usage_batches) newest
      left join folded on true
     order by folded.start, folded.group_id`;
}

/**
 * The figures of a series, oldest first, steps without usage left out; and the newest roll. It is
 * one statement and therefore one snapshot: the figures are those of exactly the rolls up to it.
 */
export async function readSeries(
  sql: Query,
  ask: SeriesAsk,
): Promise<{ roll: string; rows: FigureRow[] }> {
  const rows = await sql<({ roll: string } & (FigureRow | { start: null }))[]>`
    ${seriesStatement(sql, ask)}`;
  return {
    roll: rows[0]?.roll ?? '0',
    rows: rows.filter((row): row is { roll: string } & FigureRow => row.start !== null),
  };
}

export type MeterRow = { id: string; slug: string; name: string; unit: string; scale: number };

/** The meters with these slugs or ids. */
export async function metersNamed(
  sql: Query,
  { slugs = [], ids = [] }: { slugs?: string[]; ids?: string[] },
): Promise<MeterRow[]> {
  return sql<MeterRow[]>`
    select id, slug, name, unit, scale from meters
     where slug = any(${slugs}) or id = any(${ids})`;
}

type Named = { id: string; name: string };

/** Names of keys, only as far as they are the customer's own. */
export async function keyNames(sql: Query, whose: Whose, ids: string[]): Promise<Named[]> {
  return sql<Named[]>`
    select id, name from api_keys where id = any(${ids})
       and ${whose === 'everybody' ? sql`true` : sql`customer_id = ${whose.customerId}`}
    -- Tokens that name the customer: one key, whose id is the customer's.
    union all select id, 'Tokens' from customers where id = any(${ids})
       and ${whose === 'everybody' ? sql`true` : sql`id = ${whose.customerId}`}`;
}

export async function routeNames(sql: Query, ids: string[]): Promise<Named[]> {
  return sql<Named[]>`select id, name from routes where id = any(${ids})`;
}

export async function customerExists(sql: Query, id: string): Promise<boolean> {
  const rows = await sql`select 1 from customers where id = ${id}`;
  return rows.length > 0;
}

/** The newest roll number, as text; "0" before the first. */
export async function newestRoll(sql: Query): Promise<string> {
  const [row] = await sql<[{ roll: string }]>`
    select coalesce(max(roll_number), 0)::text as roll from usage_batches`;
  return row.roll;
}

export type Totals = { requests: string; ok: string; billable_quantity: string };

/** The totals of one meter of a customer in whole minutes; scaled units. */
export async function meterTotals(
  sql: Query,
  customerId: string,
  ask: MinuteRange & { meterId: string },
): Promise<Totals> {
  const series = {
    ...ask,
    whose: { customerId },
    interval: 'hour',
    group: 'none',
    keyId: undefined,
    routeId: undefined,
  } as const;
  const [row] = await sql<[Totals]>`
    select coalesce(sum(requests), 0) as requests,
           coalesce(sum(requests) filter (where outcome in ('ok', 'redirect')), 0) as ok,
           coalesce(sum(quantity) filter (where billable), 0) as billable_quantity
      from (${rollupsOf(sql, series)}) rollups`;
  return row;
}

export type KeyTotal = { id: string; name: string; last4: string; used: string };

/**
 * What each of a customer's keys used of a meter in whole minutes, billable, scaled: those that
 * used most first, then keys that work and were not used; at most `keys`.
 */
export async function keyTotals(
  sql: Query,
  customerId: string,
  { keys, ...ask }: MinuteRange & { meterId: string; keys: number },
): Promise<KeyTotal[]> {
  const series = {
    ...ask,
    whose: { customerId },
    interval: 'hour',
    group: 'key',
    keyId: undefined,
    routeId: undefined,
  } as const;
  return sql<KeyTotal[]>`
    with uses as (
      select key_id, sum(quantity) filter (where billable) as used
        from (${rollupsOf(sql, series)}) rollups group by key_id)
    select id, name, last4, coalesce(used, 0) as used
      from api_keys left join uses on key_id = id
     where customer_id = ${customerId} and (used > 0 or revoked_at is null)
     order by coalesce(used, 0) desc, id limit ${keys}`;
}

export async function refusedRequests(
  sql: Query,
  customerId: string,
  { from, to }: MinuteRange,
): Promise<number> {
  const [row] = await sql<[{ refused: number }]>`
    select coalesce(sum(requests), 0)::float8 as refused from usage_refusals
     where customer_id = ${customerId} and minute >= ${from} and minute < ${to}`;
  return row.refused;
}

export type LiveMinute = { minute: number; requests: number; ok: number; refused: number };

/** Requests by minute, how many of them went well, and refusals; minutes without any left out. */
export async function liveMinutes(
  sql: Query,
  customerId: string,
  { from, to, meterId }: MinuteRange & { meterId: string },
): Promise<LiveMinute[]> {
  return sql<LiveMinute[]>`
    select minute::float8 as minute, sum(requests)::float8 as requests, sum(ok)::float8 as ok,
           sum(refused)::float8 as refused
      from (select minute, requests,
                   case when outcome in ('ok', 'redirect') then requests else 0 end as ok,
                   0 as refused
              from usage_rollups
             where customer_id = ${customerId} and minute >= ${from} and minute < ${to}
               and meter_id = ${meterId}
             union all
            select minute, 0, 0, requests from usage_refusals
             where customer_id = ${customerId} and minute >= ${from} and minute < ${to}) counts
     group by 1 order by 1`;
}

/**
 * A mark for each of these customers that differs when anything of the live view may differ: a
 * roll, a refusal in its range, the minute itself. One query, however many are asked for.
 */
export async function liveMarks(
  sql: Query,
  customerIds: string[],
  { from, to }: MinuteRange,
): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; mark: string }[]>`
    select asked.id,
           concat_ws('.', ${to}::text, coalesce(last_roll, 0), coalesce(refused, 0)) as mark
      from unnest(${customerIds}::text[]) asked (id)
      left join customers on customers.id = asked.id
      left join usage_last_rolls on customer_id = asked.id
      left join lateral (select sum(requests) as refused from usage_refusals
                          where customer_id = asked.id
                            and minute >= ${from} + coalesce(clock_ms, 0) / ${MINUTE_MS}) refusals
             on true`;
  return new Map(rows.map((row) => [row.id, row.mark]));
}
