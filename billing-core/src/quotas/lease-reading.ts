import type { Query } from '../kit/database.ts';
import type { PageQuery } from '../contract/page.ts';
import type { WindowKind } from '../contract/facts.ts';
import { WINDOW_ID, type QuotaWindow } from '../contract/quota-window.ts';
import { timeThere } from '../customers/clock.ts';
import { afterCursor } from '../kit/page.ts';
import { raisedLimit } from '../subscriptions/item-store.ts';
import { carriedUnits } from './carried.ts';

export type LeaseRow = {
  gateway: string;
  boot: string;
  boot_state: 'live' | 'sealed' | 'forfeited' | 'written_off';
  last_seen_at: string;
  granted: string;
  returned: string;
  settled: string;
};
export type WindowRow = {
  id: string;
  customer_id: string;
  customer_name: string;
  meter_id: string;
  key_id: string | null;
  scale: number;
  kind: WindowKind;
  starts_at: bigint;
  ends_at: bigint;
  quota_limit: bigint | null;
  lent: bigint;
  /** Spent without a lease, or carried in from a time without a hard limit. */
  outside: bigint;
  repeated: bigint;
  leases: LeaseRow[];
};

/** A customer's windows, those of which a boot holds units that it did not account for, or all. */
export type WhoseWindows = { customerId: string } | { gateway: string; boot: string } | 'all';
type Asked = PageQuery & { whose: WhoseWindows; meterId: string | undefined; now: number };

function inScope(sql: Query, whose: WhoseWindows) {
  if (whose === 'all') return sql`true`;
  if ('customerId' in whose) return sql`w.customer_id = ${whose.customerId}`;
  return sql`w.id in (
    select window_id from leases l left join lease_settlements s
     using (window_id, gateway_id, boot_id)
     where l.boot_id = ${whose.boot} and l.gateway_id = ${whose.gateway}
       and l.granted - l.returned > coalesce(s.settled, 0))`;
}

/** The windows that hold now, with who holds what of them; one more than asked. */
export async function openWindows(sql: Query, asked: Asked): Promise<WindowRow[]> {
  const after = afterCursor(asked, WINDOW_ID);
  const { meterId } = asked;
  const rows = await sql<WindowRow[]>`
    select w.id, w.customer_id, customers.name as customer_name, w.meter_id,
      w.key_id, m.scale, w.kind, w.starts_at, w.ends_at,
      w.lent, (${raisedLimit(sql, timeThere(sql, asked.now))})::bigint as quota_limit,
      least(coalesce((select sum(u.unleased + u.overdrawn) from lease_settlements u
                       where u.window_id = w.id), 0), 9e18)::bigint as outside,
      least(coalesce((select sum(u.repeated) from lease_settlements u
                       where u.window_id = w.id), 0), 9e18)::bigint as repeated,
      coalesce((select json_agg(json_build_object(
                  'gateway', l.gateway_id, 'boot', l.boot_id, 'boot_state', b.state,
                  'last_seen_at', b.last_seen_at, 'granted', l.granted::text,
                  'returned', l.returned::text, 'settled', coalesce(u.settled, 0)::text)
                order by l.granted - l.returned desc, l.boot_id)
         from leases l join boots b using (gateway_id, boot_id)
         left join lease_settlements u using (window_id, gateway_id, boot_id)
        where l.window_id = w.id), '[]') as leases
      from quota_windows w
      join meters m on m.id = w.meter_id
      join customers on customers.id = w.customer_id
      left join subscriptions s on s.customer_id = w.customer_id and s.grants
      left join entitlements e on e.plan_version_id = s.plan_version_id
           and e.meter_id = w.meter_id and e.quota_window = w.kind and e.enforcement = 'hard'
           and (e.quota_scope = 'key') = (w.key_id is not null)
     where ${inScope(sql, asked.whose)}
       and ${meterId === undefined ? sql`true` : sql`w.meter_id = ${meterId}`}
       -- The first of these two has an index; no clock is behind core's.
       and w.ends_at > ${asked.now} and w.ends_at > ${asked.now} + clock_ms
       and ${after === null ? sql`true` : sql`w.id < ${after}`}
     order by w.id desc limit ${asked.limit + 1}`;
  const carried = await carriedUnits(sql, rows.map(windowIn));
  return rows.map((row) => ({ ...row, outside: row.outside + BigInt(carried.get(row.id) ?? 0) }));
}

const windowIn = (row: WindowRow): QuotaWindow => ({
  id: row.id,
  customerId: row.customer_id,
  keyId: row.key_id,
  meterId: row.meter_id,
  kind: row.kind,
  startsAt: Number(row.starts_at),
  endsAt: Number(row.ends_at),
});
