import type { QuotaScope, WindowKind } from '../contract/facts.ts';
import type { QuotaWindow } from '../contract/quota-window.ts';
import type { WindowSpend } from '../contract/usage-batch.ts';
import { timeThere } from '../customers/clock.ts';
import { zonesColumn, type BillingZones } from '../customers/store.ts';
import type { Query, Tx } from '../kit/database.ts';
import { ZONE_MEMORY_MS } from '../subscriptions/calendar.ts';
import { raisedLimit } from '../subscriptions/item-store.ts';
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
  /** How long ago, ms, core last heard from one of the boots that hold `elsewhere`; null: none. */
  holdersSilentMs: number | null;
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
  const made = await tx<{ id: string }[]>`
    insert into quota_windows (id, customer_id, key_id, meter_id, kind, starts_at, ends_at)
    select * from unnest(
      ${sorted.map((w) => w.id)}::text[], ${sorted.map((w) => w.customerId)}::text[],
      ${sorted.map((w) => w.keyId)}::text[], ${sorted.map((w) => w.meterId)}::text[],
      ${sorted.map((w) => w.kind)}::text[],
      ${sorted.map((w) => w.startsAt)}::bigint[], ${sorted.map((w) => w.endsAt)}::bigint[])
    on conflict (id) do nothing returning id`;
  if (made.length > 0)
    await adoptSettled(
      tx,
      made.map(({ id }) => id),
    );
  await tx`select 1 from quota_windows
    where id = any(${[...sorted.map((w) => w.id), ...others]}) order by id for update`;
}

/**
 * What was spent of new windows already counts as lent: an earlier state of the database had not
 * heard of them, and the usage came again. Mostly there is none.
 */
async function adoptSettled(tx: Tx, ids: string[]): Promise<void> {
  await tx`
    with adopted as (
      insert into leases (window_id, gateway_id, boot_id, granted)
      select window_id, gateway_id, boot_id, settled from lease_settlements
       where window_id = any(${ids}) and settled > 0
      on conflict do nothing returning window_id, granted)
    update quota_windows w set lent = a.lent
      from (select window_id, sum(granted) as lent from adopted group by 1) a
     where w.id = a.window_id`;
}

/** The books of locked windows, with this boot's lease and the number of boots that hold units. */
export async function readBooks(tx: Tx, ids: string[], key: BootKey): Promise<WindowBook[]> {
  return tx<WindowBook[]>`
    select w.id as window, w.lent::float8 as lent,
      coalesce((select sum(s.unleased + s.overdrawn - s.repeated) from lease_settlements s
                 where s.window_id = w.id), 0)::float8 as outside,
      coalesce(l.granted, 0)::float8 as granted, coalesce(l.returned, 0)::float8 as returned,
      coalesce(l.generation, 0)::float8 as generation, coalesce(l.base, 0)::float8 as base,
      coalesce(l.base_returned, 0)::float8 as "baseReturned",
      w.recalled_at::float8 as "recalledAt", others.unspent::float8 as elsewhere,
      others.silent_ms as "holdersSilentMs", others.tills + 1 as tills
      from quota_windows w
      cross join lateral (
        select coalesce(sum(o.granted - o.returned - coalesce(s.settled, 0)), 0) as unspent,
               count(*)::int as tills,
               min(extract(epoch from clock_timestamp() - b.last_seen_at))::float8 * 1000
                 as silent_ms
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

/**
 * What is beside the leases stands still here, far beyond every limit: no sum of it fails, and a
 * batch is not refused for what an upstream said. What is settled cannot pass what was lent.
 */
const OUTSIDE_MAX = 1_000_000_000_000_000_000n;

/** Adds what a batch spent to the boot's settled totals; the batch itself commits only once. */
export async function addSettlements(tx: Tx, key: BootKey, spent: WindowSpend[]): Promise<void> {
  if (spent.length === 0) return;
  await tx`
    insert into lease_settlements as kept
      (window_id, gateway_id, boot_id, settled, unleased, overdrawn, repeated)
    select s.window_id, ${key.gateway}, ${key.boot}, sum(s.settled),
           least(sum(s.unleased), ${OUTSIDE_MAX}::numeric),
           least(sum(s.overdrawn), ${OUTSIDE_MAX}::numeric),
           least(sum(s.repeated), ${OUTSIDE_MAX}::numeric)
      from unnest(${spent.map((s) => s.window)}::text[], ${spent.map((s) => s.settled)}::bigint[],
                  ${spent.map((s) => s.unleased)}::bigint[],
                  ${spent.map((s) => s.overdrawn)}::bigint[],
                  ${spent.map((s) => s.repeated ?? 0)}::bigint[])
           as s (window_id, settled, unleased, overdrawn, repeated)
     group by s.window_id
    on conflict (window_id, gateway_id, boot_id) do update
      set settled = kept.settled + excluded.settled,
          unleased = least(kept.unleased + excluded.unleased, ${OUTSIDE_MAX}::bigint),
          overdrawn = least(kept.overdrawn + excluded.overdrawn, ${OUTSIDE_MAX}::bigint),
          repeated = least(kept.repeated + excluded.repeated, ${OUTSIDE_MAX}::bigint)`;
}

/** What a boot's totals lack to G - R = S: below zero it holds units that it did not spend. */
const unsettled = (tx: Tx, key: BootKey, { giveBack, forgotten }: Settling) => tx`
  select * from (
    select window_id, coalesce(l.granted, 0) as granted, coalesce(l.returned, 0) as returned,
           coalesce(s.settled, 0) - coalesce(l.granted, 0) + coalesce(l.returned, 0) as missing
      from (select * from leases
             where gateway_id = ${key.gateway} and boot_id = ${key.boot}) l
      full join (select * from lease_settlements
                  where gateway_id = ${key.gateway} and boot_id = ${key.boot}) s
           using (window_id)) held
   where (missing > 0 and ${forgotten}) or (missing < 0 and ${giveBack})`;

/** `forgotten`: the database went back since the boot began, and may not know all it was lent. */
export type Settling = { giveBack: boolean; forgotten: boolean };

/**
 * Settles the leases of a locked boot that is over: what it spent is what it was lent (G - R = S).
 * Unspent units come back with `giveBack`, and only then; what it spent beyond its leases counts as
 * lent where that may be forgotten. Names the windows that gained.
 */
export async function settleLeases(tx: Tx, key: BootKey, how: Settling): Promise<string[]> {
  await tx`select 1 from quota_windows
    where id in (select window_id from (${unsettled(tx, key, how)}) changed)
    order by id for update`;
  const rows = await tx<{ window_id: string; missing: bigint }[]>`
    with changed as (
      select u.* from (${unsettled(tx, key, how)}) u
        join quota_windows w on w.id = u.window_id),
    kept as (
      insert into leases (window_id, gateway_id, boot_id, granted, returned)
      select window_id, ${key.gateway}, ${key.boot}, granted + greatest(missing, 0),
             returned + greatest(-missing, 0) from changed
      on conflict (window_id, gateway_id, boot_id) do update
        set granted = excluded.granted, returned = excluded.returned)
    update quota_windows w set lent = w.lent + c.missing from changed c
     where w.id = c.window_id returning w.id as window_id, c.missing::bigint as missing`;
  return rows.flatMap((row) => (row.missing < 0n ? row.window_id : []));
}

type TermsRow = {
  customer: string;
  started_at: Date;
  time_zone: string;
  zones: BillingZones;
  clock_ms: bigint;
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
           ${zonesColumn(sql, now - ZONE_MEMORY_MS)} as zones, clock_ms, e.meter_id as "meterId",
           e.quota_window as kind, e.quota_scope as scope,
           (${raisedLimit(sql, timeThere(sql, now))})::float8 as limit
      from subscriptions s join customers on customers.id = s.customer_id
      join entitlements e using (plan_version_id)
     where s.customer_id = any(${customerIds}) and s.grants
       and e.kind = 'quota' and e.enforcement = 'hard'`;
  const owners = await ownersOf(sql, keyIds);
  const terms = new Map<string, Terms & { limits: Map<string, number> }>();
  for (const { customer, started_at, time_zone, zones, clock_ms, limit, ...limited } of rows) {
    const known = terms.get(customer);
    if (known) known.limits.set(limitKey(limited), limit);
    else {
      const anchor = { startedAt: started_at.getTime(), timeZone: time_zone };
      const keys = new Set(owners.flatMap(({ id, owner }) => (owner === customer ? id : [])));
      const limits = new Map([[limitKey(limited), limit]]);
      const calendar = { zones, anchor, aheadMs: Number(clock_ms) };
      terms.set(customer, { calendar, limits, keys });
    }
  }
  return terms;
}
