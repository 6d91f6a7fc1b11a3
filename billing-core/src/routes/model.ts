import { strangersIn, type NewRoute, type Route, type RouteVersion } from '../contract/route.ts';
import type { FieldError } from '../kit/fault.ts';
import {
  meteringErrors,
  meteringRow,
  writtenMetering,
  type KnownMeter,
  type RouteMetering,
} from './metering.ts';

/** Routes that are not deleted: every gateway holds all of them in memory. */
export const ROUTES_MAX = 1_000;

/** What a version fixes, apart from its metering, which has a table of its own. */
export type RouteDefinition = Omit<RouteVersion, 'version' | 'metering' | 'created_at'>;

export type RouteRow = {
  id: string;
  version: number;
  name: string;
  state: Route['state'];
  definition: RouteDefinition;
  metering: RouteMetering[];
  created_at: Date;
  updated_at: Date;
};

export type RouteVersionRow = Pick<RouteRow, 'version' | 'definition' | 'metering' | 'created_at'>;

/** The part of a route that its version fixes. */
export function definitionOf(route: NewRoute): RouteDefinition {
  const { name: _name, state: _state, metering: _metering, ...definition } = route;
  return definition;
}

/** A route as one would write it anew: what a patch is laid over. */
export function writtenRoute({ name, state, definition, metering }: RouteRow): NewRoute {
  return { name, state, ...definition, metering: metering.map(writtenMetering) };
}

type RouteCheck = { metering: RouteMetering[]; errors: FieldError[] };

/** What the fields cannot say one by one: the prefix against the pattern, rules against meters. */
export function checkRoute(route: NewRoute, meters: readonly KnownMeter[]): RouteCheck {
  const errors: FieldError[] = [];
  const { strip_prefix: prefix, path_pattern: pattern } = route;
  if (prefix !== null && pattern !== prefix && !pattern.startsWith(`${prefix}/`)) {
    errors.push({ path: 'strip_prefix', message: 'is not a prefix of the path pattern' });
  }
  errors.push(...rewriteErrors(route));
  const metering = route.metering.flatMap((rule, i): RouteMetering[] => {
    const meter = meters.find(({ slug }) => slug === rule.meter);
    if (!meter) {
      errors.push({ path: `metering.${i}.meter`, message: 'is not a meter' });
      return [];
    }
    const row = meteringRow(rule, meter);
    errors.push(...meteringErrors(row, `metering.${i}`));
    return [row];
  });
  return { metering, errors };
}

function rewriteErrors({ rewrite_path, strip_prefix, path_pattern }: NewRoute): FieldError[] {
  if (rewrite_path === null) return [];
  const refuse = (message: string): FieldError[] => [{ path: 'rewrite_path', message }];
  if (strip_prefix !== null) return refuse('does not go with a prefix that is stripped');
  const strangers = strangersIn(rewrite_path, path_pattern);
  return strangers.length > 0 ? refuse(`has ${strangers[0]}, which the pattern has not`) : [];
}

/** Names of the secrets that a route's fields refer to, each with where. */
export function secretsIn({ request_headers }: RouteDefinition): { path: string; name: string }[] {
  return request_headers.flatMap(({ secret }, i) =>
    secret === undefined ? [] : [{ path: `request_headers.${i}.secret`, name: secret }],
  );
}

/** What versions that were written before a field was there mean by leaving it out. */
const SINCE: Pick<
  RouteDefinition,
  'rewrite_path' | 'request_headers' | 'response_headers' | 'cost_headers'
> = {
  rewrite_path: null,
  request_headers: [],
  response_headers: [],
  cost_headers: false,
};

export const wholeDefinition = (stored: RouteDefinition): RouteDefinition => ({
  ...SINCE,
  ...stored,
});

type Matched = { host: string; path_pattern: string; methods: readonly string[] };

const shape = (pattern: string): string =>
  pattern
    .split('/')
    .map((segment) => (segment.startsWith(':') ? ':' : segment))
    .join('/');

// A gateway answers HEAD by a route that takes GET.
const taken = (methods: readonly string[]): string[] =>
  methods.includes('GET') ? [...methods, 'HEAD'] : [...methods];

/** Whether a request could match both alike, so that which one bills it would be chance. */
export function collide(one: Matched, other: Matched): boolean {
  if (one.host !== other.host) return false;
  if (shape(one.path_pattern) !== shape(other.path_pattern)) return false;
  if (one.methods.includes('*') || other.methods.includes('*')) return true;
  return taken(one.methods).some((method) => taken(other.methods).includes(method));
}

export const shownRoute = (row: RouteRow): Route => ({
  id: row.id,
  version: row.version,
  name: row.name,
  state: row.state,
  ...row.definition,
  metering: row.metering.map(writtenMetering),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const shownVersion = (row: RouteVersionRow): RouteVersion => ({
  version: row.version,
  ...row.definition,
  metering: row.metering.map(writtenMetering),
  created_at: row.created_at.toISOString(),
});
