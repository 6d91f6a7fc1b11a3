import { takesKeys } from '../contract/route-access.ts';
import { strangersIn } from '../contract/path-pattern.ts';
import {
  definitionDefaults,
  type NewRoute,
  type Route,
  type RoutePatch,
  type RouteVersion,
} from '../contract/route.ts';
import type { FieldError } from '../kit/fault.ts';
import {
  meteringErrors,
  sumErrors,
  meteringRow,
  writtenMetering,
  type KnownMeter,
  type RouteMetering,
} from './metering.ts';
import { certificatesExpireAt } from './tls.ts';

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

/** A route as it is to be, with nothing left out. */
export type WholeRoute = Pick<NewRoute, 'name' | 'state' | 'metering'> & RouteDefinition;

/** The part of a route that its version fixes. */
export function definitionOf(route: WholeRoute): RouteDefinition {
  const { name: _name, state: _state, metering: _metering, ...definition } = route;
  return definition;
}

/** A route as one would write it anew: what a patch is laid over. */
export function writtenRoute({ name, state, definition, metering }: RouteRow): WholeRoute {
  return { name, state, ...definition, metering: metering.map(writtenMetering) };
}

type Led = Pick<RoutePatch, 'upstreams' | 'upstream_url'>;

/**
 * `upstream_url` is short for one upstream, and the first one of several: whichever was named says
 * both. Out: nothing when neither was; undefined when both were and do not agree.
 */
export function leads({ upstreams, upstream_url }: Led): Partial<WholeRoute> | undefined {
  const [first] = upstreams ?? [];
  if (upstreams && first) {
    if (upstream_url !== undefined && upstream_url !== first.url) return undefined;
    return { upstreams, upstream_url: first.url };
  }
  if (upstream_url === undefined) return {};
  return { upstreams: [{ url: upstream_url, weight: 1 }], upstream_url };
}

type RouteCheck = { metering: RouteMetering[]; errors: FieldError[] };

/** What the fields cannot say one by one: the prefix against the pattern, rules against meters. */
export function checkRoute(route: WholeRoute, meters: readonly KnownMeter[]): RouteCheck {
  const errors: FieldError[] = [];
  const { strip_prefix: prefix, path_pattern: pattern } = route;
  if (prefix !== null && pattern !== prefix && !pattern.startsWith(`${prefix}/`)) {
    errors.push({ path: 'strip_prefix', message: 'is not a prefix of the path pattern' });
  }
  errors.push(...rewriteErrors(route), ...corsErrors(route));
  if (!takesKeys(route.key_location) && route.jwt === null) {
    errors.push({ path: 'key_location', message: 'leaves no place for a key' });
  }
  if (route.public && route.required_features.length > 0) {
    errors.push({ path: 'required_features', message: 'is nothing of a public route' });
  }
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
  if (errors.length === 0) errors.push(...sumErrors(metering));
  return { metering, errors };
}

/** With a rule for browsers the gateway says who may read: a second voice would contradict it. */
function corsErrors({ cors, response_headers }: WholeRoute): FieldError[] {
  if (cors === null) return [];
  const message = 'is what the rule for browsers (cors) says';
  return response_headers.flatMap(({ name }, i) =>
    /^access[-_]control[-_]/i.test(name) ? [{ path: `response_headers.${i}.name`, message }] : [],
  );
}

function rewriteErrors({ rewrite_path, strip_prefix, path_pattern }: WholeRoute): FieldError[] {
  if (rewrite_path === null) return [];
  const refuse = (message: string): FieldError[] => [{ path: 'rewrite_path', message }];
  if (strip_prefix !== null) return refuse('does not go with a prefix that is stripped');
  const strangers = strangersIn(rewrite_path, path_pattern);
  return strangers.length > 0 ? refuse(`has ${strangers[0]}, which the pattern has not`) : [];
}

type SecretPlace = { path: string; name: string };

/** Names of the secrets that a route's fields refer to, each with where. */
export const secretsIn = (definition: RouteDefinition): SecretPlace[] => [
  ...sentSecretsIn(definition),
  ...tlsKeysIn(definition),
];

/** The same of those alone that are sent in headers. */
export const sentSecretsIn = ({ request_headers }: RouteDefinition): SecretPlace[] =>
  request_headers.flatMap(({ secret }, i) =>
    secret === undefined ? [] : [{ path: `request_headers.${i}.secret`, name: secret }],
  );

/** The same of private keys alone. */
export const tlsKeysIn = ({ upstreams }: Pick<RouteDefinition, 'upstreams'>): SecretPlace[] =>
  upstreams.flatMap(({ tls }, i) =>
    tls?.key ? [{ path: `upstreams.${i}.tls.key`, name: tls.key }] : [],
  );

/** What is stored, by whatever version wrote it. */
type StoredDefinition = Partial<RouteDefinition> & Pick<RouteDefinition, 'upstream_url'>;

/** Fields that were not there yet when a version was written mean their defaults. */
export function wholeDefinition(stored: StoredDefinition): RouteDefinition {
  const upstreams = stored.upstreams ?? [{ url: stored.upstream_url, weight: 1 }];
  return { ...definitionDefaults, ...stored, upstreams } as RouteDefinition;
}

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
  certificates_expire_at: certificatesExpireAt(row.definition),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const shownVersion = (row: RouteVersionRow): RouteVersion => ({
  version: row.version,
  ...row.definition,
  metering: row.metering.map(writtenMetering),
  created_at: row.created_at.toISOString(),
});
