import { unscaled } from '../catalog/quantity.ts';
import { windowOf, zoneOf } from '../subscriptions/calendar.ts';
import type { Held, HeldQuota } from '../subscriptions/store.ts';
import type { QuotaState } from '../contract/usage.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { keyTotals, meterTotals, metersNamed, type MeterRow } from '../usage/reading.ts';

/** Requests are what every route counts unless it says otherwise. */
export const REQUESTS_METER = { id: 'mtr_requests', scale: 0 } as const;
/** Of a quota that each key has for itself, the keys that used most of it. */
export const KEYS_SHOWN_MAX = 10;

type QuotaAsk = { held: Held | undefined; now: number };
type Use = { key: QuotaState['key']; used: string };

async function usesOf(
  sql: Query,
  customerId: string,
  of: { scope: QuotaState['scope']; from: number; to: number; meterId: string },
): Promise<Use[]> {
  if (of.scope === 'customer') {
    const { billable_quantity: used } = await meterTotals(sql, customerId, of);
    return [{ key: null, used }];
  }
  const rows = await keyTotals(sql, customerId, { ...of, keys: KEYS_SHOWN_MAX });
  return rows.map(({ used, ...key }) => ({ key, used }));
}

async function stateOf(
  sql: Query,
  customerId: string,
  { quota, meter, held, now }: { quota: HeldQuota; meter: MeterRow; held: Held; now: number },
): Promise<QuotaState[]> {
  const { window, scope, enforcement, limit } = quota;
  const { startsAt, endsAt } = windowOf(held.calendar, window, now);
  const range = { from: startsAt / MINUTE_MS, to: endsAt / MINUTE_MS };
  const uses = await usesOf(sql, customerId, { scope, ...range, meterId: meter.id });
  const { id, slug, name, unit } = meter;
  return uses.map(({ key, used }) => ({
    meter: { id, slug, name, unit },
    window,
    scope,
    key,
    enforcement,
    limit: limit === null ? null : unscaled(BigInt(limit), meter.scale),
    used: unscaled(BigInt(used), meter.scale),
    zone: zoneOf(held.calendar, window),
    start: new Date(startsAt).toISOString(),
    resets_at: new Date(endsAt).toISOString(),
  }));
}

/**
 * How much of each quota a customer has used in the window that holds `now` (ms): the billable
 * quantity of the rollups, so that it never runs ahead of what the ledger can show.
 */
export async function quotaStates(
  sql: Query,
  customerId: string,
  { held, now }: QuotaAsk,
): Promise<QuotaState[]> {
  if (!held) return [];
  const meters = await metersNamed(sql, { ids: held.quotas.map((quota) => quota.meter_id) });
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const states = held.quotas.map(async (quota) => {
    const meter = byId.get(quota.meter_id);
    return meter ? stateOf(sql, customerId, { quota, meter, held, now }) : [];
  });
  return (await Promise.all(states)).flat();
}
