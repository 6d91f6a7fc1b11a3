import type { MemberRole } from '../contract/customer.ts';
import type { PageQuery } from '../contract/page.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import type { CustomerAccess } from '../kit/http.ts';
import { afterCursor } from '../kit/page.ts';

export type CustomerRow = {
  id: string;
  key_ref: string;
  name: string;
  external_id: string | null;
  currency: string;
  billing_zone: string;
  key_scopes: string[];
  billing_address: string;
  tax_number: string;
  metadata: Record<string, string>;
  state: 'active' | 'archived';
  /** How far its own clock is ahead of the installation's; see clock.ts. */
  clock_ms: bigint;
  created_at: Date;
};

const columns = (sql: Query) => sql`
  id, key_ref, name, external_id, currency, billing_zone, key_scopes, billing_address, tax_number,
  metadata, state, clock_ms, created_at`;
const UNIQUES = { customers_external_id_key: 'A customer with this external_id exists already' };

export async function accessOf(
  sql: Query,
  customerId: string,
  userId: string,
): Promise<CustomerAccess | undefined> {
  const [row] = await sql<{ id: string; role: MemberRole }[]>`
    select customer_id as id, role from memberships
     where customer_id = ${customerId} and user_id = ${userId}`;
  return row;
}

/** A session in which a member looks at a customer for longer than one request. */
export type Opening = { sessionId: string; customerId: string };

/**
 * Those of these openings whose session stands at `now` (ms) and whose user is still a member, or
 * an admin whose view of that customer goes on.
 */
export async function openingsLeft(
  sql: Query,
  openings: readonly Opening[],
  now: number,
): Promise<Opening[]> {
  return sql<Opening[]>`
    select session_id as "sessionId", opened.customer_id as "customerId"
      from unnest(${openings.map((one) => one.sessionId)}::text[],
                  ${openings.map((one) => one.customerId)}::text[]) opened (session_id, customer_id)
      join sessions on sessions.id = session_id and expires_at > ${new Date(now)}
     where exists (select from memberships
                    where memberships.user_id = sessions.user_id
                      and memberships.customer_id = opened.customer_id)
        or exists (select from customer_views view join users on users.id = view.user_id
                    where view.session_id = sessions.id and users.role = 'admin'
                      and view.customer_id = opened.customer_id and view.ended_at is null
                      and view.ends_at > ${new Date(now)})`;
}

export type CustomersQuery = PageQuery & {
  q?: string | undefined;
  external_id?: string | undefined;
  state?: 'active' | 'archived' | undefined;
};

/** Customers, newest first; `q` is a part of the name or the external id, or the id. */
export async function listCustomers(sql: Query, query: CustomersQuery): Promise<CustomerRow[]> {
  const after = afterCursor(query, 'cus');
  const { q, external_id: externalId, state } = query;
  const part = `%${(q ?? '').replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const found = sql`(name ilike ${part} or external_id ilike ${part} or id = ${q ?? ''})`;
  return sql<CustomerRow[]>`
    select ${columns(sql)} from customers
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${q === undefined ? sql`true` : found}
       and ${externalId === undefined ? sql`true` : sql`external_id = ${externalId}`}
       and ${state === undefined ? sql`true` : sql`state = ${state}`}
     order by id desc limit ${query.limit + 1}`;
}

export async function customerById(sql: Query, id: string): Promise<CustomerRow | undefined> {
  const [row] = await sql<CustomerRow[]>`select ${columns(sql)} from customers where id = ${id}`;
  return row;
}

/** The customer, locked until the transaction ends: what is decided about it then stays true. */
export async function lockCustomer(tx: Tx, id: string): Promise<CustomerRow | undefined> {
  const [row] = await tx<CustomerRow[]>`
    select ${columns(tx)} from customers where id = ${id} for no key update`;
  return row;
}

export type CustomerToStore = Omit<CustomerRow, 'state' | 'clock_ms' | 'created_at'> & {
  createdAt: Date;
};

/** The stored customer, or undefined when the key reference is taken and another must be tried. */
export async function insertCustomer(
  tx: Tx,
  customer: CustomerToStore,
): Promise<CustomerRow | undefined> {
  const { id, key_ref, name, external_id, currency, billing_zone, key_scopes } = customer;
  const { billing_address, tax_number, metadata, createdAt } = customer;
  const [row] = await unique(
    UNIQUES,
    tx<CustomerRow[]>`
      insert into customers (id, key_ref, name, external_id, currency, billing_zone, key_scopes,
                             billing_address, tax_number, metadata, created_at, updated_at)
      values (${id}, ${key_ref}, ${name}, ${external_id}, ${currency}, ${billing_zone},
              ${key_scopes}, ${billing_address}, ${tax_number}, ${tx.json(metadata)},
              ${createdAt}, ${createdAt})
      on conflict (key_ref) do nothing
      returning ${columns(tx)}`,
  );
  return row;
}

export type CustomerChange = Partial<
  Omit<CustomerRow, 'id' | 'key_ref' | 'clock_ms' | 'created_at'>
>;

export async function updateCustomer(
  tx: Tx,
  id: string,
  change: CustomerChange,
): Promise<CustomerRow | undefined> {
  const { metadata, ...plain } = change;
  const values = { ...plain, ...(metadata && { metadata: tx.json(metadata) }) };
  const [row] = await unique(
    UNIQUES,
    tx<CustomerRow[]>`
      update customers set ${tx(values)}, updated_at = now()
       where id = ${id} returning ${columns(tx)}`,
  );
  return row;
}

/** Whether a subscription of it is live; that table is written by `subscriptions` alone. */
export async function hasLiveSubscription(sql: Query, customerId: string): Promise<boolean> {
  const [row] = await sql<{ live: boolean }[]>`
    select exists (select from subscriptions
                    where customer_id = ${customerId} and canceled_at is null) as live`;
  return row?.live ?? false;
}

/** Invoices that somebody is to pay still, and drafts of which nothing has been decided. */
export async function unsettledInvoices(
  sql: Query,
  customerId: string,
): Promise<{ open: number; drafts: number }> {
  const [row] = await sql<[{ open: number; drafts: number }]>`
    select count(*) filter (where state = 'open')::int as open,
           count(*) filter (where state = 'draft')::int as drafts
      from invoices where customer_id = ${customerId} and state in ('open', 'draft')`;
  return row;
}

/** What ties a customer to its currency; those tables are written by others. */
export type Bound = { subscription: boolean; invoices: boolean; coupons: boolean };

/**
 * What ties this customer to its currency. Whoever writes such a row locks the customer's before
 * it reads the currency: this waits for them, and they for the transaction. A subscription that is
 * over ties as well: usage of it may come at any time, and is rated at its prices.
 */
export async function boundBy(tx: Tx, customerId: string): Promise<Bound> {
  await tx`select from customers where id = ${customerId} for update`;
  const [row] = await tx<[Bound]>`
    select exists (select from subscriptions where customer_id = ${customerId}) as subscription,
           exists (select from invoices where customer_id = ${customerId}) as invoices,
           exists (select from customer_coupons join coupons on coupons.id = coupon_id
                    where customer_id = ${customerId} and ended_at is null
                      and currency is not null) as coupons`;
  return row;
}

/** Keeps the zone that the customer had until `now` (ms): windows in force then stay. */
export async function keepZone(
  tx: Tx,
  { id, billing_zone }: Pick<CustomerRow, 'id' | 'billing_zone'>,
  now: number,
): Promise<void> {
  // Another core's clock may be behind: the order of changes is that of their rows.
  await tx`
    insert into earlier_billing_zones (customer_id, until, zone)
    select ${id}, greatest(${new Date(now)}, max(until) + interval '1 ms'), ${billing_zone}
      from earlier_billing_zones where customer_id = ${id}`;
}

/** A customer's zone and those before it, oldest first, each with its end in ms. */
export type BillingZones = { current: string; earlier: { zone: string; until: number }[] };

/**
 * A column of BillingZones for a query on customers. Changes before `since` (ms) are left out:
 * what they cut short is over.
 */
export const zonesColumn = (sql: Query, since: number) => sql`
  json_build_object('current', customers.billing_zone, 'earlier', coalesce(
    (select json_agg(json_build_object('zone', zone,
                                       'until', floor(extract(epoch from until) * 1000)::float8)
                     order by until)
       from earlier_billing_zones
      where customer_id = customers.id and until > ${new Date(since)}), '[]'::json))`;

/** The zones of one customer, as `zonesColumn` has them. Throws when there is no such customer. */
export async function billingZones(
  sql: Query,
  customerId: string,
  since: number,
): Promise<BillingZones> {
  const [row] = await sql<[{ zones: BillingZones }?]>`
    select ${zonesColumn(sql, since)} as zones from customers where id = ${customerId}`;
  if (row === undefined) throw new Error(`no customer ${customerId}`);
  return row.zones;
}
