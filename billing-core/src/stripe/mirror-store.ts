import type { Price } from '../contract/price.ts';
import { pricesOf } from '../catalog/price-store.ts';
import type { JSONValue } from 'postgres';
import type { Query } from '../kit/database.ts';

export type Told = Readonly<Record<string, string | boolean>>;
export type Mirrored = { id: string; stripe_id: string; told: Told };

/** A plan that was published, with what is to be seen of it at Stripe. */
export type PlanToMirror = {
  id: string;
  name: string;
  description: string;
  /** Whether any version of it is sold. */
  active: boolean;
};

/** Plans with a version for all customers that was published, the oldest first. */
export async function plansToMirror(sql: Query): Promise<PlanToMirror[]> {
  return sql<PlanToMirror[]>`
    select plans.id, name, description, bool_or(state = 'published') as active
      from plans join plan_versions on plan_id = plans.id
     where state <> 'draft' and for_customer is null
     group by plans.id order by plans.id`;
}

export type VersionToMirror = {
  id: string;
  plan_id: string;
  number: number;
  currency: string;
  interval_months: number;
  active: boolean;
  prices: Price[];
};

/** Their versions, in the order in which they were made. */
export async function versionsToMirror(sql: Query): Promise<VersionToMirror[]> {
  return sql<VersionToMirror[]>`
    select id, plan_id, number, currency, interval_months, state = 'published' as active,
           (${pricesOf(sql)}) as prices
      from plan_versions where state <> 'draft' and for_customer is null order by plan_id, number`;
}

export async function mirroredNow(sql: Query): Promise<Map<string, Mirrored>> {
  const rows = await sql<Mirrored[]>`select id, stripe_id, told from stripe_catalog`;
  return new Map(rows.map((row) => [row.id, row]));
}

export async function saveMirrored(sql: Query, { id, stripe_id, told }: Mirrored): Promise<void> {
  await sql`
    insert into stripe_catalog (id, stripe_id, told)
    values (${id}, ${stripe_id}, ${sql.json(told as JSONValue)})
    on conflict (id) do update set told = excluded.told`;
}
