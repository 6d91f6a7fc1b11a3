import type { CustomerFact, QuotaFact, QuotaScope, WindowKind } from '../contract/facts.ts';
import type { PageQuery } from '../contract/page.ts';
import type { SubscriptionState } from '../contract/subscription.ts';
import { zonesColumn, type BillingZones } from '../customers/store.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import { turnsOf, ZONE_MEMORY_MS, type Calendar } from './calendar.ts';
import { subscriptionState, type SubscriptionRow } from './model.ts';

/** What the customer's live subscription grants, as gateways are told. */
export type Entitlements = Pick<CustomerFact, 'subscription' | 'rate_limit' | 'quotas'>;

/** A quota as the plan has it; limits in scaled units. */
export type HeldQuota = Pick<
  QuotaFact,
  'meter_id' | 'meter_slug' | 'meter_unit' | 'meter_scale' | 'window' | 'scope'
> & {
  /** Null: unlimited. */
  limit: number | null;
  enforcement: 'hard' | 'soft' | 'unlimited';
  on_unreachable: 'admit' | 'refuse';
};

/** What a live subscription grants, and the calendar by which its windows are counted. */
export type Held = {
  subscription: NonNullable<CustomerFact['subscription']>;
  calendar: Calendar;
  rate_limit: CustomerFact['rate_limit'];
  quotas: HeldQuota[];
};

type EntitledRow = {
  id: string;
  started_at: Date;
  time_zone: string;
  zones: BillingZones;
  trial_ends_at: Date | null;
  canceled_at: Date | null;
  kind: 'quota' | 'rate_limit' | null;
  meter_id: string | null;
  meter_slug: string | null;
  meter_unit: string;
  meter_scale: number;
  quota_limit: bigint | null;
  quota_window: WindowKind | null;
  quota_scope: QuotaScope | null;
  enforcement: HeldQuota['enforcement'] | null;
  on_unreachable: 'admit' | 'refuse' | null;
  rate_per_second: string | null;
  burst: number | null;
};

async function entitledRows(sql: Query, customerId: string, now: number): Promise<EntitledRow[]> {
  return sql<EntitledRow[]>`
    select subscriptions.id, started_at, time_zone, trial_ends_at, canceled_at,
           ${zonesColumn(sql, now - ZONE_MEMORY_MS)} as zones, kind, meter_id,
           meters.slug as meter_slug, meters.unit as meter_unit, meters.scale as meter_scale,
           quota_limit, quota_window, quota_scope, enforcement,
           on_unreachable, rate_per_second, burst
      from subscriptions
      join customers on customers.id = customer_id
      left join entitlements on entitlements.plan_version_id = subscriptions.plan_version_id
                            and kind <> 'feature'
      left join meters on meters.id = meter_id
     where customer_id = ${customerId} and canceled_at is null
     order by position`;
}

function quotaOf(row: EntitledRow): HeldQuota[] {
  const { meter_id, meter_slug, quota_limit, quota_window, quota_scope, enforcement } = row;
  const { meter_unit, meter_scale } = row;
  if (!meter_id || !meter_slug || !quota_window || !quota_scope || !enforcement) return [];
  // Limits are checked to be safe integers when a plan is written.
  const limit = quota_limit === null ? null : Number(quota_limit);
  const on_unreachable = row.on_unreachable ?? 'refuse';
  const [window, scope] = [quota_window, quota_scope];
  const meter = { meter_id, meter_slug, meter_unit, meter_scale };
  return [{ ...meter, window, scope, limit, enforcement, on_unreachable }];
}

function rateOf({ rate_per_second, burst, on_unreachable }: EntitledRow): Held['rate_limit'] {
  if (burst === null) return null;
  const rate = { rate_per_second: Number(rate_per_second), burst };
  return { ...rate, on_unreachable: on_unreachable ?? 'admit' };
}

/** What the customer's live subscription grants, in one query; undefined without one. */
export async function heldBy(
  sql: Query,
  customerId: string,
  now: number,
): Promise<Held | undefined> {
  const rows = await entitledRows(sql, customerId, now);
  const [first] = rows;
  if (!first) return undefined;
  const state = subscriptionState(first, now);
  const rate = rows.find((row) => row.kind === 'rate_limit');
  const anchor = { startedAt: first.started_at.getTime(), timeZone: first.time_zone };
  return {
    subscription: { id: first.id, state: state === 'trialing' ? state : 'active' },
    calendar: { zones: first.zones, anchor },
    rate_limit: rate ? rateOf(rate) : null,
    quotas: rows.flatMap(quotaOf),
  };
}

/** The same as gateways are told: quotas that are unlimited are none of their business. */
export async function entitlementsOf(
  sql: Query,
  customerId: string,
  now: number,
): Promise<Entitlements> {
  const held = await heldBy(sql, customerId, now);
  if (!held) return { subscription: null, rate_limit: null, quotas: [] };
  const { subscription, rate_limit, calendar } = held;
  const quotas = held.quotas.flatMap(({ limit, enforcement, ...quota }): QuotaFact[] => {
    if (limit === null || enforcement === 'unlimited') return [];
    return [{ ...quota, limit, enforcement, turns: turnsOf(calendar, quota.window, now) }];
  });
  return { subscription, rate_limit, quotas };
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
