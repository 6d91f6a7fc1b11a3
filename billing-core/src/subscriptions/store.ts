import type { CustomerFact, QuotaFact, WindowKind } from '../contract/facts.ts';
import type { PageQuery } from '../contract/page.ts';
import type { SubscriptionState } from '../contract/subscription.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import { subscriptionState, type SubscriptionRow } from './model.ts';

/** What the customer's live subscription grants, as gateways are told. */
export type Entitlements = Pick<CustomerFact, 'subscription' | 'rate_limit' | 'quotas'>;

type EntitledRow = {
  id: string;
  trial_ends_at: Date | null;
  canceled_at: Date | null;
  kind: 'quota' | 'rate_limit' | null;
  meter_id: string | null;
  meter_slug: string | null;
  quota_limit: bigint | null;
  quota_window: WindowKind | null;
  enforcement: 'hard' | 'soft' | null;
  on_unreachable: 'admit' | 'refuse' | null;
  rate_per_second: string | null;
  burst: number | null;
};

async function entitledRows(query: Query, customerId: string): Promise<EntitledRow[]> {
  return query<EntitledRow[]>`
    select subscriptions.id, trial_ends_at, canceled_at, kind, meter_id, meters.slug as meter_slug,
           quota_limit, quota_window, enforcement, on_unreachable, rate_per_second, burst
      from subscriptions
      left join entitlements on entitlements.plan_version_id = subscriptions.plan_version_id
                            and kind <> 'feature'
      left join meters on meters.id = meter_id
     where customer_id = ${customerId} and canceled_at is null
     order by position`;
}

function quotaOf(row: EntitledRow): QuotaFact[] {
  const { meter_id, meter_slug, quota_limit, quota_window: window, enforcement } = row;
  if (!meter_id || !meter_slug || quota_limit === null || !window || !enforcement) return [];
  // Limits are checked to be safe integers when a plan is written.
  const on_unreachable = row.on_unreachable ?? 'refuse';
  const limit = Number(quota_limit);
  return [{ meter_id, meter_slug, window, limit, enforcement, on_unreachable }];
}

/** The customer's live subscription with its quotas (scaled units) and rate limit, in one query. */
export async function entitlementsOf(
  query: Query,
  customerId: string,
  now: number,
): Promise<Entitlements> {
  const rows = await entitledRows(query, customerId);
  const [first] = rows;
  if (!first) return { subscription: null, rate_limit: null, quotas: [] };
  const state = subscriptionState(first, now);
  const rate = rows.find((row) => row.kind === 'rate_limit');
  return {
    subscription: { id: first.id, state: state === 'trialing' ? state : 'active' },
    rate_limit:
      rate && rate.burst !== null
        ? { rate_per_second: Number(rate.rate_per_second), burst: rate.burst }
        : null,
    quotas: rows.flatMap(quotaOf),
  };
}

const subscriptions = (sql: Query) => sql`
  select subscriptions.id, customer_id, plan_id, plan_version_id, time_zone, started_at,
         trial_ends_at, canceled_at
    from subscriptions join plan_versions on plan_versions.id = plan_version_id`;

function inState(sql: Query, state: SubscriptionState | undefined, now: Date) {
  if (state === undefined) return sql`true`;
  if (state === 'canceled') return sql`canceled_at is not null`;
  if (state === 'trialing') return sql`canceled_at is null and trial_ends_at > ${now}`;
  return sql`canceled_at is null and (trial_ends_at is null or trial_ends_at <= ${now})`;
}

export type SubscriptionList = PageQuery & {
  customer_id?: string | undefined;
  state?: SubscriptionState | undefined;
};

/** Subscriptions by page, newest first, one row more than asked. */
export async function listSubscriptions(
  sql: Query,
  list: SubscriptionList,
  now: number,
): Promise<SubscriptionRow[]> {
  const after = afterCursor(list, 'sub');
  const { customer_id: customerId, state } = list;
  return sql<SubscriptionRow[]>`${subscriptions(sql)}
     where ${after === null ? sql`true` : sql`subscriptions.id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}
       and ${inState(sql, state, new Date(now))}
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

export type NewRow = Omit<SubscriptionRow, 'plan_id' | 'canceled_at'> & { created_at: Date };

/** Writes the subscription and its first phase. */
export async function insertSubscription(tx: Tx, row: NewRow): Promise<void> {
  await tx`insert into subscriptions ${tx(row)}`;
  await insertPhase(tx, row, row.started_at);
}

/** Moves a subscription to another version from this time on, and says so in a new phase. */
export async function moveSubscription(
  tx: Tx,
  to: Pick<NewRow, 'id' | 'plan_version_id'>,
  at: Date,
): Promise<void> {
  await tx`update subscriptions set plan_version_id = ${to.plan_version_id} where id = ${to.id}`;
  await insertPhase(tx, to, at);
}

async function insertPhase(
  tx: Tx,
  { id, plan_version_id }: Pick<NewRow, 'id' | 'plan_version_id'>,
  at: Date,
): Promise<void> {
  await tx`insert into subscription_phases (subscription_id, number, plan_version_id, starts_at)
    select ${id}, count(*) + 1, ${plan_version_id}, ${at} from subscription_phases
     where subscription_id = ${id}`;
}

export async function endSubscription(tx: Tx, id: string, at: Date): Promise<void> {
  await tx`update subscriptions set canceled_at = ${at} where id = ${id}`;
}
