import { z } from 'zod';
import { pageOf, pageQuery } from './page.ts';
import { id, time } from './field.ts';
import { meterShown } from './usage.ts';

/**
 * Single requests, as gateways tell of them beside the batches: best effort, bounded and sampled.
 * No figure is made of them; docs/adr/0031 says why they are apart.
 */

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().regex(/^[\w|.:-]{1,150}$/);
const ms = z.number().min(0).max(1e12);

export const LOGGED_MAX = 2_000;
export const SKIPPED_MAX = 5_000;
export const LOGGED_PATH_CHARS_MAX = 500;
const UNITS_MAX = 50;

/** A request as a gateway tells it. Whose it is: by its facts, else by what it showed. */
export const loggedRequest = z.strictObject({
  request_id: name,
  /** Core time of its arrival, ms. */
  at: count,
  customer: name.nullable(),
  key: name.nullable(),
  /** SHA-256 of the key of a request that was refused before anybody asked whose it is. */
  key_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Of a key that is mistyped: the customer that it refers to. A claim, and no proof. */
  key_ref: z
    .string()
    .regex(/^[0-9A-Za-z]{10}$/)
    .nullable(),
  route: name.nullable(),
  method: z.string().min(1).max(40),
  /** Without the query, which may hold anything. */
  path: z.string().max(LOGGED_PATH_CHARS_MAX),
  /** Null: the client left before there was one. */
  status: z.number().int().min(100).max(999).nullable(),
  /** Why it was not admitted; null where it was. */
  reason: name.nullable(),
  duration_ms: ms,
  /** Until it was admitted, and from then until the upstream's answer began. */
  decided_ms: ms.nullable(),
  upstream_ms: ms.nullable(),
  request_bytes: count,
  response_bytes: count,
  billable: z.boolean(),
  units: z.array(z.tuple([name, count])).max(UNITS_MAX),
});
export type LoggedRequest = z.infer<typeof loggedRequest>;

/** `skipped`: requests of a customer that this gateway noted nothing of, since its last message. */
export const requestLogMessage = z.strictObject({
  requests: z.array(loggedRequest).max(LOGGED_MAX),
  skipped: z.array(z.tuple([name, count])).max(SKIPPED_MAX),
});
export type RequestLogMessage = z.infer<typeof requestLogMessage>;

/** A request as its customer sees it. */
export const requestRecord = z
  .object({
    /** The number in the log: the higher the later it came in. */
    number: z.string(),
    request_id: z.string(),
    at: time(),
    method: z.string(),
    path: z.string(),
    status: z.number().int().nullable(),
    /** Why it was refused; null where it was admitted. */
    reason: z.string().nullable(),
    /** Null where no key of the customer was in it, or one that was mistyped. */
    key: z.object({ id: z.string(), name: z.string(), last4: z.string() }).nullable(),
    route: z.object({ id: z.string(), name: z.string() }).nullable(),
    duration_ms: z.number(),
    /** From its arrival until it was admitted; null where it was not. */
    decided_ms: z.number().nullable(),
    /** From then until the upstream’s answer began; null where there was none. */
    upstream_ms: z.number().nullable(),
    request_bytes: z.number().int(),
    response_bytes: z.number().int(),
    /** As the gateway counted it; the ledger has the last word. */
    billable: z.boolean(),
    units: z.array(z.object({ meter: meterShown, quantity: z.string() })),
  })
  .meta({ id: 'RequestRecord' });
export type RequestRecord = z.infer<typeof requestRecord>;

export const REQUEST_ENDS = ['ok', 'client_error', 'server_error', 'refused'] as const;
export type RequestEnd = (typeof REQUEST_ENDS)[number];

export const requestsQuery = pageQuery.extend({
  end: z.enum(REQUEST_ENDS).optional(),
  key_id: id('key').optional(),
  route_id: id('rte').optional(),
  request_id: id('req').optional(),
});
export type RequestsQuery = z.output<typeof requestsQuery>;

/** How complete the log is. */
const kept = {
  /** How long a request is in the log. */
  retention_hours: z.number().int(),
  /** Requests of that time that gateways noted nothing of. */
  skipped: z.number().int(),
};

export const requestLog = pageOf(requestRecord).extend(kept).meta({ id: 'RequestLog' });
export type RequestLog = z.infer<typeof requestLog>;

/** One event of the live tail: the newest requests, newest first. */
export const requestsLive = z
  .object({ as_of: time(), ...kept, requests: z.array(requestRecord) })
  .meta({ id: 'RequestsLive' });
export type RequestsLive = z.infer<typeof requestsLive>;
