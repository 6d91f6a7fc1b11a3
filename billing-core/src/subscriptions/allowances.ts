import type { Entitlement } from '../contract/plan.ts';
import type { SubscriptionPreview } from '../contract/subscription.ts';
import { exact, sum } from '../rating/decimal.ts';
import { versionOf, type Loaded } from './decide.ts';
import { isThere } from './items.ts';

/** What a subscription allows at a time, add-ons in it. Pure. */

type Allowances = SubscriptionPreview['allowances'];
type Quota = Extract<Entitlement, { kind: 'quota' }>;
type Bought = { entitlements: readonly Entitlement[]; times: string };

export const NOTHING: Allowances = { quotas: [], included_units: [], features: [] };

/** So many times what each add-on says of this, and what the plan does. */
function total(plan: string, bought: readonly Bought[], unitsOf: (one: Entitlement) => string) {
  const added = bought.flatMap(({ entitlements, times }) =>
    entitlements.map((one) => exact(unitsOf(one)).times(times)),
  );
  return sum([exact(plan), ...added]).toFixed();
}

const isSame = (one: Entitlement, quota: Quota): one is Quota =>
  one.kind === 'quota' &&
  one.meter_id === quota.meter_id &&
  one.window === quota.window &&
  one.scope === quota.scope;

function quotaOf(quota: Quota, bought: readonly Bought[]): Allowances['quotas'][number] {
  const { meter_id, window, scope, enforcement } = quota;
  const raiseOf = (one: Entitlement) => (isSame(one, quota) ? (one.limit ?? '0') : '0');
  const limit = quota.limit === null ? null : total(quota.limit, bought, raiseOf);
  return { meter_id, window, scope, enforcement, limit };
}

/**
 * Quotas, units that prices include (of a whole period) and features, on this version of the plan
 * with the add-ons of that time (epoch ms). Nothing once it is canceled.
 */
export function allowancesOf(loaded: Loaded, planVersionId: string, at: number): Allowances {
  const { row, items = [] } = loaded;
  if (row.canceled_at !== null && row.canceled_at.getTime() <= at) return NOTHING;
  const termsOf = versionOf(loaded);
  const { entitlements = [], prices } = termsOf(planVersionId);
  const bought = items
    .filter((item) => isThere(item, at))
    .map(({ plan_version_id, quantity }): Bought => {
      const { entitlements: all = [] } = termsOf(plan_version_id);
      return { entitlements: all, times: String(quantity) };
    });
  const features = [entitlements, ...bought.map((one) => one.entitlements)].flatMap((all) =>
    all.flatMap((one) => (one.kind === 'feature' ? one.feature : [])),
  );
  return {
    quotas: entitlements.flatMap((one) => (one.kind === 'quota' ? quotaOf(one, bought) : [])),
    included_units: prices.flatMap((price) => {
      if (price.model === 'flat') return [];
      const { meter_id } = price;
      const unitsOf = (one: Entitlement): string =>
        one.kind === 'included_units' && one.meter_id === meter_id ? one.units : '0';
      const units = total(price.included_units, bought, unitsOf);
      return exact(units).isZero() ? [] : { meter_id, units };
    }),
    features: [...new Set(features)].toSorted(),
  };
}
