import { MINUTE_MS, type QuotaWindow } from '../contract/quota-window.ts';
import type { Query } from '../kit/database.ts';
import { billedUnits } from '../usage/billed.ts';

/**
 * Those of these windows in which the customer was, for a time, on a plan that did not limit them
 * hard: of such a time the books of leases know nothing.
 */
async function loosened(tx: Query, windows: QuotaWindow[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select w.id
      from unnest(${windows.map((w) => w.id)}::text[], ${windows.map((w) => w.customerId)}::text[],
                  ${windows.map((w) => w.meterId)}::text[], ${windows.map((w) => w.kind)}::text[],
                  ${windows.map((w) => (w.keyId === null ? 'customer' : 'key'))}::text[],
                  ${windows.map((w) => w.startsAt)}::bigint[])
           as w (id, customer_id, meter_id, kind, scope, starts_at)
     where exists (
       select from subscriptions s join subscription_phases phase on phase.subscription_id = s.id
        where s.customer_id = w.customer_id
          and coalesce((select min(later.starts_at) from subscription_phases later
                         where later.subscription_id = s.id and later.number > phase.number),
                       s.canceled_at, 'infinity') > to_timestamp(w.starts_at / 1000.0)
          and not exists (
            select from entitlements e
             where e.plan_version_id = phase.plan_version_id and e.kind = 'quota'
               and e.enforcement = 'hard' and e.meter_id = w.meter_id
               and e.quota_window = w.kind and e.quota_scope = w.scope))`;
  return new Set(rows.map(({ id }) => id));
}

/**
 * What was used of these windows beside the books of leases, by window, scaled: billed in the
 * ledger and spent by nobody. It is read anew with each ask, so usage of the time without a hard
 * limit counts as soon as it is recorded, however late. Windows that were hard throughout have
 * none, and cost one look at the customer's plans. Who lends by it has locked them.
 */
export async function carriedUnits(
  tx: Query,
  windows: QuotaWindow[],
): Promise<Map<string, number>> {
  const mixed = await loosened(tx, windows);
  const carried = new Map<string, number>();
  // One statement a window: its ledger and its settlements are of one snapshot.
  for (const { id, startsAt, endsAt, ...of } of windows) {
    if (!mixed.has(id)) continue;
    const range = { from: startsAt / MINUTE_MS, to: endsAt / MINUTE_MS };
    const [row] = await tx<[{ units: number }]>`
      select greatest(0, ${billedUnits(tx, { ...of, ...range })}
               - coalesce((select sum(settled + unleased + overdrawn - repeated)
                             from lease_settlements where window_id = ${id}), 0))::float8 as units`;
    carried.set(id, row.units);
  }
  return carried;
}
