import { QUANTITY_MAX } from '../catalog/quantity.ts';
import type { timeThere } from '../customers/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { Item } from './items.ts';

/** Add-ons of a subscription, those it had too, in their order. */
export async function itemsOf(sql: Query, subscriptionId: string): Promise<Item[]> {
  return sql<Item[]>`
    select id, plan_version_id, quantity, starts_at, ends_at from subscription_items
     where subscription_id = ${subscriptionId} order by starts_at, id`;
}

/** Keeps what is new of these, and what has ended. */
export async function saveItems(
  tx: Tx,
  subscriptionId: string,
  { before, after }: { before: readonly Item[]; after: readonly Item[] },
): Promise<void> {
  const known = new Map(before.map((item) => [item.id, item]));
  for (const item of after) {
    const was = known.get(item.id);
    if (was !== undefined && was.ends_at !== item.ends_at) {
      await tx`update subscription_items set ends_at = ${item.ends_at} where id = ${item.id}`;
    }
  }
  for (const item of after) {
    if (known.has(item.id)) continue;
    await tx`insert into subscription_items ${tx({ ...item, subscription_id: subscriptionId })}`;
  }
}

/**
 * A plan's quota with what add-ons put on top, null where it has no limit: a number for a statement
 * that has the subscription as `s` and the quota as `e`. `at`: a time there.
 */
export const planLimit = (sql: Query, at: ReturnType<typeof timeThere>) => sql`
  case when e.quota_limit is null then null else least(e.quota_limit +
    coalesce((select sum(raise.quota_limit * item.quantity)
                from subscription_items item
                join entitlements raise on raise.plan_version_id = item.plan_version_id
               where item.subscription_id = s.id and item.starts_at <= ${at}
                 and (item.ends_at is null or item.ends_at > ${at})
                 and raise.kind = 'quota' and raise.meter_id = e.meter_id
                 and raise.quota_window = e.quota_window
                 and raise.quota_scope = e.quota_scope), 0), ${QUANTITY_MAX}) end`;

/** The same, or what an admin raised it to for a time, where that is more. */
export const raisedLimit = (sql: Query, at: ReturnType<typeof timeThere>) => sql`
  case when e.quota_limit is null then null else greatest(${planLimit(sql, at)},
    (select held.quota_limit from quota_overrides held
      where held.customer_id = s.customer_id and held.meter_id = e.meter_id
        and held.quota_window = e.quota_window and held.quota_scope = e.quota_scope
        and held.ended_at is null and (held.ends_at is null or held.ends_at > ${at}))) end`;

/** Features of the plan and of add-ons, each once, of the subscription `s`. `at`: a time there. */
export const featuresHeld = (sql: Query, at: ReturnType<typeof timeThere>) => sql`
  array(select distinct has.feature from entitlements has
         where has.kind = 'feature' and has.plan_version_id in (
               select s.plan_version_id
                union all
               select item.plan_version_id from subscription_items item
                where item.subscription_id = s.id and item.starts_at <= ${at}
                  and (item.ends_at is null or item.ends_at > ${at}))
         order by 1)`;
