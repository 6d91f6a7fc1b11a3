import type { Query } from '../kit/database.ts';
import type { Item } from './items.ts';
import type { SubscriptionRow } from './model.ts';
import type { ChargeRow } from './row-store.ts';
import type { Phase } from './segments.ts';

/** What invoices need to know of many subscriptions at once. */
export type TimedRow = Pick<
  SubscriptionRow,
  'id' | 'customer_id' | 'time_zone' | 'started_at' | 'trial_ends_at' | 'canceled_at'
> & {
  created_at: Date;
  /** When something happens to it by itself; nothing after it is decided yet. */
  due_at: Date | null;
  phases: Phase[];
  /** Add-ons, those it had too. */
  items: Item[];
};

type StoredPhase = Omit<Phase, 'starts_at' | 'anchor_at'> & {
  starts_at: string;
  anchor_at: string;
};

type StoredItem = Omit<Item, 'starts_at' | 'ends_at'> & {
  starts_at: string;
  ends_at: string | null;
};
type Stored = { phases: StoredPhase[]; items: StoredItem[] };

/** These subscriptions with their phases, by id. */
export async function timedSubscriptions(sql: Query, ids: readonly string[]): Promise<TimedRow[]> {
  const rows = await sql<(Omit<TimedRow, 'phases' | 'items'> & Stored)[]>`
    select id, customer_id, time_zone, started_at, trial_ends_at, canceled_at, created_at, due_at,
           (select json_agg(json_build_object('plan_version_id', plan_version_id,
                      'starts_at', starts_at, 'paused', paused, 'anchor_at', phase.anchor_at,
                      'interval_months', interval_months) order by phase.number)
              from subscription_phases phase
              join plan_versions on plan_versions.id = phase.plan_version_id
             where subscription_id = subscriptions.id) as phases,
           (select coalesce(json_agg(json_build_object('id', item.id, 'plan_version_id',
                      plan_version_id, 'quantity', quantity, 'starts_at', item.starts_at,
                      'ends_at', item.ends_at) order by item.starts_at, item.id), '[]')
              from subscription_items item where subscription_id = subscriptions.id) as items
      from subscriptions where id = any(${[...ids]}) order by id`;
  return rows.map((row) => ({
    ...row,
    items: row.items.map((item) => ({
      ...item,
      starts_at: new Date(item.starts_at),
      ends_at: item.ends_at === null ? null : new Date(item.ends_at),
    })),
    phases: row.phases.map((phase) => ({
      ...phase,
      starts_at: new Date(phase.starts_at),
      anchor_at: new Date(phase.anchor_at),
    })),
  }));
}

/** The subscriptions of these customers, ended ones too. */
export async function subscriptionsOfAll(
  sql: Query,
  customerIds: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from subscriptions where customer_id = any(${[...customerIds]})`;
  return rows.map(({ id }) => id);
}

/** All subscriptions by id, a page behind this one. */
export async function subscriptionsAfter(
  sql: Query,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from subscriptions where id > ${after} order by id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** All charges of these subscriptions, billed or not, in the order in which they fell due. */
export async function chargesOfAll(sql: Query, ids: readonly string[]): Promise<ChargeRow[]> {
  return sql<ChargeRow[]>`
    select id, subscription_id, customer_id, plan_version_id, price_id, kind, cause, currency,
           amount::text, trim_scale(exact_amount)::text as exact_amount, description, starts_at,
           ends_at, due_at
      from subscription_charges where subscription_id = any(${[...ids]}) order by id`;
}
