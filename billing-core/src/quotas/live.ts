import { unscaled } from '../catalog/quantity.ts';
import { clockOf } from '../customers/clock.ts';
import { billingZones, openingsLeft } from '../customers/store.ts';
import type { UsageLive } from '../contract/usage.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Kit } from '../kit/http.ts';
import { dayOf, ZONE_MEMORY_MS } from '../subscriptions/calendar.ts';
import { heldBy } from '../subscriptions/store.ts';
import { minuteText, type MinuteRange } from '../usage/range.ts';
import { liveMinutes, meterTotals, newestRoll, type LiveMinute } from '../usage/reading.ts';
import { liveRange, watchUsage, type Watch } from '../usage/watch.ts';
import { quotaStates, REQUESTS_METER } from './state.ts';

/** All minutes of the range: a moving chart has to know them, used or not. */
function everyMinute({ from, to }: MinuteRange, rows: LiveMinute[]): UsageLive['minutes'] {
  const used = new Map(rows.map((row) => [row.minute, row]));
  return Array.from({ length: to - from }, (_, index) => {
    const { requests = 0, ok = 0, refused = 0 } = used.get(from + index) ?? {};
    return { start: minuteText(from + index), requests, ok, errors: requests - ok, refused };
  });
}

/**
 * A customer's live view at `now` (ms): one snapshot, so that its figures are those of exactly
 * the rolls up to `roll`. Errors are all that did not go well, 4xx and clients that left included.
 */
export async function usageLive(
  sql: Kit['sql'],
  customerId: string,
  now: number,
): Promise<UsageLive> {
  const minutes = { ...liveRange(now), meterId: REQUESTS_METER.id };
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const roll = await newestRoll(tx);
    const zones = await billingZones(tx, customerId, now - ZONE_MEMORY_MS);
    const { startsAt, endsAt } = dayOf(zones, now);
    const day = { from: startsAt / MINUTE_MS, to: endsAt / MINUTE_MS, meterId: REQUESTS_METER.id };
    const today = await meterTotals(tx, customerId, day);
    const rows = await liveMinutes(tx, customerId, minutes);
    const held = await heldBy(tx, customerId, now);
    return {
      as_of: new Date(now).toISOString(),
      roll,
      today: {
        start: new Date(startsAt).toISOString(),
        end: new Date(endsAt).toISOString(),
        requests: Number(today.requests),
        billable_quantity: unscaled(BigInt(today.billable_quantity), REQUESTS_METER.scale),
      },
      minutes: everyMinute(liveRange(now), rows),
      quotas: await quotaStates(tx, customerId, { held, now }),
    };
  });
}

type LiveKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

/** The live views of this process. Whoever starts it stops it, before the server is closed. */
export const watchLiveUsage = (kit: LiveKit): Watch<UsageLive> =>
  watchUsage({
    ...kit,
    read: async (customerId) =>
      usageLive(kit.sql, customerId, kit.clock() + (await clockOf(kit.sql, customerId))),
    left: (openings) => openingsLeft(kit.sql, openings, kit.clock()),
  });
