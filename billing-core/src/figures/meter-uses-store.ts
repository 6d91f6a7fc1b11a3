import { unscaled } from '../catalog/quantity.ts';
import { METER_USES_MAX, type MeterUses } from '../contract/meter-uses.ts';
import type { Query } from '../kit/database.ts';

/** Routes that count on it by the version that is served, each rule by itself. */
export async function countingRoutes(sql: Query, meterId: string): Promise<MeterUses['routes']> {
  return sql<MeterUses['routes']>`
    select routes.id as route_id, routes.name, routes.state, counted.source
      from route_meterings counted
      join routes on routes.id = counted.route_id and routes.version = counted.version
     where counted.meter_id = ${meterId} and deleted_at is null
     order by routes.id desc, counted.position limit ${METER_USES_MAX}`;
}

/** The version, its plan and who is on it, for a statement that has the version as `v`. */
const line = (sql: Query) => sql`
  plans.id as plan_id, plans.name as plan_name, v.id as plan_version_id, v.number, v.state,
  v.for_customer as customer_id,
  (select count(*)::int from subscriptions
    where plan_version_id = v.id and canceled_at is null) as subscriptions`;

/** Prices of versions that are sold, or are about to be. */
export async function pricesOf(sql: Query, meterId: string): Promise<MeterUses['prices']> {
  return sql<MeterUses['prices']>`
    select ${line(sql)}, prices.model
      from prices join plan_versions v on v.id = prices.plan_version_id
      join plans on plans.id = v.plan_id
     where prices.meter_id = ${meterId} and v.state <> 'archived'
     order by v.id desc, prices.position limit ${METER_USES_MAX}`;
}

type QuotaRow = Omit<MeterUses['quotas'][number], 'limit'> & { quota_limit: bigint | null };

/** Quotas of such versions. */
export async function quotasOf(
  sql: Query,
  { id, scale }: { id: string; scale: number },
): Promise<MeterUses['quotas']> {
  const rows = await sql<QuotaRow[]>`
    select ${line(sql)}, e.quota_limit, e.quota_window as window, e.quota_scope as scope,
           e.enforcement
      from entitlements e join plan_versions v on v.id = e.plan_version_id
      join plans on plans.id = v.plan_id
     where e.meter_id = ${id} and e.kind = 'quota' and v.state <> 'archived'
     order by v.id desc, e.position limit ${METER_USES_MAX}`;
  return rows.map(({ quota_limit: limit, ...row }) => ({
    ...row,
    limit: limit === null ? null : unscaled(limit, scale),
  }));
}
