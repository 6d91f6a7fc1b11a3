import type { World } from '../world/world.ts';

/**
 * What happens to a request instead of an answer.
 *
 * - `refuse`: the connection breaks, nothing was done.
 * - `lose_reply`: all was done and kept, the connection breaks.
 * - `hang`: nothing is done for `ms`, then the request goes on, whether its client is there or not.
 * - `hang_reply`: all is done, the answer comes after `ms`.
 * - `error`: 500 before anything was done; the 500 is kept under the key.
 * - `error_reply`: 500 although all was done; the 500 is kept under the key.
 * - `revoked`: 401, `forbidden`: 403: the key was revoked, or may not do that. Nothing is done.
 * - `rate_limit`: 429. `conflict`: 409 lock_timeout. `unavailable`: 503. Nothing is done or kept.
 */
export const FAULTS = [
  'refuse',
  'lose_reply',
  'hang',
  'hang_reply',
  'error',
  'error_reply',
  'revoked',
  'forbidden',
  'rate_limit',
  'conflict',
  'unavailable',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultRule {
  fault: Fault;
  /** Any, when not said. */
  method?: string | undefined;
  /** The route's pattern such as /v1/invoices/:id/pay, or a path; `*` at its end is any rest. */
  path?: string | undefined;
  /** How many requests that match are let through first. */
  after: number;
  /** How many are hit then; -1 is all. */
  times: number;
  /** How many of those are hit, from 0 to 1, by the seed. */
  probability: number;
  ms: number;
  /** How many matched and how many were hit. */
  matched: number;
  hit: number;
}

/** Rules beside the world: `reset` takes them away, too. */
export interface Faults {
  rules: FaultRule[];
}

/** Out: the rule that hits a request, counted. The first that matches decides. */
export function faultFor(
  world: World,
  { rules }: Faults,
  request: { method: string; path: string; pattern: string },
): FaultRule | undefined {
  for (const rule of rules) {
    if (!matches(rule, request)) continue;
    rule.matched += 1;
    if (rule.matched <= rule.after) continue;
    if (rule.times !== -1 && rule.hit >= rule.times) continue;
    if (rule.probability < 1 && world.chance.requests() >= rule.probability) continue;
    rule.hit += 1;
    return rule;
  }
  return undefined;
}

function matches(
  rule: FaultRule,
  { method, path, pattern }: { method: string; path: string; pattern: string },
): boolean {
  if (rule.method !== undefined && rule.method !== method) return false;
  if (rule.path === undefined) return true;
  if (rule.path.endsWith('*')) return path.startsWith(rule.path.slice(0, -1));
  return rule.path === path || rule.path === pattern;
}
