import { z } from 'zod';
import { time } from './field.ts';
import { BREAKER_STATES, CHECK_STATES } from './gateway-report.ts';

const since = { since: time() };

/** How the upstreams of a route do, as each gateway sees it by itself. */
export const routeHealth = z
  .object({
    data: z.array(
      z.object({
        url: z.string(),
        gateway: z.string(),
        boot: z.string(),
        /** Null: the route has no circuit breaker, or this boot has not asked the upstream yet. */
        breaker: z.object({ state: z.enum(BREAKER_STATES), ...since }).nullable(),
        /** Null: the route has no health checks, or none has come to a result. */
        checks: z.object({ state: z.enum(CHECK_STATES), ...since }).nullable(),
        /** What it said then; a boot that is well says it every few seconds. */
        told_at: time(),
      }),
    ),
    /** Boots that were heard of lately and do not tell how upstreams do. */
    untold: z.number().int(),
  })
  .meta({ id: 'RouteHealth' });
export type RouteHealth = z.infer<typeof routeHealth>;
