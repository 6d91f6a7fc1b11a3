import type { CustomerFact, QuotaFact, QuotaScope, WindowKind } from '../contract/facts.ts';
import { zonesColumn, type BillingZones } from '../customers/store.ts';
import type { Query } from '../kit/database.ts';
import { turnsOf, ZONE_MEMORY_MS, type Calendar } from './calendar.ts';
import { featuresHeld, raisedLimit } from './item-store.ts';
import { subscriptionState, type Ends } from './model.ts';

/** What the customer's live subscription grants, as gateways are told. */
export type Entitlements = Pick<
  CustomerFact,
  'subscription' | 'rate_limit' | 'quotas' | 'features'
>;

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
  /** Of the plan and of add-ons, each once. */
  features: string[];
};

type EntitledRow = Ends & {
  id: string;
  started_at: Date;
  time_zone: string;
  zones: BillingZones;
  clock_ms: bigint;
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
  limited_at: Date | null;
  unpaid_rate_per_second: string | null;
  features: string[];
};

async function entitledRows(sql: Query, customerId: string, now: number): Promise<EntitledRow[]> {
  return sql<EntitledRow[]>`
    select s.id, started_at, time_zone, trial_ends_at, canceled_at, paused_at,
           past_due_since, pending_kind, pending_at,
           ${zonesColumn(sql, now - ZONE_MEMORY_MS)} as zones, clock_ms, e.kind, meter_id,
           meters.slug as meter_slug, meters.unit as meter_unit, meters.scale as meter_scale,
           (${raisedLimit(sql, sql`${new Date(now)}::timestamptz`)})::bigint as quota_limit,
           quota_window, quota_scope, enforcement,
           on_unreachable, rate_per_second, burst, limited_at, unpaid_rate_per_second,
           ${featuresHeld(sql, sql`${new Date(now)}::timestamptz`)} as features
      from subscriptions s
      join customers on customers.id = customer_id
      join plan_versions on plan_versions.id = s.plan_version_id
      join plans on plans.id = plan_id
      left join entitlements e on e.plan_version_id = s.plan_version_id
             and e.kind in ('quota', 'rate_limit')
      left join meters on meters.id = meter_id
     where customer_id = ${customerId} and grants
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

/** What is left of the rate while an invoice is unpaid, where the plan says so. */
function unpaidRate({ limited_at, unpaid_rate_per_second }: EntitledRow): Held['rate_limit'] {
  if (limited_at === null || unpaid_rate_per_second === null) return null;
  const rate_per_second = Number(unpaid_rate_per_second);
  return {
    rate_per_second,
    burst: Math.max(1, Math.ceil(rate_per_second)),
    on_unreachable: 'admit',
  };
}

/** The lower one of two rates. */
function lowerRate(one: Held['rate_limit'], other: Held['rate_limit']): Held['rate_limit'] {
  if (one === null || other === null) return one ?? other;
  return {
    rate_per_second: Math.min(one.rate_per_second, other.rate_per_second),
    burst: Math.min(one.burst, other.burst),
    on_unreachable: one.on_unreachable,
  };
}

function rateOf({ rate_per_second, burst, on_unreachable }: EntitledRow): Held['rate_limit'] {
  if (burst === null) return null;
  const rate = { rate_per_second: Number(rate_per_second), burst };
  return { ...rate, on_unreachable: on_unreachable ?? 'admit' };
}

/** What the customer's live subscription grants, at a time of its own; undefined without one. */
export async function heldBy(
  sql: Query,
  customerId: string,
  now: number,
): Promise<Held | undefined> {
  const rows = await entitledRows(sql, customerId, now);
  const [first] = rows;
  if (!first) return undefined;
  const aheadMs = Number(first.clock_ms);
  const state = subscriptionState(first, now);
  const rate = rows.find((row) => row.kind === 'rate_limit');
  const anchor = { startedAt: first.started_at.getTime(), timeZone: first.time_zone };
  return {
    subscription: { id: first.id, state: state === 'trialing' ? state : 'active' },
    calendar: { zones: first.zones, anchor, aheadMs },
    rate_limit: lowerRate(rate ? rateOf(rate) : null, unpaidRate(first)),
    quotas: rows.flatMap(quotaOf),
    features: first.features,
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
  const { subscription, rate_limit, calendar, features } = held;
  const quotas = held.quotas.flatMap(({ limit, enforcement, ...quota }): QuotaFact[] => {
    if (limit === null || enforcement === 'unlimited') return [];
    return [{ ...quota, limit, enforcement, turns: turnsOf(calendar, quota.window, now) }];
  });
  return { subscription, rate_limit, quotas, ...(features.length > 0 && { features }) };
}
