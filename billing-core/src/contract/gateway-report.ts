import { z } from 'zod';

/**
 * POST /internal/v1/report: how a boot does, every few seconds, outside the promise: a report that
 * is lost is followed by the next one. Not strict: a core takes what newer gateways say besides.
 */

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().regex(/^[\w|.:-]{1,150}$/);

export const UPSTREAMS_TOLD_MAX = 1_000;

/** Half open: its time is over, and the next request tries whether the upstream is well again. */
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export const CHECK_STATES = ['passing', 'failing'] as const;

/** An age, so that no clock but one's own is believed. */
const forMs = { for_ms: count };

export const upstreamTold = z.object({
  route: name,
  url: z.string().min(1).max(2_048),
  /** Null: the route has none, so its requests say nothing. */
  breaker: z.object({ state: z.enum(BREAKER_STATES), ...forMs }).nullable(),
  /** Null: the route has none, or none has come to a result. */
  checks: z.object({ state: z.enum(CHECK_STATES), ...forMs }).nullable(),
});
export type UpstreamTold = z.infer<typeof upstreamTold>;

export const spoolTold = z.object({
  /** Of usage on disk that core does not have, and past how many nothing more fits. */
  bytes: count,
  bytes_max: count,
  /** Of this boot, that core has not acknowledged; and the age of the oldest. */
  records: count,
  oldest_ms: count,
});
export type SpoolTold = z.infer<typeof spoolTold>;

export const gatewayReport = z.object({
  gateway: name,
  boot: name,
  spool: spoolTold.nullable(),
  /** Those whose route has a circuit breaker or checks, and that were asked. */
  upstreams: z.array(upstreamTold).max(UPSTREAMS_TOLD_MAX),
});
export type GatewayReport = z.infer<typeof gatewayReport>;
