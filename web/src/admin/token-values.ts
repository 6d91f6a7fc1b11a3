import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { listOf } from './access-values.ts';

/** Which tokens of another issuer a route takes, as its form holds it. */
export interface TokenValues {
  jwt: {
    on: boolean;
    issuer: string;
    audience: string;
    jwks_url: string;
    algorithms: string;
    clock_tolerance_s: string;
    claim: string;
    names: 'customer' | 'key';
    forward: boolean;
  };
}

/** @returns what the API has; without a rule, what it would assume. */
export function toTokenValues(route: Route | undefined): TokenValues {
  const rule = route?.jwt ?? null;
  return {
    jwt: {
      on: rule !== null,
      issuer: rule?.issuer ?? '',
      audience: (rule?.audience ?? []).join(', '),
      jwks_url: rule?.jwks_url ?? '',
      algorithms: (rule?.algorithms ?? ['RS256', 'ES256', 'EdDSA']).join(', '),
      clock_tolerance_s: String(rule?.clock_tolerance_s ?? 30),
      claim: rule?.claim ?? 'sub',
      names: rule?.names ?? 'customer',
      forward: rule?.forward ?? false,
    },
  };
}

/** @returns what the API takes. */
export function toTokenBody({ jwt }: TokenValues): Record<string, unknown> {
  if (!jwt.on) return { jwt: null };
  return {
    jwt: {
      issuer: jwt.issuer.trim(),
      audience: listOf(jwt.audience),
      jwks_url: jwt.jwks_url.trim() === '' ? null : jwt.jwks_url.trim(),
      algorithms: listOf(jwt.algorithms),
      clock_tolerance_s: Number(jwt.clock_tolerance_s),
      claim: jwt.claim.trim(),
      names: jwt.names,
      forward: jwt.forward,
    },
  };
}
