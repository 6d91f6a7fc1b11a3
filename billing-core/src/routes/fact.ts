import type { HeaderFact, RouteFact } from '../contract/facts.ts';
import type { RequestHeaderRule, ResponseHeaderRule } from '../contract/header-rule.ts';
import { meteringFact } from './metering.ts';
import type { RouteRow } from './model.ts';

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

/** What gateways need of a route; what it leaves at its default is left out. */
export function routeFact(row: RouteRow, textOf: SecretText): RouteFact {
  const { definition } = row;
  const rewrite = definition.rewrite_path;
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
    billable_outcomes: definition.billable_outcomes,
    timeout_ms: definition.timeout_ms,
    max_body_bytes: definition.max_body_bytes,
    public: definition.public,
    ...(rewrite !== null && { rewrite_path: rewrite }),
    ...(toUpstream && { request_headers: toUpstream }),
    ...(toClient && { response_headers: toClient }),
    ...(definition.cost_headers && { cost_headers: true }),
  };
}
