import type { RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { allowsOrigin } from '@tollgate/billing-core/contract/origin.ts';
import { COST_FIELD } from './cost.ts';
import type { RawHeaders } from './headers.ts';

/** Cross-origin rules (the Fetch standard, CORS protocol) as a route states them. */
export type CorsRule = NonNullable<RouteFact['cors']>;

/** What a browser asks before it sends a request of a script on another origin. */
export type Preflight = {
  readonly origin: string;
  readonly method: string;
  /** Names of the fields the script wants to send, in lower case. */
  readonly headers: readonly string[];
};

/** The fields of an upstream's answers that speak of origins: with a rule here, ours to say. */
export const CORS_FIELDS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
];

// What scripts may read of every answer: who asked, what it cost, and when to come back.
const EXPOSED = ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id', COST_FIELD];

const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const HEADERS_MAX = 100;

/** The value of a field that may come once; undefined when it is not there, or twice. */
function single(raw: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== name) continue;
    if (found !== undefined) return undefined;
    found = raw[i + 1];
  }
  return found;
}

/** The origin a request names; undefined when it names none that could be allowed. */
export const originOf = (raw: readonly string[]): string | undefined => single(raw, 'origin');

/** Reads a preflight; undefined for every other request, also for one that is malformed. */
export function preflightOf(method: string, raw: readonly string[]): Preflight | undefined {
  if (method !== 'OPTIONS') return undefined;
  const origin = originOf(raw);
  const asked = single(raw, 'access-control-request-method');
  if (origin === undefined || asked === undefined || !TOKEN.test(asked)) return undefined;
  const list = single(raw, 'access-control-request-headers') ?? '';
  const headers = list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  if (headers.length > HEADERS_MAX || !headers.every((name) => TOKEN.test(name))) return undefined;
  return { origin, method: asked, headers };
}

function originFields(rule: CorsRule, origin: string): RawHeaders {
  const any = rule.origins.includes('*');
  const fields = ['Access-Control-Allow-Origin', any ? '*' : origin];
  if (rule.credentials) fields.push('Access-Control-Allow-Credentials', 'true');
  // A cache must not give one origin the answer that names another one.
  if (!any) fields.push('Vary', 'Origin');
  return fields;
}

/** What an answer to a request of this origin says; nothing to origins that are not allowed. */
export function corsFields(rule: CorsRule, origin: string | undefined): RawHeaders {
  if (origin === undefined || !allowsOrigin(rule, origin)) {
    return rule.origins.includes('*') ? [] : ['Vary', 'Origin'];
  }
  const exposed = [...EXPOSED, ...rule.expose];
  return [...originFields(rule, origin), 'Access-Control-Expose-Headers', exposed.join(', ')];
}

/** The answer to a preflight; undefined when its origin is not allowed. */
export function preflightFields(rule: CorsRule, asked: Preflight): RawHeaders | undefined {
  if (!allowsOrigin(rule, asked.origin)) return undefined;
  const any = rule.headers.includes('*');
  const allowed = any ? asked.headers : rule.headers;
  const fields = [
    ...originFields(rule, asked.origin),
    'Access-Control-Allow-Methods',
    asked.method,
    'Access-Control-Max-Age',
    String(rule.max_age_s),
  ];
  if (allowed.length > 0) fields.push('Access-Control-Allow-Headers', allowed.join(', '));
  // What was asked decides about the answer: caches on the way keep them apart.
  fields.push('Vary', 'Access-Control-Request-Method, Access-Control-Request-Headers');
  return fields;
}
