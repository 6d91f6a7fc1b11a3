import type { Query } from '../kit/database.ts';
import { MINUTE_MS } from '../kit/clock.ts';

/** A live boot that has not vouched for all requests admitted before some time. */
export type Laggard = { boot: string; watermark: number };

export type Completeness = {
  /** Every request admitted before it is in the totals, but for what laggards may still bring. */
  rolledUntil: number;
  /** Live boots by how far they have spoken, the furthest behind first. */
  laggards: Laggard[];
};

/**
 * How complete the totals are. What boots have vouched for is read first, then it is looked at
 * whether all that had come by then is rolled: in this order nothing is in between.
 * Undefined while something that had come is not rolled yet. Times in ms.
 */
export async function completeness(sql: Query): Promise<Completeness | undefined> {
  const [seen] = await sql<[{ at: Date; laggards: Laggard[] }]>`
    select clock_timestamp() as at,
           coalesce(json_agg(json_build_object('boot', gateway_id || '/' || boot_id,
                                               'watermark', watermark)
                             order by watermark), '[]') as laggards
      from boots where state = 'live'`;
  const [rest] = await sql<[{ unrolled: boolean; folded: number }]>`
    select exists (select from usage_batches
                    where roll_number is null and received_at <= ${seen.at}) as unrolled,
           (select minute::float8 from hour_folds) as folded`;
  if (rest.unrolled) return undefined;
  return { rolledUntil: rest.folded * MINUTE_MS, laggards: seen.laggards };
}
