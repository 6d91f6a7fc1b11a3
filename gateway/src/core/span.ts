import type { Hold, Settlement, Span } from '../ports.ts';

// A long request is recorded in spans. Each but the first is an admission of its own (no token of
// the rate limit, no unit of a meter that counts requests), and what it records is what was used
// since the one before.

/** The span that follows for a request that has used this much in all. */
export const spanAfter = ({ span }: Hold, used: Settlement): Span => ({
  number: (span?.number ?? 0) + 1,
  requestBytes: used.requestBytes,
  responseBytes: used.responseBytes,
  durationMs: used.durationMs,
});

/**
 * Whether nothing passed in this span: then there is nothing to record of it, unless time itself
 * is counted.
 */
export const isIdle = ({ span, route }: Hold, settlement: Settlement): boolean =>
  span !== undefined &&
  span.requestBytes === settlement.requestBytes &&
  span.responseBytes === settlement.responseBytes &&
  !route.metering.some((rule) => rule.source === 'duration');
