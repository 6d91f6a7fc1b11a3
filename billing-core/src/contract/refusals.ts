/**
 * Why a request was not admitted: [status, public text]. The order of this table is the order
 * in which a request meets them; a refused request never consumes quota.
 */
export const REFUSALS = {
  invalid_request: [400, 'The request is not one this gateway will forward'],
  head_too_large: [431, 'The request line and its header fields are over 16 KiB'],
  headers_too_many: [431, 'The request has too many header fields'],
  overloaded: [503, 'The gateway has more to do than it can'],
  connections_too_many: [429, 'The client has too many connections open'],
  loop_detected: [508, 'The request has passed this gateway too often already'],
  expectation_failed: [417, 'The gateway meets no expectation but 100-continue'],
  target_too_long: [414, 'The request target is over 8 KiB'],
  not_ready: [503, 'The gateway has no routes yet'],
  route_not_found: [404, 'No route matches this host and path'],
  method_not_allowed: [405, 'The route does not take this method'],
  forwards_used_up: [400, 'By its Max-Forwards field the request may not be forwarded'],
  route_unsupported: [501, 'The route needs what this gateway cannot do'],
  maintenance: [503, 'The route is down for maintenance'],
  address_refused: [403, 'The route does not take requests from this address'],
  origin_refused: [403, 'The route is not open to scripts of this origin'],
  key_missing: [401, 'Send an API key'],
  key_malformed: [401, 'The API key is mistyped: its checksum does not fit'],
  key_unknown: [401, 'The API key is not known'],
  key_unverifiable: [503, 'The API key cannot be verified just now'],
  key_revoked: [401, 'The API key was revoked'],
  key_disabled: [401, 'The API key is disabled'],
  key_expired: [401, 'The API key has expired'],
  key_address_refused: [403, 'The API key may not be used from this address'],
  key_route_refused: [403, 'The API key may not be used for this route'],
  customer_archived: [403, 'The customer is archived'],
  scope_missing: [403, 'The API key lacks a scope that the route requires'],
  // Also of one that is paused, or that debts have stopped.
  subscription_missing: [402, 'No subscription of the customer pays for requests just now'],
  feature_missing: [403, 'The plan of the customer lacks a feature that the route requires'],
  body_too_large: [413, 'The request body is over the limit of this route'],
  idempotency_key_invalid: [400, 'The Idempotency-Key is no text of 1 to 255 characters'],
  upstream_unavailable: [503, 'No upstream of the route can be asked just now'],
  rate_limited: [429, 'Too many requests: the rate limit is used up'],
  rate_unverifiable: [503, 'The rate limit cannot be verified just now'],
  quota_exceeded: [429, 'The quota is used up'],
  quota_unverifiable: [503, 'The quota cannot be verified just now'],
  spool_full: [503, 'The gateway cannot record usage just now'],
  stopping: [503, 'The gateway is stopping'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalReason = keyof typeof REFUSALS;
