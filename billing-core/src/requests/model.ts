import { unscaled } from '../catalog/quantity.ts';
import type { MeterRow } from '../catalog/store.ts';
import type { RequestRecord } from '../contract/request-log.ts';
import type { LoggedRow } from './store.ts';

/** The request as its customer sees it; a meter that is gone is left out with its units. */
export function shownRequest(
  { units, number, at, ...row }: LoggedRow,
  meters: ReadonlyMap<string, MeterRow>,
): RequestRecord {
  return {
    ...row,
    number: String(number),
    at: at.toISOString(),
    units: units.flatMap(([id, quantity]) => {
      const meter = meters.get(id);
      if (meter === undefined) return [];
      const { slug, name, unit, scale } = meter;
      return [{ meter: { id, slug, name, unit }, quantity: unscaled(BigInt(quantity), scale) }];
    }),
  };
}
