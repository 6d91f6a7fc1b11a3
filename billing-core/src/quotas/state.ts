import { unscaled } from '../catalog/quantity.ts';
import type { QuotaFact } from '../contract/facts.ts';
import { windowBounds } from '../contract/quota-window.ts';
import type { QuotaState } from '../contract/usage.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { meterTotals, metersNamed, type MeterRow } from '../usage/reading.ts';

/** Requests are what every route counts unless it says otherwise. */
export const REQUESTS_METER = { id: 'mtr_requests', scale: 0 } as const;

type QuotaAsk = { quotas: QuotaFact[]; now: number };

async function quotaState(
  sql: Query,
  customerId: string,
  { quota, meter, now }: { quota: QuotaFact; meter: MeterRow; now: number },
): Promise<QuotaState> {
  const { startsAt, endsAt } = windowBounds(quota.window, now);
  const totals = await meterTotals(sql, customerId, {
    from: startsAt / MINUTE_MS,
    to: endsAt / MINUTE_MS,
    meterId: meter.id,
  });
  const { id, slug, name, unit } = meter;
  return {
    meter: { id, slug, name, unit },
    window: quota.window,
    enforcement: quota.enforcement,
    limit: unscaled(BigInt(quota.limit), meter.scale),
    used: unscaled(BigInt(totals.billable_quantity), meter.scale),
    start: new Date(startsAt).toISOString(),
    resets_at: new Date(endsAt).toISOString(),
  };
}

/**
 * How much of each quota a customer has used in the window that holds `now` (ms): the billable
 * quantity of the rollups, so that it never runs ahead of what the ledger can show.
 */
export async function quotaStates(
  sql: Query,
  customerId: string,
  { quotas, now }: QuotaAsk,
): Promise<QuotaState[]> {
  const meters = await metersNamed(sql, { ids: quotas.map((quota) => quota.meter_id) });
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const states = quotas.map(async (quota) => {
    const meter = byId.get(quota.meter_id);
    return meter ? quotaState(sql, customerId, { quota, meter, now }) : undefined;
  });
  return (await Promise.all(states)).filter((state) => state !== undefined);
}
