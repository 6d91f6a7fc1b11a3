import type { Query, Tx } from '../kit/database.ts';
import { inRound, type Round } from '../customers/clock.ts';
import { zonesColumn, type BillingZones } from '../customers/store.ts';
import { DAY_MS, MINUTE_MS } from '../kit/clock.ts';
import { ZONE_MEMORY_MS } from '../subscriptions/calendar.ts';
import type { Raise } from './thresholds.ts';

export type Mark = { roll: bigint; customer_id: string };
/**
 * What customers used in all, by meter, behind a mark; in the order of their rolls. Columns, of
 * which each has one entry a row: nearly all of them need no look, and no object of their own.
 */
export type Uses = { rolls: string[]; customers: string[]; meters: string[]; used: string[] };

/** Whoever failed is left to its job for so long, and then looked at again. */
const TROUBLE_MS = 24 * 60 * MINUTE_MS;

export async function readMark(sql: Query): Promise<Mark> {
  const [mark] = await sql<[Mark]>`select roll, customer_id from notice_watch`;
  return mark;
}

/** Takes the mark for this transaction; false where another core has it, or has moved it. */
export async function takeMark(tx: Tx, { roll, customer_id }: Mark): Promise<boolean> {
  const rows = await tx`select from notice_watch
    where roll = ${roll.toString()}::bigint and customer_id = ${customer_id}
      for update skip locked`;
  return rows.length === 1;
}

export async function moveMark(tx: Query, from: Mark, { roll, customer_id }: Mark): Promise<void> {
  await tx`update notice_watch set roll = ${roll.toString()}::bigint, customer_id = ${customer_id}
    where roll = ${from.roll.toString()}::bigint and customer_id = ${from.customer_id}`;
}

const untroubled = (sql: Query, now: number) => sql`not exists (
  select from notice_troubles troubles
   where troubles.customer_id = used.customer_id and since > ${new Date(now - TROUBLE_MS)})`;

/**
 * What was used behind the mark, of the meters that moved; and the mark behind it all, undefined
 * where there is nothing. So many rows at most.
 */
export async function usesBehind(
  sql: Query,
  mark: Mark,
  { now, limit }: { now: number; limit: number },
): Promise<{ uses: Uses; last: Mark | undefined; more: boolean }> {
  const [uses] = await sql<[Uses]>`
    select coalesce(json_agg(last_roll::text), '[]') as rolls,
           coalesce(json_agg(customer_id), '[]') as customers,
           coalesce(json_agg(meter_id), '[]') as meters,
           coalesce(json_agg(used::text), '[]') as used
      from (select last_roll, customer_id, meter_id, used from usage_meter_uses used
             where last_roll >= ${mark.roll.toString()}::bigint
               and (last_roll, customer_id) > (${mark.roll.toString()}::bigint, ${mark.customer_id})
               and ${untroubled(sql, now)}
             order by last_roll, customer_id limit ${limit}) behind`;
  const [roll, customer_id] = [uses.rolls.at(-1), uses.customers.at(-1)];
  const isNone = roll === undefined || customer_id === undefined;
  const last = isNone ? undefined : { roll: BigInt(roll), customer_id };
  return { uses, last, more: uses.rolls.length === limit };
}

type UseRow = { customer_id: string; meter_id: string; used: string };

/** What these customers used of each meter in all, by both. */
export async function usesInAll(
  sql: Query,
  ids: readonly string[],
): Promise<Map<string, Map<string, bigint>>> {
  const rows = await sql<UseRow[]>`
    select customer_id, meter_id, used::text as used from usage_meter_uses
     where customer_id = any(${[...ids]})`;
  const all = new Map(ids.map((id) => [id, new Map<string, bigint>()]));
  for (const { customer_id, meter_id, used } of rows) {
    all.get(customer_id)?.set(meter_id, BigInt(used));
  }
  return all;
}

export type LiveRow = {
  id: string;
  customer_id: string;
  zones: BillingZones;
  clock_ms: bigint;
};

/** Live subscriptions of these customers that grant anything, with the customers' zones. */
export async function liveOf(sql: Query, ids: readonly string[], now: number): Promise<LiveRow[]> {
  return sql<LiveRow[]>`
    select subscriptions.id, customer_id, clock_ms,
           ${zonesColumn(sql, now - ZONE_MEMORY_MS)} as zones
      from subscriptions join customers on customers.id = customer_id
     where customer_id = any(${[...ids]}) and canceled_at is null`;
}

export type RaiseRow = Raise & { customer_id: string };

/** What was raised for these customers beyond their plans, and holds or held not long ago. */
export async function raisesOf(
  sql: Query,
  ids: readonly string[],
  now: number,
): Promise<RaiseRow[]> {
  return sql<RaiseRow[]>`
    select customer_id, meter_id, quota_window, quota_scope, quota_limit, starts_at,
           coalesce(ended_at, ends_at) as until
      from quota_overrides
     where customer_id = any(${[...ids]})
       and (ended_at is null or ended_at > ${new Date(now - DAY_MS)})`;
}

export type TrialRow = {
  subscription_id: string;
  customer_id: string;
  time_zone: string;
  trial_ends_at: Date;
  plan: string;
  is_canceled: boolean;
};

/** Trials that are read at once. */
export const TRIALS_MAX = 100;

/** Of one customer, with trials that ended since then (ms). */
export type OneTrial = { customerId: string; since: number };

/**
 * Trials of whose end nobody was told: within these days, in the second half of a short one, or
 * over since all were last looked at; in a round, whose core time is `now` (ms).
 */
export async function trialsEnding(
  sql: Query,
  { round, now, days, one }: { round: Round; now: number; days: number; one?: OneTrial },
): Promise<TrialRow[]> {
  const at = new Date(round.now);
  const whose = one
    ? sql`used.customer_id = ${one.customerId} and trial_ends_at > ${new Date(one.since)}`
    : sql`trial_ends_at > coalesce((select trials_until from notice_watch), ${at})
          and ${untroubled(sql, now)}`;
  return sql<TrialRow[]>`
    select used.id as subscription_id, customer_id, time_zone, trial_ends_at,
           plans.name as plan, coalesce(pending_kind = 'cancel', false) as is_canceled
      from subscriptions used join plan_versions on plan_versions.id = plan_version_id
      join plans on plans.id = plan_id
     where canceled_at is null and ${whose} and ${inRound(sql, round, sql`used.customer_id`)}
       and trial_ends_at <= ${at}::timestamptz + make_interval(days => ${days})
       and trial_ends_at - (trial_ends_at - started_at) / 2 <= ${at}
       and not exists (
         select from notices
          where notices.customer_id = used.customer_id and kind = 'trial_ending'
            and subject = used.id || ' ' || extract(epoch from trial_ends_at)::bigint)
     order by trial_ends_at limit ${TRIALS_MAX}`;
}

/** All trials that ended up to then were looked at; written down once a minute is enough. */
export async function moveTrials(sql: Query, now: number): Promise<void> {
  await sql`update notice_watch set trials_until = ${new Date(now)}
    where trials_until is null or trials_until <= ${new Date(now - MINUTE_MS)}`;
}

/** Notes that looking at a customer failed. */
export async function noteTrouble(
  tx: Tx,
  customerId: string,
  { at, said }: { at: number; said: string },
): Promise<void> {
  await tx`
    insert into notice_troubles (customer_id, since, said)
    values (${customerId}, ${new Date(at)}, ${said})
    on conflict (customer_id) do update set since = excluded.since, said = excluded.said`;
}

/** Since when looking at a customer fails; undefined when it does not. Locked. */
export async function troubleSince(tx: Tx, customerId: string): Promise<Date | undefined> {
  const [row] = await tx<{ since: Date }[]>`
    select since from notice_troubles where customer_id = ${customerId} for update`;
  return row?.since;
}

export async function endTrouble(tx: Tx, customerId: string): Promise<void> {
  await tx`delete from notice_troubles where customer_id = ${customerId}`;
}
