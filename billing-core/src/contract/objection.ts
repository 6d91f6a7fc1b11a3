import type { Address } from './address.ts';
import type { KeyFact, RouteFact } from './facts.ts';
import { type Fence, fenceOf, passes } from './fence.ts';
import type { RefusalReason } from './refusals.ts';

/** A request, as far as the facts of its key can object to it. */
export type Petition = {
  readonly route: Pick<
    RouteFact,
    'id' | 'required_scopes' | 'required_features' | 'max_body_bytes'
  >;
  readonly address: () => Address | undefined;
  /** Announced length of the body. */
  readonly contentLength: number | undefined;
  /** What stands for the key, if it is no key: core time in ms at which it ends, what it may. */
  readonly token?: { readonly endsAt: number; readonly scopes: readonly string[] } | undefined;
};

const fences = new WeakMap<KeyFact, Fence | null>();

/** Facts are kept and used again; what is made of their lists is kept with them. */
function fenceOfKey(fact: KeyFact): Fence | null {
  let fence = fences.get(fact);
  if (fence === undefined) {
    fence = fenceOf(fact) ?? null;
    fences.set(fact, fence);
  }
  return fence;
}

/** With a token both have to allow it: who it stands for, and the token itself. */
function lacksScope({ scopes = [] }: KeyFact, { route, token }: Petition): boolean {
  const { required_scopes: required } = route;
  const has = (scope: string): boolean =>
    scopes.includes(scope) && (token === undefined || token.scopes.includes(scope));
  return required !== undefined && !required.every(has);
}

/** Features that the route requires and the customer has not, neither by plan nor by add-on. */
export const featuresLacked = (
  { features = [] }: Pick<KeyFact['customer'], 'features'>,
  { required_features: required = [] }: Pick<RouteFact, 'required_features'>,
): string[] => required.filter((feature) => !features.includes(feature));

/** What is said of an objection instead of its own text, if anything. */
export function objectionDetail(
  reason: RefusalReason,
  { customer }: KeyFact,
  { route }: Pick<Petition, 'route'>,
): { detail?: string } {
  if (reason !== 'feature_missing') return {};
  const lacked = featuresLacked(customer, route).join(', ');
  return { detail: `The customer's plan lacks what the route requires: ${lacked}` };
}

export const isTooLarge = ({ route, contentLength }: Petition): boolean =>
  (contentLength ?? 0) > route.max_body_bytes;

/** Why this key may not pass, by its facts alone. In: core time in ms. */
export function objection(fact: KeyFact, of: Petition, now: number): RefusalReason | undefined {
  if (fact.revoked) return fact.disabled === true ? 'key_disabled' : 'key_revoked';
  const endsAt = Math.min(fact.expires_at ?? Infinity, of.token?.endsAt ?? Infinity);
  if (now >= endsAt) return 'key_expired';
  const fence = fenceOfKey(fact);
  if (fence && !passes(fence, of.address())) return 'key_address_refused';
  if (fact.routes?.includes(of.route.id) === false) return 'key_route_refused';
  if (fact.customer.state !== 'active') return 'customer_archived';
  if (lacksScope(fact, of)) return 'scope_missing';
  if (fact.customer.subscription === null) return 'subscription_missing';
  if (featuresLacked(fact.customer, of.route).length > 0) return 'feature_missing';
  return isTooLarge(of) ? 'body_too_large' : undefined;
}

/** Why nobody, or nobody from there, may use a route just now. In: its own fence, made ready. */
export function closedTo(
  { maintenance }: Pick<RouteFact, 'maintenance'>,
  fence: Fence | undefined,
  address: () => Address | undefined,
): RefusalReason | undefined {
  if (maintenance) return 'maintenance';
  return fence && !passes(fence, address()) ? 'address_refused' : undefined;
}
