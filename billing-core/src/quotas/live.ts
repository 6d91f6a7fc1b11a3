import { unscaled } from '../catalog/quantity.ts';
import { windowBounds } from '../contract/quota-window.ts';
import type { UsageLive } from '../contract/usage.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Kit } from '../kit/http.ts';
import { entitlementsOf } from '../subscriptions/store.ts';
import { minuteText } from '../usage/range.ts';
import { liveMinutes, meterTotals, newestRoll } from '../usage/reading.ts';
import { liveRange, watchUsage, type Watch } from '../usage/watch.ts';
import { quotaStates } from './state.ts';

/** Requests are what every route counts unless it says otherwise. */
export const REQUESTS_METER = { id: 'mtr_requests', scale: 0 } as const;

/**
 * A customer's live view at `now` (ms): one snapshot, so that its figures are those of exactly
 * the rolls up to `roll`. Errors are all that did not go well, 4xx and clients that left included.
 */
export async function usageLive(
  sql: Kit['sql'],
  customerId: string,
  now: number,
): Promise<UsageLive> {
  const { startsAt, endsAt } = windowBounds('day', now);
  const day = { from: startsAt / MINUTE_MS, to: endsAt / MINUTE_MS, meterId: REQUESTS_METER.id };
  const minutes = { ...liveRange(now), meterId: REQUESTS_METER.id };
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const roll = await newestRoll(tx);
    const today = await meterTotals(tx, customerId, day);
    const rows = await liveMinutes(tx, customerId, minutes);
    const { quotas } = await entitlementsOf(tx, customerId, now);
    return {
      as_of: new Date(now).toISOString(),
      roll,
      today: {
        requests: Number(today.requests),
        billable_quantity: unscaled(BigInt(today.billable_quantity), REQUESTS_METER.scale),
      },
      minutes: rows.map(({ minute, requests, ok, refused }) => ({
        start: minuteText(minute), requests, ok, errors: requests - ok, refused,
      })),
      quotas: await quotaStates(tx, customerId, { quotas, now }),
    };
  });
}

/** The live views of this process. Whoever starts it stops it, before the server is closed. */
export const watchLiveUsage = (kit: Kit): Watch<UsageLive> =>
  watchUsage({ ...kit, read: (customerId) => usageLive(kit.sql, customerId, kit.clock()) });
