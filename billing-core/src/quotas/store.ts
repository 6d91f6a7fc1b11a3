import type { QuotaScope, WindowKind } from '../contract/facts.ts';
import type { QuotaWindow } from '../contract/quota-window.ts';
import type { WindowSpend } from '../contract/usage-batch.ts';
import { zonesColumn, type BillingZones } from '../customers/store.ts';
import type { Query, Tx } from '../kit/database.ts';
import { ZONE_MEMORY_MS } from '../subscriptions/calendar.ts';
import { limitKey, type NamedWindow, type Terms } from './allowance.ts';

export type BootKey = { gateway: string; boot: string };

export type WindowBook = {
  window: string;
  lent: number;
  outside: number;
  granted: number;
  returned: number;
  generation: number;
  base: number;
  baseReturned: number;
  elsewhere: number;
  recalledAt: number;
  tills: number;
};

/**
 * Makes those of `windows` that are new and locks these and, if they are there, `others`; in one
 * order everywhere: by id.
 */
export async function lockWindows(
  tx: Tx,
  windows: QuotaWindow[],
  others: string[] = [],
): Promise<void> {
  const sorted = windows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await tx`
    insert into quota_windows (id, customer_id, key_id, meter_id, kind, starts_at, ends_at)
    select * from unnest(
      ${sorted.map((w) => w.id)}::text[], ${sorted.map((w) => w.customerId)}::text[],
      ${sorted.map((w) => w.keyId)}::text[], ${sorted.map((w) => w.meterId)}::text[],
      ${sorted.map((w) => w.kind)}::text[],
      ${sorted.map((w) => w.startsAt)}::bigint[], ${sorted.map((w) => w.endsAt)}::bigint[])
    on conflict (id) do nothing`;
  await tx`select 1 from quota_windows
    where id = any(${[...sorted.map((w) => w.id), ...others]}) order by id for update`;
}

/** The books of locked windows, with this boot's lease and the number of boots that hold units. */
export async function readBooks(tx: Tx, ids: string[], key: BootKey): Promise<WindowBook[]> {
  return tx<WindowBook[]>`
    select w.id as window, w.lent::float8 as lent,
      coalesce((select sum(s.unleased + s.overdrawn) from lease_settlements s
                 where s.window_id = w.id), 0)::float8 as outside,
      coalesce(l.granted, 0)::float8 as granted, coalesce(l.returned, 0)::float8 as returned,
      coalesce(l.generation, 0)::float8 as generation, coalesce(l.base, 0)::float8 as base,
      coalesce(l.base_returned, 0)::float8 as "baseReturned",
      w.recalled_at::float8 as "recalledAt", others.unspent::float8 as elsewhere,
      others.tills + 1 as tills
      from quota_windows w
      cross join lateral (
        select coalesce(sum(o.granted - o.returned - coalesce(s.settled, 0)), 0) as unspent,
               count(*)::int as tills
          from leases o join boots b using (gateway_id, boot_id)
          left join lease_settlements s using (window_id, gateway_id, boot_id)
         where o.window_id = w.id and b.state = 'live'
           and o.granted - o.returned > coalesce(s.settled, 0)
           and (o.gateway_id, o.boot_id) <> (${key.gateway}, ${key.boot})) others
      left join leases l on l.window_id = w.id
       and l.gateway_id = ${key.gateway} and l.boot_id = ${key.boot}
     where w.id = any(${ids})`;
}

export type LeaseChange = {
  window: string;
  granted: number;
  returned: number;
  lent: number;
  generation: number;
  base: number;
  baseReturned: number;
  recalledAt: number;
};

export async function saveLeases(tx: Tx, key: BootKey, changes: LeaseChange[]): Promise<void> {
  const ids = changes.map((change) => change.window);
  await tx`
    insert into leases
      (window_id, gateway_id, boot_id, granted, returned, generation, base, base_returned)
    select c.id, ${key.gateway}, ${key.boot}, c.granted, c.returned, c.generation, c.base,
           c.base_returned
      from unnest(${ids}::text[], ${changes.map((c) => c.granted)}::bigint[],
                  ${changes.map((c) => c.returned)}::bigint[],
                  ${changes.map((c) => c.generation)}::bigint[],
                  ${changes.map((c) => c.base)}::bigint[],
                  ${changes.map((c) => c.baseReturned)}::bigint[])
           as c (id, granted, returned, generation, base, base_returned)
    on conflict (window_id, gateway_id, boot_id) do update
      set granted = excluded.granted, returned = excluded.returned,
          generation = excluded.generation, base = excluded.base,
          base_returned = excluded.base_returned`;
  await tx`
    update quota_windows w set lent = c.lent, recalled_at = c.recalled_at
      from unnest(${ids}::text[], ${changes.map((c) => c.lent)}::bigint[],
                  ${changes.map((c) => c.recalledAt)}::bigint[]) as c (id, lent, recalled_at)
     where w.id = c.id`;
}

/** Adds what a batch spent to the boot's settled totals; the batch itself commits only once. */
export async function addSettlements(tx: Tx, key: BootKey, spent: WindowSpend[]): Promise<void> {
  if (spent.length === 0) return;
  await tx`
    insert into lease_settlements as kept
      (window_id, gateway_id, boot_id, settled, unleased, overdrawn)
    select s.window_id, ${key.gateway}, ${key.boot}, sum(s.settled), sum(s.unleased),
           sum(s.overdrawn)
      from unnest(${spent.map((s) => s.window)}::text[], ${spent.map((s) => s.settled)}::bigint[],
                  ${spent.map((s) => s.unleased)}::bigint[],
                  ${spent.map((s) => s.overdrawn)}::bigint[])
           as s (window_id, settled, unleased, overdrawn)
     group by s.window_id
    on conflict (window_id, gateway_id, boot_id) do update
      set settled = kept.settled + excluded.settled,
          unleased = kept.unleased + excluded.unleased,
          overdrawn = kept.overdrawn + excluded.overdrawn`;
}

/** Gives back every unspent unit of a boot (R = G - S) and names the windows that gained. */
export async function returnLeases(tx: Tx, key: BootKey): Promise<string[]> {
  await tx`select 1 from quota_windows where id in (
      select window_id from leases
       where gateway_id = ${key.gateway} and boot_id = ${key.boot} and granted > returned)
    order by id for update`;
  const rows = await tx<{ window_id: string }[]>`
    with unspent as (
      select l.window_id, l.granted - l.returned - coalesce(s.settled, 0) as units,
             l.granted - coalesce(s.settled, 0) as returned
        from leases l left join lease_settlements s using (window_id, gateway_id, boot_id)
       where l.gateway_id = ${key.gateway} and l.boot_id = ${key.boot}),
    given as (
      update leases l set returned = u.returned from unspent u
       where l.window_id = u.window_id and l.gateway_id = ${key.gateway}
         and l.boot_id = ${key.boot} and u.units > 0
      returning l.window_id, u.units)
    update quota_windows w set lent = w.lent - g.units from given g
     where w.id = g.window_id returning w.id as window_id`;
  return rows.map((row) => row.window_id);
}

type TermsRow = {
  customer: string;
  started_at: Date;
  time_zone: string;
  zones: BillingZones;
  meterId: string;
  kind: WindowKind;
  scope: QuotaScope;
  limit: number;
};

/** The keys among these and whose they are. */
async function ownersOf(sql: Query, keyIds: string[]): Promise<{ id: string; owner: string }[]> {
  if (keyIds.length === 0) return [];
  return sql<{ id: string; owner: string }[]>`
    select id, customer_id as owner from api_keys where id = any(${keyIds})`;
}

/** What the live subscriptions of these windows' customers allow, by customer. */
export async function termsOf(
  sql: Query,
  windows: readonly NamedWindow[],
  now: number,
): Promise<Map<string, Terms>> {
  const customerIds = [...new Set(windows.map(({ customerId }) => customerId))];
  const keyIds = [...new Set(windows.flatMap(({ keyId }) => keyId ?? []))];
  const rows = await sql<TermsRow[]>`
    select s.customer_id as customer, s.started_at, s.time_zone,
           ${zonesColumn(sql, now - ZONE_MEMORY_MS)} as zones, e.meter_id as "meterId",
           e.quota_window as kind, e.quota_scope as scope, e.quota_limit::float8 as limit
      from subscriptions s join customers on customers.id = s.customer_id
      join entitlements e using (plan_version_id)
     where s.customer_id = any(${customerIds}) and s.canceled_at is null
       and e.kind = 'quota' and e.enforcement = 'hard'`;
  const owners = await ownersOf(sql, keyIds);
  const terms = new Map<string, Terms & { limits: Map<string, number> }>();
  for (const { customer, started_at, time_zone, zones, limit, ...limited } of rows) {
    const known = terms.get(customer);
    if (known) known.limits.set(limitKey(limited), limit);
    else {
      const anchor = { startedAt: started_at.getTime(), timeZone: time_zone };
      const keys = new Set(owners.flatMap(({ id, owner }) => (owner === customer ? id : [])));
      const limits = new Map([[limitKey(limited), limit]]);
      terms.set(customer, { calendar: { zones, anchor }, limits, keys });
    }
  }
  return terms;
}
