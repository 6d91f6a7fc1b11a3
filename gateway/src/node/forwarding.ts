import { type Forwarding, lessOne } from '../core/headers.ts';
import { readsBodies } from '../core/reading.ts';
import type { ErrandOf } from './errand.ts';
import { READABLE_CODINGS } from './tap.ts';

/**
 * What the upstream is told of a request beside the client's fields; `traceparent`: of the try that
 * is made, where it is recorded.
 */
export function forwardingOf(
  { exchange, plan: { head, route }, hold }: ErrandOf,
  traceparent: string | undefined,
): Forwarding {
  return {
    requestId: exchange.requestId,
    hostField: head.hostField,
    peer: exchange.peer,
    peerTrusted: exchange.peerTrusted,
    // TLS ends before this port, if anywhere; a trusted proxy says so itself.
    scheme: 'http',
    httpVersion: exchange.httpVersion,
    trailers: head.trailers,
    contentLength: head.contentLength,
    maxForwards: exchange.method === 'OPTIONS' ? lessOne(head.maxForwards) : undefined,
    customerId: hold?.fact.customer.id,
    keyId: hold?.fact.key_id,
    keyPlaces: route.keyPlaces,
    codings: readsBodies(route.wanted) ? READABLE_CODINGS : undefined,
    edit: route.toUpstream,
    traceparent,
    mintTrace: exchange.host.mint.trace,
  };
}
