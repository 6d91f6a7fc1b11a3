import type { CustomerFact, QuotaFact, WindowKind } from '../contract/facts.ts';
import type { Query } from '../kit/database.ts';
import { subscriptionState } from './model.ts';

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
  rate_per_second: string | null;
  burst: number | null;
};

async function entitledRows(query: Query, customerId: string): Promise<EntitledRow[]> {
  return query<EntitledRow[]>`
    select subscriptions.id, trial_ends_at, canceled_at, kind, meter_id, meters.slug as meter_slug,
           quota_limit, quota_window, enforcement, rate_per_second, burst
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
  return [{ meter_id, meter_slug, window, limit: Number(quota_limit), enforcement }];
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
