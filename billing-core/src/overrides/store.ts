import type { QuotaScope, WindowKind } from '../contract/facts.ts';
import type { PageQuery } from '../contract/page.ts';
import type { OVERRIDE_STATES, QuotaOverride } from '../contract/quota-override.ts';
import { unscaled } from '../catalog/quantity.ts';
import { inRound, timeThere, type Round } from '../customers/clock.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import { planLimit } from '../subscriptions/item-store.ts';

/** One quota of one customer. */
export type Of = {
  customer_id: string;
  meter_id: string;
  quota_window: WindowKind;
  quota_scope: QuotaScope;
};

export type NewOverride = Of & {
  id: string;
  /** Scaled units, as everywhere here. */
  quota_limit: bigint;
  reason: string;
  request_id: string | null;
  starts_at: Date;
  ends_at: Date | null;
};

export type OverrideRow = NewOverride & {
  ended_at: Date | null;
  customer_name: string;
  meter: QuotaOverride['meter'] & { scale: number };
  plan_limit: bigint | null;
  /** It holds: nobody ended it, and its time is not over. */
  active: boolean;
};

type Listed = PageQuery & {
  customer_id?: string | undefined;
  state?: (typeof OVERRIDE_STATES)[number] | undefined;
};

const isActive = (sql: Query, now: number) => sql`
  (o.ended_at is null and (o.ends_at is null or o.ends_at > ${timeThere(sql, now)}))`;

/** `now`: core time; what a customer with a clock of its own has is as of its time. */
const overrides = (sql: Query, now: number) => sql`
  select o.id, o.customer_id, o.meter_id, o.quota_window, o.quota_scope, o.quota_limit, o.reason,
         o.request_id, o.starts_at, o.ends_at, o.ended_at, customers.name as customer_name,
         json_build_object('id', meters.id, 'slug', meters.slug, 'name', meters.name,
                           'unit', meters.unit, 'scale', meters.scale) as meter,
         (${planLimit(sql, timeThere(sql, now))})::bigint as plan_limit,
         ${isActive(sql, now)} as active
    from quota_overrides o
    join customers on customers.id = o.customer_id
    join meters on meters.id = o.meter_id
    left join subscriptions s on s.customer_id = o.customer_id and s.grants
    left join entitlements e on e.plan_version_id = s.plan_version_id and e.kind = 'quota'
         and e.meter_id = o.meter_id and e.quota_window = o.quota_window
         and e.quota_scope = o.quota_scope`;

/** Overrides by page, newest first, one row more than asked; as of `now` (core time, ms). */
export async function listOverrides(sql: Query, ask: Listed, now: number): Promise<OverrideRow[]> {
  const after = afterCursor(ask, 'qov');
  const { customer_id: customerId, state } = ask;
  const active = isActive(sql, now);
  const inState = state === 'active' ? active : sql`not ${active}`;
  return sql<OverrideRow[]>`
    ${overrides(sql, now)}
     where ${after === null ? sql`true` : sql`o.id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`o.customer_id = ${customerId}`}
       and ${state === undefined ? sql`true` : inState}
     order by o.id desc limit ${ask.limit + 1}`;
}

export async function overrideById(
  sql: Query,
  id: string,
  now: number,
): Promise<OverrideRow | undefined> {
  const [row] = await sql<OverrideRow[]>`${overrides(sql, now)} where o.id = ${id}`;
  return row;
}

/** What the customer's plan and add-ons limit a quota to; of a time there. */
export type Held = { limit: bigint | null; scale: number };

/** Undefined where it has no such quota. */
export async function heldQuota(sql: Query, of: Of, at: Date): Promise<Held | undefined> {
  const [row] = await sql<Held[]>`
    select (${planLimit(sql, sql`${at}::timestamptz`)})::bigint as limit, meters.scale
      from subscriptions s
      join entitlements e on e.plan_version_id = s.plan_version_id and e.kind = 'quota'
      join meters on meters.id = e.meter_id
     where s.customer_id = ${of.customer_id} and s.grants and e.meter_id = ${of.meter_id}
       and e.quota_window = ${of.quota_window} and e.quota_scope = ${of.quota_scope}`;
  return row;
}

/** Ends one that did not end before; false where it did. */
export async function endOverride(tx: Tx, id: string, at: Date): Promise<boolean> {
  const rows = await tx`
    update quota_overrides set ended_at = greatest(${at}, starts_at)
     where id = ${id} and ended_at is null returning id`;
  return rows.length === 1;
}

export type Current = Pick<NewOverride, 'id' | 'quota_limit' | 'ends_at'>;

/** The one of this quota that did not end, locked. */
export async function currentOverride(tx: Tx, of: Of): Promise<Current | undefined> {
  const [row] = await tx<Current[]>`
    select id, quota_limit, ends_at from quota_overrides
     where customer_id = ${of.customer_id} and meter_id = ${of.meter_id}
       and quota_window = ${of.quota_window} and quota_scope = ${of.quota_scope}
       and ended_at is null for update`;
  return row;
}

export async function insertOverride(tx: Tx, row: NewOverride): Promise<void> {
  await unique(
    { quota_overrides_active: 'The quota was raised by somebody else meanwhile' },
    tx`insert into quota_overrides ${tx(row)}`,
  );
}

const DUE_MAX = 100;

/** Those whose time is over, and nobody was told: the longest first. */
export async function dueOverrides(sql: Query, round: Round): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from quota_overrides
     where ended_at is null and ends_at <= ${new Date(round.now)} and ${inRound(sql, round)}
     order by ends_at limit ${DUE_MAX}`;
  return rows.map(({ id }) => id);
}

/** The override as admins see it. */
export function shownOverride(row: OverrideRow): QuotaOverride {
  const { scale, ...meter } = row.meter;
  const over = row.ended_at ?? (row.active ? null : row.ends_at);
  return {
    id: row.id,
    customer: { id: row.customer_id, name: row.customer_name },
    meter,
    window: row.quota_window,
    scope: row.quota_scope,
    limit: unscaled(row.quota_limit, scale),
    plan_limit: row.plan_limit === null ? null : unscaled(row.plan_limit, scale),
    reason: row.reason,
    request_id: row.request_id,
    state: row.active ? 'active' : 'ended',
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    ended_at: over?.toISOString() ?? null,
  };
}
