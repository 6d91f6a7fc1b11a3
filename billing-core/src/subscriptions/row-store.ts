import type { PageQuery } from '../contract/page.ts';
import type { ChargeCause, SubscriptionState } from '../contract/subscription.ts';
import { inRound, timeThere, type Round } from '../customers/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import { afterCursor } from '../kit/page.ts';
import type { Fee } from './fees.ts';
import type { SubscriptionRow } from './model.ts';
import type { Phase } from './segments.ts';

const subscriptions = (sql: Query, more = sql``) => sql`
  select subscriptions.id, customer_id, plan_id, plan_version_id, interval_months, time_zone,
         started_at, anchor_at, trial_ends_at, trial_settled_at, paused_at, past_due_since,
         blocked_at, limited_at, pending_kind, pending_at, pending_plan_version_id,
         pending_credit_unused, items_at, canceled_at ${more}
    from subscriptions join plan_versions on plan_versions.id = plan_version_id`;

/** The same decision as `subscriptionState`, for rows that are listed. */
const stateColumn = (sql: Query, now: ReturnType<typeof timeThere>) => sql`
  case when canceled_at is not null
         or (pending_kind = 'cancel' and pending_at <= ${now}) then 'canceled'
       when (pending_kind = 'pause' and pending_at <= ${now})
         or (paused_at is not null
             and not coalesce(pending_kind = 'resume' and pending_at <= ${now}, false))
         then 'paused'
       when past_due_since is not null then 'past_due'
       when trial_ends_at > ${now} then 'trialing'
       else 'active' end`;

export type SubscriptionList = PageQuery & {
  customer_id?: string | undefined;
  plan_version_id?: string | undefined;
  state?: SubscriptionState | undefined;
};

/** With its customer's name, and how far that one's clock is ahead. */
export type ListedRow = SubscriptionRow & { customer_name: string; clock_ms: bigint };

/** Subscriptions by page, newest first, one row more than asked; states as of `now` (ms). */
export async function listSubscriptions(
  sql: Query,
  list: SubscriptionList,
  now: number,
): Promise<ListedRow[]> {
  const after = afterCursor(list, 'sub');
  const { customer_id: customerId, plan_version_id: versionId, state } = list;
  const inState = () => sql`${stateColumn(sql, timeThere(sql, now))} = ${state ?? ''}`;
  const more = sql`, clock_ms, customers.name as customer_name`;
  return sql<ListedRow[]>`${subscriptions(sql, more)}
      join customers on customers.id = customer_id
     where ${after === null ? sql`true` : sql`subscriptions.id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}
       and ${versionId === undefined ? sql`true` : sql`plan_version_id = ${versionId}`}
       and ${state === undefined ? sql`true` : inState()}
     order by subscriptions.id desc limit ${list.limit + 1}`;
}

export async function subscriptionById(
  sql: Query,
  id: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await sql<SubscriptionRow[]>`
    ${subscriptions(sql)} where subscriptions.id = ${id}`;
  return row;
}

/** The customer's subscription that is not canceled. */
export async function liveSubscription(
  sql: Query,
  customerId: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await sql<SubscriptionRow[]>`
    ${subscriptions(sql)} where customer_id = ${customerId} and canceled_at is null`;
  return row;
}

/** The customer's subscription that ends last, a live one before all. */
export async function latestSubscription(
  sql: Query,
  customerId: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await sql<SubscriptionRow[]>`
    ${subscriptions(sql)} where customer_id = ${customerId}
     order by canceled_at desc nulls first limit 1`;
  return row;
}

const DUE_MAX = 100;

/** Subscriptions to which something happens by itself by now: the longest due first. */
export async function dueSubscriptions(sql: Query, round: Round): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from subscriptions
     where due_at <= ${new Date(round.now)} and ${inRound(sql, round)}
     order by due_at limit ${DUE_MAX}`;
  return rows.map(({ id }) => id);
}

/** What a row is stored as: what follows from others is not. */
type Stored = Partial<Omit<SubscriptionRow, 'id' | 'plan_id' | 'interval_months'>>;

const stored = ({ plan_id: _, interval_months: __, ...row }: Partial<SubscriptionRow>): Stored =>
  row;

export async function insertSubscription(
  tx: Tx,
  row: SubscriptionRow,
  createdAt: Date,
): Promise<void> {
  await tx`insert into subscriptions ${tx({ ...stored(row), created_at: createdAt })}`;
}

export async function updateSubscription(
  tx: Tx,
  id: string,
  set: Partial<SubscriptionRow>,
): Promise<void> {
  await tx`update subscriptions set ${tx(stored(set))} where id = ${id}`;
}

/** Phases in their order. */
export async function phasesOf(sql: Query, id: string): Promise<Phase[]> {
  return sql<Phase[]>`
    select plan_version_id, starts_at, paused, phase.anchor_at, interval_months
      from subscription_phases phase join plan_versions on plan_versions.id = plan_version_id
     where subscription_id = ${id} order by phase.number`;
}

/** Phases are only added. */
export async function insertPhase(tx: Tx, id: string, phase: Phase): Promise<void> {
  const { plan_version_id, starts_at, paused, anchor_at } = phase;
  await tx`
    insert into subscription_phases
           (subscription_id, number, plan_version_id, starts_at, paused, anchor_at)
    select ${id}, count(*) + 1, ${plan_version_id}, ${starts_at}, ${paused}, ${anchor_at}
      from subscription_phases where subscription_id = ${id}`;
}

export type ChargeRow = {
  id: string;
  subscription_id: string;
  customer_id: string;
  plan_version_id: string;
  price_id: string;
  kind: 'advance' | 'credit';
  cause: ChargeCause;
  currency: string;
  /** Minor units; below zero it is given back. */
  amount: string;
  exact_amount: string;
  description: string;
  starts_at: Date;
  ends_at: Date;
  due_at: Date;
};

type Charged = Pick<ChargeRow, 'cause' | 'currency' | 'due_at'> & {
  subscription: Pick<SubscriptionRow, 'id' | 'customer_id'>;
  now: number;
};

/** Writes down what fell due or is given back; invoices take it from here. */
export async function insertCharges(
  tx: Tx,
  fees: readonly Fee[],
  { subscription, now, ...about }: Charged,
): Promise<void> {
  if (fees.length === 0) return;
  const { id: subscription_id, customer_id } = subscription;
  const rows = fees.map(({ start, end, amount, ...fee }) => ({
    id: newId('chg', now),
    subscription_id,
    customer_id,
    ...about,
    ...fee,
    amount: amount.toString(),
    starts_at: new Date(start),
    ends_at: new Date(end),
    created_at: new Date(now),
  }));
  await tx`insert into subscription_charges ${tx(rows)}`;
}

/** A subscription's charges, oldest first. */
export async function chargesOf(sql: Query, subscriptionId: string): Promise<ChargeRow[]> {
  return sql<ChargeRow[]>`
    select id, subscription_id, customer_id, plan_version_id, price_id, kind, cause, currency,
           amount::text, trim_scale(exact_amount)::text as exact_amount, description, starts_at,
           ends_at, due_at
      from subscription_charges where subscription_id = ${subscriptionId}
     order by due_at, kind desc, id`;
}
