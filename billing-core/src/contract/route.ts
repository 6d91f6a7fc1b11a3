import { z } from 'zod';
import { OUTCOMES } from './facts.ts';
import { id, text, time } from './field.ts';
import { requestHeaderRules, responseHeaderRules } from './header-rule.ts';
import { meteringRules, shownMeteringRules } from './metering-rule.ts';
import { host, pathPattern, rewritePath, stripPrefix } from './path-pattern.ts';
import { accessDefaults, accessFields } from './route-access.ts';
import { upstreamDefaults, upstreamFields, upstreamUrl } from './route-upstream.ts';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const ROUTE_STATES = ['active', 'disabled'] as const;
export const BODY_BYTES_MAX = 1024 ** 3;
export const BODY_BYTES_DEFAULT = 10 * 1024 ** 2;

const methods = () =>
  z
    .array(z.enum(['*', ...METHODS]))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'names a method twice')
    .refine((list) => !list.includes('*') || list.length === 1, 'has * beside other methods');

const billableOutcomes = () =>
  z
    .array(z.enum(OUTCOMES))
    .refine((list) => new Set(list).size === list.length, 'names an outcome twice');

/** What a version fixes. */
const definition = {
  host: host(),
  path_pattern: pathPattern(),
  methods: methods(),
  strip_prefix: stripPrefix().nullable(),
  rewrite_path: rewritePath().nullable(),
  request_headers: requestHeaderRules(),
  response_headers: responseHeaderRules(),
  /** Clients are told what a request costs, in units: X-Tollgate-Cost. */
  cost_headers: z.boolean(),
  billable_outcomes: billableOutcomes(),
  /** Of requests with the same Idempotency-Key within 24 h one is billed. */
  billed_once: z.boolean(),
  max_body_bytes: z.number().int().min(0).max(BODY_BYTES_MAX),
  public: z.boolean(),
  ...upstreamFields,
  ...accessFields,
};

/** What the API assumes of what is left out, and what versions mean that are older than a field. */
export const definitionDefaults = {
  host: '*',
  methods: ['*' as const],
  strip_prefix: null,
  rewrite_path: null,
  request_headers: [],
  response_headers: [],
  cost_headers: false,
  billable_outcomes: ['ok' as const],
  billed_once: false,
  max_body_bytes: BODY_BYTES_DEFAULT,
  public: false,
  ...upstreamDefaults,
  ...accessDefaults,
};

const fields = {
  name: text(),
  state: z.enum(ROUTE_STATES),
  metering: meteringRules(),
  ...definition,
  /** Short for one upstream. */
  upstream_url: upstreamUrl(),
};

type Shape = Record<string, z.ZodType>;
type Defaulted<Fields extends Shape, Defaults> = {
  [Name in keyof Fields]: Name extends keyof Defaults ? z.ZodDefault<Fields[Name]> : Fields[Name];
};

function defaulted<Fields extends Shape, Defaults extends object>(
  shape: Fields,
  defaults: Defaults,
): Defaulted<Fields, Defaults> {
  const entries = Object.entries(shape).map(([name, field]) => {
    const value: unknown = (defaults as Record<string, unknown>)[name];
    return [name, name in defaults ? field.default(value) : field];
  });
  return Object.fromEntries(entries) as Defaulted<Fields, Defaults>;
}

const METERING = [{ source: 'request' as const, meter: 'requests', units: 1 }];

export const newRoute = z
  .strictObject({
    ...defaulted(fields, { ...definitionDefaults, state: 'active', metering: METERING }),
    upstreams: fields.upstreams.optional(),
    upstream_url: fields.upstream_url.optional(),
  })
  .superRefine((route, { addIssue }) => {
    if (route.upstreams === undefined && route.upstream_url === undefined) {
      addIssue({ code: 'custom', path: ['upstream_url'], message: 'is missing' });
    }
  });
export type NewRoute = z.infer<typeof newRoute>;

export const routePatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change');
export type RoutePatch = z.infer<typeof routePatch>;

const shownDefinition = {
  ...definition,
  // The first of the upstreams.
  upstream_url: z.string(),
  metering: shownMeteringRules(),
};

export const route = z
  .object({
    id: z.string(),
    version: z.number().int(),
    name: z.string(),
    state: z.enum(ROUTE_STATES),
    ...shownDefinition,
    /** The first of those that its upstreams have for TLS; null without any. */
    certificates_expire_at: time().nullable(),
    created_at: time(),
    updated_at: time(),
  })
  .meta({ id: 'Route' });
export type Route = z.infer<typeof route>;

/** What requests were served under while this version was the current one. */
export const routeVersion = z
  .object({ version: z.number().int(), ...shownDefinition, created_at: time() })
  .meta({ id: 'RouteVersion' });
export type RouteVersion = z.infer<typeof routeVersion>;

export const routeId = z.object({ id: id('rte') });
