import type { ApiKeyMode } from '../contract/api-key.ts';
import type { Key, KeyState } from '../contract/key.ts';
import { MINUTE_MS } from '../kit/clock.ts';

export const LIVE_KEYS_MAX = 100;

export type KeyRow = {
  id: string;
  customer_id: string;
  name: string;
  mode: ApiKeyMode;
  prefix: string;
  last4: string;
  scopes: string[];
  ip_allow: string[];
  ip_deny: string[];
  route_ids: string[];
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  disabled_at: Date | null;
  revoked_at: Date | null;
  /** The last minute of recorded use, since the epoch; null before the first. */
  last_used_minute: bigint | null;
};

/** Whether its time is over, whatever else was done to it. In: core time in ms. */
export const hasExpired = ({ expires_at: at }: Pick<KeyRow, 'expires_at'>, now: number): boolean =>
  at !== null && at.getTime() <= now;

type Ends = Pick<KeyRow, 'expires_at' | 'disabled_at' | 'revoked_at'>;

/** Revoked and disabled say more than expired: someone did it. As gateways refuse it. */
export function keyState(row: Ends, now: number): KeyState {
  if (row.revoked_at !== null) return 'revoked';
  if (row.disabled_at !== null) return 'disabled';
  return hasExpired(row, now) ? 'expired' : 'active';
}

const lastUse = (minute: bigint | null): string | null =>
  minute === null ? null : new Date(Number(minute) * MINUTE_MS).toISOString();

/** The key as its owner and admins see it: everything but the secret. */
export function shownKey(row: KeyRow, now: number): Key {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    prefix: row.prefix,
    last4: row.last4,
    state: keyState(row, now),
    scopes: row.scopes,
    ip_allow: row.ip_allow,
    ip_deny: row.ip_deny,
    route_ids: row.route_ids,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_used_at: lastUse(row.last_used_minute),
    created_by: row.created_by,
  };
}
