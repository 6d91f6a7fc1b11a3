import type { HeaderFact, RouteFact } from '../contract/facts.ts';
import type { RequestHeaderRule, ResponseHeaderRule } from '../contract/header-rule.ts';
import { definitionDefaults } from '../contract/route.ts';
import type { TlsFact, UpstreamTls } from '../contract/upstream-tls.ts';
import { meteringFact } from './metering.ts';
import type { RouteDefinition, RouteRow } from './model.ts';

/** The text of a secret by its name. Throws when there is none that can be read. */
export type SecretText = (name: string) => string;

type Rule = RequestHeaderRule | ResponseHeaderRule;

function headerFacts(rules: readonly Rule[], textOf: SecretText): HeaderFact[] | undefined {
  if (rules.length === 0) return undefined;
  return rules.map((rule): HeaderFact => {
    const { op, name } = rule;
    if (op === 'remove') return { op, name };
    const secret = 'secret' in rule && rule.secret !== undefined ? rule : undefined;
    if (!secret) return { op, name, value: rule.value ?? '' };
    return { op, name, value: (secret.prefix ?? '') + textOf(secret.secret ?? '') };
  });
}

type Set<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** The fields that are set: neither null nor an empty list. */
function set<Fields extends object>(fields: Fields): Set<Fields> {
  const entries = Object.entries(fields).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries) as Set<Fields>;
}

const { connect_timeout_ms: CONNECT_MS, key_location: KEY_LOCATION } = definitionDefaults;

const tlsFactOf = ({ key, ...shown }: UpstreamTls, textOf: SecretText): TlsFact => ({
  ...set(shown),
  ...(key !== null && { key: textOf(key) }),
});

function upstreamFact(of: RouteDefinition, textOf: SecretText) {
  const { upstreams, connect_timeout_ms, idle_timeout_ms, total_timeout_ms } = of;
  const { health_check, circuit_breaker, retries } = of;
  const told = upstreams.map(({ tls, ...upstream }) =>
    tls ? { ...upstream, tls: tlsFactOf(tls, textOf) } : upstream,
  );
  return {
    ...((upstreams.length > 1 || upstreams[0]?.tls) && { upstreams: told }),
    ...(connect_timeout_ms !== CONNECT_MS && { connect_timeout_ms }),
    ...set({ idle_timeout_ms, total_timeout_ms, health_check, circuit_breaker, retries }),
  };
}

function accessFact(of: RouteDefinition) {
  const { maintenance, ip_allow, ip_deny, cors, key_location, jwt } = of;
  const { required_scopes, required_features } = of;
  const { header, bearer, query } = key_location;
  const usual =
    header === KEY_LOCATION.header &&
    bearer === KEY_LOCATION.bearer &&
    query === KEY_LOCATION.query;
  return {
    ...set({ maintenance, ip_allow, ip_deny, required_scopes, required_features, cors, jwt }),
    ...(!usual && { key_location }),
  };
}

/** What gateways need of a route; what it leaves at its default is left out. */
export function routeFact(row: RouteRow, textOf: SecretText): RouteFact {
  const { definition } = row;
  const { rewrite_path: rewrite, billable_outcomes } = definition;
  const toUpstream = headerFacts(definition.request_headers, textOf);
  const toClient = headerFacts(definition.response_headers, textOf);
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    host: definition.host,
    path_pattern: definition.path_pattern,
    methods: definition.methods,
    upstream_url: definition.upstream_url,
    strip_prefix: definition.strip_prefix,
    metering: row.metering.map(meteringFact),
    billable_outcomes: billable_outcomes.filter((outcome) => outcome !== 'redirect'),
    ...(billable_outcomes.includes('redirect') && { redirects_billable: true }),
    timeout_ms: definition.timeout_ms,
    max_body_bytes: definition.max_body_bytes,
    public: definition.public,
    ...upstreamFact(definition, textOf),
    ...accessFact(definition),
    ...(rewrite !== null && { rewrite_path: rewrite }),
    ...(toUpstream && { request_headers: toUpstream }),
    ...(toClient && { response_headers: toClient }),
    ...(definition.cost_headers && { cost_headers: true }),
    ...(definition.billed_once && { billed_once: true }),
  };
}
