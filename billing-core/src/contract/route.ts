import { z } from 'zod';
import { OUTCOMES } from './facts.ts';
import { id, text, time } from './field.ts';
import { requestHeaderRules, responseHeaderRules } from './header-rule.ts';
import { meteringRules, shownMeteringRules } from './metering-rule.ts';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const ROUTE_STATES = ['active', 'disabled'] as const;
export const TIMEOUT_MS_MAX = 3_600_000;
export const TIMEOUT_MS_DEFAULT = 30_000;
export const BODY_BYTES_MAX = 1024 ** 3;
export const BODY_BYTES_DEFAULT = 10 * 1024 ** 2;
const HOST_CHARS_MAX = 253;
const PATTERN_CHARS_MAX = 1_000;
const URL_CHARS_MAX = 2_000;

// A label of a host name (RFC 1123); what is beyond ASCII comes as punycode.
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?:\\*|(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*)$`);
// The characters of a path segment (RFC 3986) without percent-encoding, the wildcard, and the
// semicolon, behind which some servers see parameters and others a part of the name.
const LITERAL = /^[A-Za-z0-9\-._~!$&'()+,=@][A-Za-z0-9\-._~!$&'()+,=@:]*$/;
const NAMED = /^:[A-Za-z_][A-Za-z0-9_]{0,31}$/;

const literal = (segment: string): boolean =>
  LITERAL.test(segment) && segment !== '.' && segment !== '..';

/** `/`, or segments that are literal, `:name`, or a last `*`. */
export function isPathPattern(pattern: string): boolean {
  if (pattern === '/') return true;
  const [before, ...segments] = pattern.split('/');
  if (before !== '' || segments.length === 0) return false;
  const names = segments.filter((segment) => segment.startsWith(':'));
  if (new Set(names).size < names.length) return false;
  return segments.every(
    (segment, i) =>
      literal(segment) || NAMED.test(segment) || (segment === '*' && i === segments.length - 1),
  );
}

/** What of a rewrite its pattern does not have: names, and the rest. */
export function strangersIn(template: string, pattern: string): string[] {
  const known = new Set(pattern.split('/'));
  const asked = template.split('/').filter((part) => part === '*' || part.startsWith(':'));
  return asked.filter((part) => !known.has(part));
}

/** An http(s) URL without credentials, query and fragment, and without backslash or space. */
function isUpstream(value: string): boolean {
  const plain = /^https?:\/\/[^\s\\?#/@]+(?:\/[^\s\\?#]*)?$/i.test(value);
  return plain && URL.canParse(value) && !/%(?:2f|5c|00|2e)/i.test(value);
}

const host = () =>
  z
    .string()
    .max(HOST_CHARS_MAX)
    .transform((value) => value.toLowerCase())
    .refine((value) => HOST.test(value), 'is not a host name, *.host name or *');

const pathPattern = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(isPathPattern, 'is not a path of literal segments, :name, and a last *');

const stripPrefix = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(
      (value) => value !== '/' && isPathPattern(value) && !/[:*]/.test(value),
      'is not a path of literal segments',
    );

const rewritePath = () =>
  z
    .string()
    .max(PATTERN_CHARS_MAX)
    .refine(isPathPattern, 'is not a path of literal segments, :name, and a last *');

const upstreamUrl = () =>
  z
    .string()
    .max(URL_CHARS_MAX)
    .refine(isUpstream, 'is not an http(s) URL without credentials, query and fragment')
    .transform((value) => new URL(value).href.replace(/\/+$/, ''));

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

const fields = {
  name: text(),
  host: host(),
  path_pattern: pathPattern(),
  methods: methods(),
  upstream_url: upstreamUrl(),
  strip_prefix: stripPrefix().nullable(),
  rewrite_path: rewritePath().nullable(),
  request_headers: requestHeaderRules(),
  response_headers: responseHeaderRules(),
  /** Clients are told what a request costs, in units: X-Tollgate-Cost. */
  cost_headers: z.boolean(),
  metering: meteringRules(),
  billable_outcomes: billableOutcomes(),
  timeout_ms: z.number().int().min(1).max(TIMEOUT_MS_MAX),
  max_body_bytes: z.number().int().min(0).max(BODY_BYTES_MAX),
  state: z.enum(ROUTE_STATES),
  public: z.boolean(),
};

export const newRoute = z.strictObject({
  ...fields,
  host: fields.host.default('*'),
  methods: fields.methods.default(['*']),
  strip_prefix: fields.strip_prefix.default(null),
  rewrite_path: fields.rewrite_path.default(null),
  request_headers: fields.request_headers.default([]),
  response_headers: fields.response_headers.default([]),
  cost_headers: fields.cost_headers.default(false),
  metering: fields.metering.default([{ meter: 'requests', source: 'request', units: 1 }]),
  billable_outcomes: fields.billable_outcomes.default(['ok']),
  timeout_ms: fields.timeout_ms.default(TIMEOUT_MS_DEFAULT),
  max_body_bytes: fields.max_body_bytes.default(BODY_BYTES_DEFAULT),
  state: fields.state.default('active'),
  public: fields.public.default(false),
});
export type NewRoute = z.infer<typeof newRoute>;

export const routePatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change');
export type RoutePatch = z.infer<typeof routePatch>;

const shownDefinition = {
  host: z.string(),
  path_pattern: z.string(),
  methods: z.array(z.enum(['*', ...METHODS])),
  upstream_url: z.string(),
  strip_prefix: z.string().nullable(),
  rewrite_path: z.string().nullable(),
  request_headers: requestHeaderRules(),
  response_headers: responseHeaderRules(),
  cost_headers: z.boolean(),
  metering: shownMeteringRules(),
  billable_outcomes: z.array(z.enum(OUTCOMES)),
  timeout_ms: z.number().int(),
  max_body_bytes: z.number().int(),
  public: z.boolean(),
};

export const route = z
  .object({
    id: z.string(),
    version: z.number().int(),
    name: z.string(),
    state: z.enum(ROUTE_STATES),
    ...shownDefinition,
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
