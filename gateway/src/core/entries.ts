import type { GatewayCount } from '@tollgate/billing-core/contract/usage-batch.ts';
import type { UsageRecord } from './record.ts';

/** Whether a sum of two is exact: what is not may not be in a batch, and core refuses it. */
export const fits = (sum: number, more: number): boolean => sum + more <= Number.MAX_SAFE_INTEGER;

export type Entry = {
  record: UsageRecord;
  meter: string;
  minute: number;
  requests: number;
  quantity: number;
};

/** An entry that others are merged into, and the running total that counts them. */
export type Merged = Entry & {
  count?: GatewayCount;
  /** `changes` of the totals when this one was found there. */
  countedAt: number;
};

const isLike = (record: UsageRecord, other: UsageRecord): boolean =>
  record.outcome === other.outcome &&
  record.routeVersion === other.routeVersion &&
  record.billable === other.billable &&
  record.customer === other.customer;

/**
 * Entries of one batch, found by key and route: two look-ups of texts that are there already, where
 * one text of all that makes an entry would have to be put together for each request.
 */
export class Entries {
  readonly all: Merged[] = [];
  readonly #places = new Map<string, Map<string, Merged[]>>();

  /** The entry that this much of a record is added to, or a new one, with nothing in it. */
  of(record: UsageRecord, of: { meter: string; minute: number; quantity: number }): Merged {
    const { meter, minute } = of;
    const place = this.#placeOf(record);
    // The newest one first: a sum beyond the safe integers would not be exact, and a full one
    // stays.
    for (let at = place.length - 1; at >= 0; at--) {
      const entry = place[at];
      if (entry?.minute !== minute || entry.meter !== meter) continue;
      if (!isLike(record, entry.record)) continue;
      if (fits(entry.quantity, of.quantity)) return entry;
      break;
    }
    const entry: Merged = { record, meter, minute, requests: 0, quantity: 0, countedAt: -1 };
    place.push(entry);
    this.all.push(entry);
    return entry;
  }

  #placeOf({ key, route }: UsageRecord): Merged[] {
    let byRoute = this.#places.get(key);
    if (!byRoute) this.#places.set(key, (byRoute = new Map()));
    let place = byRoute.get(route);
    if (!place) byRoute.set(route, (place = []));
    return place;
  }
}
