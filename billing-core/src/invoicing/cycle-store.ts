import { inRound, type Round } from '../customers/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { Billed } from './lines.ts';

export type CycleRow = {
  subscription_id: string;
  customer_id: string;
  billed_until: Date;
  billed_roll: bigint;
  due_at: Date | null;
  has_fees: boolean;
  is_stuck: boolean;
  /** Usage of the running period is looked through up to it; null: never was. */
  threshold_roll: bigint | null;
};

/** Up to when periods can be closed: by what gateways said, and by the grace time. Epoch ms. */
type Due = { round: Round; completeUntil: number; graceUntil: number };

const columns = (sql: Query) => sql`
  subscription_id, customer_id, billed_until, billed_roll, due_at, has_fees, is_stuck,
  threshold_roll`;

/**
 * Cycles of a round with something to bill: a period that ended by then and about which all is
 * decided, fees, or usage that came for a subscription that is over. They are locked; those that
 * another closer holds are left to it.
 */
export async function takeDue(
  tx: Tx,
  { round, completeUntil, graceUntil }: Due,
  limit: number,
): Promise<CycleRow[]> {
  const until = Math.max(completeUntil, graceUntil);
  return tx<CycleRow[]>`
    select ${columns(tx)} from billing_cycles
     where not is_stuck and subscription_id in (
       (select subscription_id from billing_cycles cycle
         where due_at <= ${new Date(until)} and not is_stuck and ${inRound(tx, round)}
           and not exists (select from subscriptions decided
                            where id = subscription_id and decided.due_at <= cycle.due_at)
         order by due_at limit ${limit})
       union (select subscription_id from billing_cycles
               where has_fees and not is_stuck and ${inRound(tx, round)} limit ${limit})
       union (select subscription_id from billing_cycles over
               where over.due_at is null and not is_stuck and ${inRound(tx, round)}
                 and exists (select from usage_late_hours late
                              where late.customer_id = over.customer_id
                                and late.last_roll > over.billed_roll) limit ${limit}))
     order by subscription_id limit ${limit} for update skip locked`;
}

/**
 * Cycles of periods that run in this round, on plans that bill at an amount, whose customers used
 * something since they were looked at, with the roll of that. Locked; those that another holds are
 * left to it.
 */
export async function takeRunning(
  tx: Tx,
  round: Round,
  limit: number,
): Promise<(CycleRow & { newest_roll: bigint })[]> {
  return tx<(CycleRow & { newest_roll: bigint })[]>`
    select ${columns(tx)}, last_roll as newest_roll
      from billing_cycles join usage_last_rolls using (customer_id)
     where due_at > ${new Date(round.now)} and not is_stuck and ${inRound(tx, round)}
       and last_roll > coalesce(threshold_roll, 0)
       and subscription_id in (
             select subscriptions.id from subscriptions
               join plan_versions on plan_versions.id = plan_version_id
              where threshold_amount is not null and canceled_at is null)
     order by subscription_id limit ${limit} for update of billing_cycles skip locked`;
}

/** One cycle, stuck or not; waits for whoever holds it. */
export async function lockCycle(tx: Tx, subscriptionId: string): Promise<CycleRow | undefined> {
  const [row] = await tx<CycleRow[]>`
    select ${columns(tx)} from billing_cycles where subscription_id = ${subscriptionId}
       for update`;
  return row;
}

export async function cyclesOf(tx: Tx, subscriptionIds: readonly string[]): Promise<CycleRow[]> {
  return tx<CycleRow[]>`
    select ${columns(tx)} from billing_cycles where subscription_id = any(${[...subscriptionIds]})
     order by subscription_id for update`;
}

/** Writes cycles as they are now, new ones too. */
export async function saveCycles(tx: Tx, rows: readonly CycleRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into billing_cycles (${columns(tx)})
    select id, customer, until, roll, due, fees::boolean, stuck::boolean, looked
      from unnest(${rows.map((row) => row.subscription_id)}::text[],
                         ${rows.map((row) => row.customer_id)}::text[],
                         ${rows.map((row) => row.billed_until.toISOString())}::timestamptz[],
                         ${rows.map((row) => row.billed_roll.toString())}::bigint[],
                         ${rows.map((row) => row.due_at?.toISOString() ?? null)}::timestamptz[],
                         ${rows.map((row) => String(row.has_fees))}::text[],
                         ${rows.map((row) => String(row.is_stuck))}::text[],
                         ${rows.map((row) => row.threshold_roll?.toString() ?? null)}::bigint[])
             cycle (id, customer, until, roll, due, fees, stuck, looked)
    on conflict (subscription_id) do update
      set billed_until = excluded.billed_until, billed_roll = excluded.billed_roll,
          due_at = excluded.due_at, has_fees = excluded.has_fees, is_stuck = excluded.is_stuck,
          threshold_roll = excluded.threshold_roll`;
}

/** Keeps a cycle from being tried by everybody, once closing it has failed. */
export async function markStuck(tx: Tx, subscriptionId: string): Promise<void> {
  await tx`update billing_cycles set is_stuck = true where subscription_id = ${subscriptionId}`;
}

/** Which of these charges are on invoices. */
export async function chargesBilled(sql: Query, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ charge_id: string }[]>`
    select charge_id from invoice_lines where charge_id = any(${[...ids]})`;
  return new Set(rows.map(({ charge_id }) => charge_id));
}

export type BilledPlace = { subscription_id: string; price_id: string; from_minute: number };
type BilledRow = BilledPlace & { quantity: string; events: string; amount: string; roll: bigint };

export const placeText = (place: BilledPlace): string =>
  `${place.subscription_id} ${place.price_id} ${place.from_minute}`;

/**
 * What invoices have of these subscriptions' usage so far, by segment and price. Void ones count:
 * what was billed and given up is not billed again.
 */
export async function billedUsage(
  sql: Query,
  subscriptionIds: readonly string[],
): Promise<Map<string, Billed>> {
  const rows = await sql<BilledRow[]>`
    select subscription_id, price_id, from_minute::float8 as from_minute,
           trim_scale(sum(quantity))::text as quantity, sum(events)::text as events,
           sum(amount)::text as amount, max(roll_until) as roll
      from invoice_lines
     where subscription_id = any(${[...subscriptionIds]}) and meter_id is not null
     group by 1, 2, 3`;
  return new Map(
    rows.map((row) => [
      placeText(row),
      {
        quantity: row.quantity,
        events: BigInt(row.events),
        amount: BigInt(row.amount),
        rollUntil: row.roll,
      },
    ]),
  );
}

export type Feed = { cursor: bigint; began_at: Date };

/** How far the changes of subscriptions are known here; one reader at a time. */
export async function lockFeed(tx: Tx): Promise<Feed> {
  const [row] = await tx<[Feed]>`select cursor, began_at from billing_feed for update`;
  return row;
}

/** How far they are known; undefined while all are to be read. */
export async function changesFollowed(sql: Query): Promise<bigint | undefined> {
  const [row] = await sql<{ cursor: bigint }[]>`
    select cursor from billing_feed where cursor >= 0`;
  return row?.cursor;
}

export async function moveFeed(tx: Tx, cursor: bigint): Promise<void> {
  await tx`update billing_feed set cursor = ${cursor.toString()}::bigint where one`;
}

/** How far a subscription is on invoices, ms; undefined before it was looked at. */
export async function billedUntil(sql: Query, subscriptionId: string): Promise<number | undefined> {
  const [row] = await sql<{ billed_until: Date }[]>`
    select billed_until from billing_cycles where subscription_id = ${subscriptionId}`;
  return row?.billed_until.getTime();
}
