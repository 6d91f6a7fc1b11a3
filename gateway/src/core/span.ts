import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type {
  AdmissionRequest,
  ForwardPlan,
  Hold,
  NextSpan,
  Settlement,
  Span,
  Spend,
} from '../ports.ts';
import { settleUnits } from './lease.ts';
import { messagesPaid } from './meter.ts';
import { leaseHeld, needsOf, type Till } from './till.ts';

// A long request is recorded in spans. Each but the first is an admission of its own (no token of
// the rate limit, no unit of a meter that counts requests), and what it records is what was used
// since the one before.

/** The span that follows for a request that has used this much in all. */
export const spanAfter = ({ span, once }: Hold, used: Settlement): Span => ({
  number: (span?.number ?? 0) + 1,
  requestBytes: used.requestBytes,
  responseBytes: used.responseBytes,
  requestMessages: used.requestMessages,
  responseMessages: used.responseMessages,
  durationMs: used.durationMs,
  once,
});

/**
 * Whether nothing passed in this span: then there is nothing to record of it, unless time itself
 * is counted.
 */
export const isIdle = ({ span, route }: Hold, settlement: Settlement): boolean =>
  span !== undefined &&
  span.requestBytes === settlement.requestBytes &&
  span.responseBytes === settlement.responseBytes &&
  span.requestMessages === settlement.requestMessages &&
  span.responseMessages === settlement.responseMessages &&
  !route.metering.some((rule) => rule.source === 'duration');

/**
 * Lets a request that was admitted go on before it is decided whether it may: nothing is set
 * aside, and what it uses is counted as it comes.
 */
export function carry(till: Till, request: AdmissionRequest, now: number): Hold {
  const { requestId, fact, route, span } = request;
  const spends = needsOf(till, request, now).needs.map(({ lease }): Spend => {
    lease.open += 1;
    const { meterId, id: windowId } = lease.window;
    return { meterId, windowId, units: 0, unleased: false, generation: lease.generation };
  });
  const once = span?.once;
  return { requestId, fact, route, admittedAt: now, spends, span, once, slot: -1 };
}

type Way = Pick<ForwardPlan, 'head' | 'route' | 'webSocket'>;

/** What the client may still send: a WebSocket in each span as much as another request's body. */
export function bytesAhead({ head, route, webSocket }: Way, next?: NextSpan): number {
  const max = route.fact.max_body_bytes;
  if (webSocket) return max;
  // A body of unknown length may become as large as the route allows.
  const bytes = head.contentLength ?? (head.hasBody ? max : 0);
  if (!next) return bytes;
  return next.uploaded ? 0 : Math.max(0, bytes - next.span.requestBytes);
}

/** What a client may have sent in all of a WebSocket: bytes of payload, and whole messages. */
export type Allowance = { readonly bytes: number; readonly messages: number };

const ANY = Number.MAX_SAFE_INTEGER;
/** Of a request for which nothing is set aside. */
export const UNLIMITED: Allowance = { bytes: ANY, messages: ANY };

/** What had passed of the client at some moment. */
export type Passed = Pick<Span, 'requestBytes' | 'requestMessages'>;

/** What the client of a WebSocket may send in one span: as much as is set aside for it. */
export function allowanceOf({ metering, max_body_bytes }: RouteFact): Allowance {
  const counted = metering.some(({ source }) => source === 'request_bytes');
  return {
    bytes: counted ? max_body_bytes : ANY,
    messages: Math.min(ANY, ...metering.map(messagesPaid)),
  };
}

/**
 * What it may have sent in all until the next span is admitted, where so much had passed when
 * this one was; undefined while that is not decided.
 */
export function allowedIn({ bytes, messages }: Allowance, granted: Passed | undefined): Allowance {
  const upTo = (before: number | undefined, each: number): number =>
    before === undefined && each < ANY ? 0 : Math.min(ANY, (before ?? 0) + each);
  return {
    bytes: upTo(granted?.requestBytes, bytes),
    messages: upTo(granted && (granted.requestMessages ?? 0), messages),
  };
}

/** Ends a hold of which nothing was used: what was set aside is free again. */
export function cancel(till: Till, hold: Hold): void {
  for (const { windowId, units, unleased, generation } of hold.spends) {
    const lease = leaseHeld(till, windowId, generation);
    if (!lease) continue;
    lease.open = Math.max(0, lease.open - 1);
    if (!unleased) settleUnits(lease, { reserved: units, actual: 0 });
  }
}
