import { z } from 'zod';
import { METER_SOURCES, QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { time } from './field.ts';

/** Of each kind so many are listed, the newest first. */
export const METER_USES_MAX = 100;

/** A version of a plan that names the meter: a draft, or one that is published. */
const planLine = {
  plan_id: z.string(),
  plan_name: z.string(),
  plan_version_id: z.string(),
  number: z.number().int(),
  state: z.enum(['draft', 'published']),
  /** Whose own terms they are; null: everybody's. */
  customer_id: z.string().nullable(),
  /** Live subscriptions on it. */
  subscriptions: z.number().int(),
};

/** What counts on a meter, what it costs and limits, and what of it could not be read. */
export const meterUses = z
  .object({
    routes: z.array(
      z.object({
        route_id: z.string(),
        name: z.string(),
        state: z.enum(['active', 'disabled']),
        source: z.enum(METER_SOURCES),
      }),
    ),
    prices: z.array(z.object({ ...planLine, model: z.string() })),
    quotas: z.array(
      z.object({
        ...planLine,
        /** Null: unlimited. */
        limit: z.string().nullable(),
        window: z.enum(WINDOW_KINDS),
        scope: z.enum(QUOTA_SCOPES),
        enforcement: z.enum(['hard', 'soft', 'unlimited']),
      }),
    ),
    /** Values that upstreams did not say, or that could not be believed, since `since`. */
    faults: z.array(
      z.object({
        route_id: z.string(),
        route_name: z.string(),
        fault: z.string(),
        /** Billed requests. */
        requests: z.number().int(),
        customers: z.number().int(),
        first_hour: time(),
        last_hour: time(),
      }),
    ),
    since: time(),
  })
  .meta({ id: 'MeterUses' });
export type MeterUses = z.infer<typeof meterUses>;
