import type { PlanVersion } from '../contract/plan.ts';
import type { Terms } from '../rating/model.ts';
import { shareOf } from '../rating/share.ts';
import type { Item } from './items.ts';
import { isLastOf, minuteAfter, type Segment, type Timed } from './segments.ts';

/** Units that add-ons put on top of those that a price of the plan includes. Pure. */

type Added = NonNullable<Terms['added']>[number];
type Asked = {
  meterId: string;
  /** Terms of an add-on's version, by its id. */
  versionOf(id: string): Pick<PlanVersion, 'proration' | 'entitlements'>;
};

/** What each one of an add-on adds to this meter for a whole period; undefined when nothing. */
function unitsOf({ entitlements }: Pick<PlanVersion, 'entitlements'>, meterId: string) {
  const line = entitlements.find(
    (one) => one.kind === 'included_units' && one.meter_id === meterId,
  );
  return line?.kind === 'included_units' ? line.units : undefined;
}

/**
 * What add-ons add to the units of a meter in this segment, each for the time that it was there:
 * as prices do, it counts from the next whole minute on. A change of an add-on cuts no segment, so
 * that no tier begins anew.
 */
export function addedUnits(
  timed: Timed & { items?: readonly Item[] },
  segment: Segment,
  { meterId, versionOf }: Asked,
): Added[] {
  const { items = [], time_zone: timeZone } = timed;
  return items.flatMap(({ plan_version_id, quantity, starts_at, ends_at }): Added[] => {
    const version = versionOf(plan_version_id);
    const units = unitsOf(version, meterId);
    const start = Math.max(segment.start, minuteAfter(starts_at.getTime()));
    const over = ends_at === null ? Infinity : minuteAfter(ends_at.getTime());
    const end = Math.min(segment.end, over);
    if (units === undefined || start >= end) return [];
    const { start: from, end: until } = segment.period;
    const share = shareOf(
      {
        start: BigInt(start),
        end: BigInt(end),
        isLast: end === segment.end && isLastOf(timed, segment),
      },
      { start: BigInt(from), end: BigInt(until) },
      { proration: version.proration, timeZone },
    );
    return [{ units, times: BigInt(quantity), share }];
  });
}
