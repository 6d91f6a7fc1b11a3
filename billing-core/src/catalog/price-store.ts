import type { Query, Tx } from '../kit/database.ts';
import type { PriceValues } from './price-model.ts';

/**
 * The prices of the plan_versions row around it, as JSON in their order. Decimals as text: JSON
 * would make floats of them.
 */
export const pricesOf = (sql: Query) => sql`
  select coalesce(json_agg(json_build_object('id', id, 'model', model, 'meter_id', meter_id,
           'amount', amount::text, 'billed', billed,
           'included_units', trim_scale(included_units)::text,
           'minimum_amount', minimum_amount::text, 'maximum_amount', maximum_amount::text,
           'discount_percent', trim_scale(discount_percent)::text,
           'unit_amount', trim_scale(unit_amount)::text, 'zero_usage_flat', zero_usage_flat,
           'package_size', trim_scale(package_size)::text,
           'package_amount', trim_scale(package_amount)::text,
           'package_rounding', package_rounding, 'rate', trim_scale(rate)::text,
           'fixed_amount', trim_scale(fixed_amount)::text, 'free_events', free_events,
           'free_amount', trim_scale(free_amount)::text,
           'event_minimum', trim_scale(event_minimum)::text,
           'event_maximum', trim_scale(event_maximum)::text, 'quantity_in', quantity_in,
           'tiers', (${tiersOf(sql)})) order by position), '[]')
    from prices where plan_version_id = plan_versions.id`;

const tiersOf = (sql: Query) => sql`
  select coalesce(json_agg(json_build_object('up_to', trim_scale(tier.up_to)::text,
           'flat_amount', trim_scale(tier.flat_amount)::text,
           'unit_amount', trim_scale(tier.unit_amount)::text,
           'package_size', trim_scale(tier.package_size)::text,
           'package_amount', trim_scale(tier.package_amount)::text,
           'rate', trim_scale(tier.rate)::text) order by tier.position), '[]')
    from price_tiers tier where tier.price_id = prices.id`;

type Placed = PriceValues & { id: string; plan_version_id: string; position: number };

/** Prices with their tiers. */
export async function insertPrices(tx: Tx, priced: readonly Placed[]): Promise<void> {
  if (priced.length === 0) return;
  await tx`insert into prices ${tx(priced.map(({ tiers: _, ...row }) => row))}`;
  const tiers = priced.flatMap(({ id: price_id, plan_version_id, tiers: each }) =>
    each.map((tier, position) => ({ price_id, plan_version_id, position, ...tier })),
  );
  if (tiers.length > 0) await tx`insert into price_tiers ${tx(tiers)}`;
}
