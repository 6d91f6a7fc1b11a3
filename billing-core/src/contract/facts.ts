import { z } from 'zod';
import { accessFacts } from './route-access.ts';
import { upstreamFacts } from './route-upstream.ts';

/** What a gateway needs to know to decide without asking: routes, keys, and their limits. */

export const METER_SOURCES = [
  'request',
  'request_bytes',
  'response_bytes',
  'request_messages',
  'response_messages',
  'duration',
  'response_header',
  'response_json',
  'response_sse',
] as const;
export const OUTCOMES = [
  'ok',
  'redirect',
  'client_error',
  'server_error',
  'upstream_timeout',
  'upstream_error',
  'client_abort',
] as const;
export const ON_UNREACHABLE = ['admit', 'refuse'] as const;
export const WINDOW_KINDS = ['minute', 'hour', 'day', 'month', 'billing_period'] as const;
/** Who shares a quota: all keys of the customer, or each key has its own. */
export const QUOTA_SCOPES = ['customer', 'key'] as const;

/** How a request that was admitted ended. */
export type Outcome = (typeof OUTCOMES)[number];
export type WindowKind = (typeof WINDOW_KINDS)[number];
export type QuotaScope = (typeof QUOTA_SCOPES)[number];

const safeInteger = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const meteringFact = z.object({
  meter_id: z.string(),
  /** What clients know the meter by, and its decimal places. */
  meter_slug: z.string().optional(),
  meter_scale: safeInteger.optional(),
  source: z.enum(METER_SOURCES),
  /** Scaled units a request counts (source `request`), or those of one byte, ms or value. */
  units: safeInteger,
  /** Name of the response's header in lower case, or a JSON pointer into its body. */
  selector: z.string().optional(),
  /** Scaled units set aside until the response tells; without it nothing is. */
  max_cost: safeInteger.optional(),
  /** Scaled units charged when the upstream's value is missing or bad. */
  fallback: safeInteger.optional(),
  /** The largest value of the upstream that is believed. */
  max_value: safeInteger.optional(),
});
export type MeteringFact = z.infer<typeof meteringFact>;

/** A header field that a route writes or takes away; a secret's text stands in `value`. */
export const headerFact = z.object({
  op: z.enum(['set', 'add', 'remove']),
  name: z.string(),
  value: z.string().optional(),
});
export type HeaderFact = z.infer<typeof headerFact>;

/** What is left out is not set. */
export const routeFact = z.object({
  id: z.string(),
  version: z.number().int(),
  name: z.string(),
  host: z.string(),
  path_pattern: z.string(),
  methods: z.array(z.string()),
  upstream_url: z.string(),
  strip_prefix: z.string().nullable(),
  rewrite_path: z.string().optional(),
  request_headers: z.array(headerFact).optional(),
  response_headers: z.array(headerFact).optional(),
  /** Of requests with the same Idempotency-Key within 24 h one is billed. */
  billed_once: z.boolean().optional(),
  /** Clients are told what a request costs. */
  cost_headers: z.boolean().optional(),
  metering: z.array(meteringFact),
  /** Gateways of the version before read no other one, and so no snapshot that has it. */
  billable_outcomes: z.array(z.enum(OUTCOMES).exclude(['redirect'])),
  redirects_billable: z.boolean().optional(),
  timeout_ms: safeInteger,
  max_body_bytes: safeInteger,
  public: z.boolean(),
  ...upstreamFacts,
  ...accessFacts,
});
export type RouteFact = z.infer<typeof routeFact>;

/** GET /internal/v1/routes: every active route, as of change `last`. */
export const routesSnapshot = z.object({ last: z.string(), routes: z.array(routeFact) });
export type RoutesSnapshot = z.infer<typeof routesSnapshot>;

export const quotaFact = z.object({
  meter_id: z.string(),
  meter_slug: z.string(),
  meter_unit: z.string().default(''),
  /** Decimal places of the meter: a limit of 1.5 is 15 where it is 1. */
  meter_scale: safeInteger.default(0),
  window: z.enum(WINDOW_KINDS),
  scope: z.enum(QUOTA_SCOPES).default('customer'),
  /**
   * Core time in ms at which one window ends and the next begins, as far ahead as core tells; so
   * a gateway needs no time zones. None: the windows are those of UTC's calendar.
   */
  turns: z.array(safeInteger).default([]),
  limit: safeInteger,
  enforcement: z.enum(['hard', 'soft']),
  /** Past its lease, while core cannot be asked: admit (counted as unleased) or refuse. */
  on_unreachable: z.enum(ON_UNREACHABLE),
});
export type QuotaFact = z.infer<typeof quotaFact>;

export const rateLimitFact = z.object({
  rate_per_second: z.number().positive(),
  burst: safeInteger,
  /** Without a share, while core cannot be asked: go on alone, or refuse. */
  on_unreachable: z.enum(ON_UNREACHABLE).default('admit'),
});

export const keyFact = z.object({
  key_id: z.string(),
  mode: z.enum(['live', 'test']),
  /** Core time in ms, or null for a key that does not expire. */
  expires_at: safeInteger.nullable(),
  /** Refused whatever it asks for; so a gateway that does not know `disabled` refuses it too. */
  revoked: z.boolean(),
  /** It was not revoked: it may be enabled again. */
  disabled: z.boolean().optional(),
  /** What it may do; routes say what they require. */
  scopes: z.array(z.string()).optional(),
  ip_allow: z.array(z.string()).optional(),
  ip_deny: z.array(z.string()).optional(),
  /** Ids of those it may be used for; left out: all. */
  routes: z.array(z.string()).optional(),
  /** The first part of the customer's keys; told where no key did. */
  customer_ref: z.string().optional(),
  customer: z.object({
    id: z.string(),
    state: z.enum(['active', 'archived']),
    /**
     * How far its own test clock is ahead of core time: its usage is dated, and its windows are
     * named, by core time and this. Whole minutes; left out: it has none.
     */
    clock_ms: safeInteger.optional(),
    /** null: the customer has no live subscription. */
    subscription: z.object({ id: z.string(), state: z.enum(['trialing', 'active']) }).nullable(),
    rate_limit: rateLimitFact.nullable(),
    quotas: z.array(quotaFact),
    /** Of its plan and add-ons; left out: none. Routes say which they require. */
    features: z.array(z.string()).optional(),
  }),
});
export type KeyFact = z.infer<typeof keyFact>;
export type CustomerFact = KeyFact['customer'];

/** GET /internal/v1/changes?after=N: waits up to 25 s for something newer than N. */
export const changesAnswer = z.object({
  last: z.string(),
  changes: z.array(z.object({ number: z.string(), kind: z.string(), id: z.string() })),
});
export type ChangesAnswer = z.infer<typeof changesAnswer>;
