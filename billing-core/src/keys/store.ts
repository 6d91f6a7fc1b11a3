import type { z } from 'zod';
import type { keyQuery, KeyState } from '../contract/key.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import type { KeyRow } from './model.ts';

/** Whose keys: a customer's, or anyone's for an admin who names a key by id. */
export type KeyScope = { customerId?: string | undefined };

const columns = (sql: Query) => sql`id, customer_id, name, mode, prefix, last4, scopes,
  ip_allow, ip_deny, route_ids, created_by, created_at, expires_at, disabled_at, revoked_at,
  (select minute from usage_last_uses used where used.key_id = api_keys.id) as last_used_minute`;

function inState(sql: Query, state: KeyState | undefined, now: Date) {
  if (state === undefined) return sql`true`;
  if (state === 'revoked') return sql`revoked_at is not null`;
  if (state === 'disabled') return sql`revoked_at is null and disabled_at is not null`;
  const isOff = sql`(revoked_at is not null or disabled_at is not null)`;
  if (state === 'expired') return sql`not ${isOff} and expires_at <= ${now}`;
  return sql`not ${isOff} and (expires_at is null or expires_at > ${now})`;
}

/** Those that can be used, or can be again: a disabled one may be enabled. */
const isLive = (sql: Query, now: Date) =>
  sql`revoked_at is null and (expires_at is null or expires_at > ${now})`;

type KeyList = z.infer<typeof keyQuery> & { customerId: string; now: number };

/** A customer's keys by page, newest first, one row more than asked. */
export async function listKeys(sql: Query, list: KeyList): Promise<KeyRow[]> {
  const after = afterCursor(list, 'key');
  return sql<KeyRow[]>`
    select ${columns(sql)} from api_keys
     where customer_id = ${list.customerId}
       and ${after === null ? sql`true` : sql`id < ${after}`}
       and ${inState(sql, list.state, new Date(list.now))}
       and ${list.live === undefined ? sql`true` : isLive(sql, new Date(list.now))}
     order by id desc limit ${list.limit + 1}`;
}

/** The key, if it is in scope; another customer's key is as absent as one that never was. */
export async function keyById(
  sql: Query,
  id: string,
  { customerId }: KeyScope = {},
): Promise<KeyRow | undefined> {
  const inScope = customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`;
  const [row] = await sql<KeyRow[]>`
    select ${columns(sql)} from api_keys where id = ${id} and ${inScope}`;
  return row;
}

export async function countLiveKeys(tx: Tx, customerId: string, now: number): Promise<number> {
  const [row] = await tx<{ live: number }[]>`
    select count(*)::int as live from api_keys
     where customer_id = ${customerId} and ${isLive(tx, new Date(now))}`;
  return row?.live ?? 0;
}

export type StoredKey = Omit<KeyRow, 'disabled_at' | 'revoked_at' | 'last_used_minute'> & {
  secret_hash: Buffer;
};

export async function insertKey(tx: Tx, key: StoredKey): Promise<KeyRow> {
  const [row] = await tx<[KeyRow]>`insert into api_keys ${tx(key)} returning ${columns(tx)}`;
  return row;
}

/** Sets what a key may change; the secret is not among it. */
export async function updateKey(
  tx: Tx,
  id: string,
  values: Partial<Omit<KeyRow, 'id' | 'customer_id' | 'last_used_minute'>>,
): Promise<KeyRow> {
  const [row] = await tx<[KeyRow]>`
    update api_keys set ${tx(values)} where id = ${id} returning ${columns(tx)}`;
  return row;
}
