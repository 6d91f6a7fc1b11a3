import type { KeyFact } from '../contract/facts.ts';
import type { Query } from '../kit/database.ts';
import { entitlementsOf } from '../subscriptions/store.ts';
import type { KeyRow } from './model.ts';

type HeldKey = Pick<KeyRow, 'id' | 'mode' | 'scopes' | 'ip_allow' | 'ip_deny' | 'route_ids'> & {
  expires_at: Date | null;
  disabled_at: Date | null;
  revoked_at: Date | null;
  customer_id: string;
  customer_state: 'active' | 'archived';
  clock_ms: bigint;
  key_ref: string;
};

const keys = (sql: Query) => sql`
  select api_keys.id, mode, expires_at, disabled_at, revoked_at, customer_id, ip_allow, ip_deny,
         route_ids, key_ref, clock_ms, customers.state as customer_state,
         -- What the customer may no longer give its keys they have no longer.
         array(select unnest(scopes) intersect select unnest(key_scopes) order by 1) as scopes
    from api_keys join customers on customers.id = customer_id`;

const HASH = /^[0-9a-f]{64}$/;

async function factOf(query: Query, key: HeldKey, now: number): Promise<KeyFact> {
  const disabled = key.revoked_at === null && key.disabled_at !== null;
  const revoked = key.revoked_at !== null || disabled;
  const aheadMs = Number(key.clock_ms);
  // What a revoked key could do is nobody's business; so it is looked up as fast as an unknown one.
  const nothing = { subscription: null, rate_limit: null, quotas: [] };
  const granted = revoked ? nothing : await entitlementsOf(query, key.customer_id, now + aheadMs);
  return {
    key_id: key.id,
    mode: key.mode,
    expires_at: key.expires_at === null ? null : key.expires_at.getTime() - aheadMs,
    revoked,
    ...(disabled && { disabled }),
    ...(key.scopes.length > 0 && { scopes: key.scopes }),
    ...(key.ip_allow.length > 0 && { ip_allow: key.ip_allow }),
    ...(key.ip_deny.length > 0 && { ip_deny: key.ip_deny }),
    ...(key.route_ids.length > 0 && { routes: key.route_ids }),
    customer: {
      id: key.customer_id,
      state: key.customer_state,
      ...(aheadMs > 0 && { clock_ms: aheadMs }),
      ...granted,
    },
  };
}

/**
 * What a gateway needs to know about a key. In: the SHA-256 of its full text in lower-case hex,
 * and core time in ms. Out: undefined when no key has this hash, or it is no hash.
 */
export async function keyFact(
  query: Query,
  hashHex: string,
  now: number,
): Promise<KeyFact | undefined> {
  if (!HASH.test(hashHex)) return undefined;
  const hash = Buffer.from(hashHex, 'hex');
  const [key] = await query<HeldKey[]>`${keys(query)} where secret_hash = ${hash}`;
  return key && factOf(query, key, now);
}

/** Whom a token of an issuer names: a key by its id, or a customer as its owner knows it. */
export type Holder = { readonly key: string } | { readonly customer: string };

/**
 * The same for the holder of a token. All tokens that name a customer are one key to limits and
 * to usage, whose id is the customer's; it may what the customer's keys may be given.
 */
export async function holderFact(
  query: Query,
  holder: Holder,
  now: number,
): Promise<KeyFact | undefined> {
  const [key] =
    'key' in holder
      ? await query<HeldKey[]>`${keys(query)} where api_keys.id = ${holder.key}`
      : await query<HeldKey[]>`
          select id, 'live' as mode, null as expires_at, null as disabled_at,
                 null as revoked_at, id as customer_id,
                 '{}'::text[] as ip_allow, '{}'::text[] as ip_deny,
                 '{}'::text[] as route_ids, key_ref, clock_ms,
                 state as customer_state, key_scopes as scopes
            from customers where external_id = ${holder.customer}`;
  return key && { ...(await factOf(query, key, now)), customer_ref: key.key_ref };
}
