import { createHash } from 'node:crypto';
import { formatApiKey, SECRET_CHARS } from '../contract/api-key.ts';
import type { KeyPatch, KeyRotation, NewKey } from '../contract/key.ts';
import { lockCustomer, type CustomerRow } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { randomBase62 } from '../kit/base62.ts';
import { appendChange } from '../kit/changes.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { liveRows } from '../routes/store.ts';
import { hasExpired, keyState, LIVE_KEYS_MAX, type KeyRow } from './model.ts';
import { countLiveKeys, insertKey, keyById, updateKey, type KeyScope } from './store.ts';

/** A key is stored and looked up by this alone. */
export const hashApiKey = (text: string): Buffer => createHash('sha256').update(text).digest();

function expiry(expiresAt: string | null, now: number): Date | null {
  if (expiresAt === null) return null;
  const at = new Date(expiresAt);
  if (at.getTime() > now) return at;
  throw new Fault('invalid_request', {
    errors: [{ path: 'expires_at', message: 'is not in the future' }],
  });
}

/** A key is given no scope that its customer's keys may not have. */
function refuseStrangeScopes(scopes: readonly string[], { key_scopes }: CustomerRow): void {
  const errors = scopes.flatMap((scope, i) =>
    key_scopes.includes(scope)
      ? []
      : [{ path: `scopes.${i}`, message: 'is not one that keys of the customer may have' }],
  );
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
}

/** A key is limited to no route that is not there, but for one that it was limited to before. */
async function refuseStrangeRoutes(
  { tx }: Doing,
  wanted: readonly string[],
  before: readonly string[] = [],
): Promise<void> {
  if (wanted.every((id) => before.includes(id))) return;
  const known = new Set(before);
  for (const { id } of await liveRows(tx)) known.add(id);
  const errors = wanted.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: `route_ids.${i}`, message: 'is not a route' }],
  );
  if (errors.length > 0) throw new Fault('invalid_request', { errors });
}

async function refuseOverLimit({ tx, now }: Doing, customerId: string): Promise<void> {
  if ((await countLiveKeys(tx, customerId, now)) < LIVE_KEYS_MAX) return;
  throw new Fault('state_conflict', {
    detail: `The customer has ${LIVE_KEYS_MAX} live keys, the most there can be: revoke one first`,
  });
}

/**
 * Mints a key. The secret is in the answer only; what is stored cannot be turned back into it.
 * `known`: routes that another key is limited to already, of which one may be gone.
 */
export async function createKey(
  doing: Doing,
  customerId: string,
  { known = [], ...wanted }: NewKey & { known?: readonly string[] },
): Promise<{ row: KeyRow; secret: string }> {
  const { tx, now, actor, requestId } = doing;
  const customer = found(await lockCustomer(tx, customerId), 'customer');
  if (customer.state !== 'active') {
    throw new Fault('state_conflict', { detail: 'The customer is archived' });
  }
  refuseStrangeScopes(wanted.scopes, customer);
  await refuseStrangeRoutes(doing, wanted.route_ids, known);
  const expiresAt = expiry(wanted.expires_at, now);
  await refuseOverLimit(doing, customerId);
  const secret = formatApiKey({
    mode: wanted.mode,
    customerRef: customer.key_ref,
    secret: randomBase62(SECRET_CHARS),
  });
  const row = await insertKey(tx, {
    id: newId('key', now),
    customer_id: customerId,
    name: wanted.name,
    mode: wanted.mode,
    prefix: `tg_${wanted.mode}_${customer.key_ref}`,
    last4: secret.slice(-4),
    secret_hash: hashApiKey(secret),
    scopes: wanted.scopes,
    ip_allow: wanted.ip_allow,
    ip_deny: wanted.ip_deny,
    route_ids: wanted.route_ids,
    created_by: actor.id,
    created_at: new Date(now),
    expires_at: expiresAt,
  });
  await audit(tx, { actor, action: 'key.create', subjectId: row.id, now, requestId });
  await appendChange(tx, 'key', row.id);
  return { row, secret };
}

type Locked = { key: KeyRow; customer: CustomerRow };

/** The key under its customer's lock, so that two changes of it come one after another. */
async function lockedKey({ tx }: Doing, id: string, scope: KeyScope): Promise<Locked> {
  const seen = found(await keyById(tx, id, scope), 'key');
  const customer = found(await lockCustomer(tx, seen.customer_id), 'customer');
  return { key: found(await keyById(tx, id, scope), 'key'), customer };
}

function refuseRevoked({ revoked_at: at }: KeyRow): void {
  if (at !== null) throw new Fault('state_conflict', { detail: 'The key is revoked' });
}

export type KeyChange = { id: string; scope: KeyScope; patch: KeyPatch };

/** Changes what is named of a key. A revoked key stays as it ended. */
export async function changeKey(doing: Doing, { id, scope, patch }: KeyChange): Promise<KeyRow> {
  const { tx, now, actor, requestId } = doing;
  const { key: before, customer } = await lockedKey(doing, id, scope);
  refuseRevoked(before);
  const { name, scopes, ip_allow, ip_deny, route_ids } = patch;
  if (scopes) refuseStrangeScopes(scopes, customer);
  if (route_ids) await refuseStrangeRoutes(doing, route_ids, before.route_ids);
  const values = {
    ...(name !== undefined && { name }),
    ...(scopes !== undefined && { scopes }),
    ...(ip_allow !== undefined && { ip_allow }),
    ...(ip_deny !== undefined && { ip_deny }),
    ...(route_ids !== undefined && { route_ids }),
    ...(patch.expires_at !== undefined && { expires_at: expiry(patch.expires_at, now) }),
  };
  const revives = hasExpired(before, now) && patch.expires_at !== undefined;
  if (revives) await refuseOverLimit(doing, before.customer_id);
  const row = await updateKey(tx, id, values);
  await audit(tx, { actor, action: 'key.update', subjectId: id, now, requestId, detail: patch });
  await appendChange(tx, 'key', id);
  return row;
}

/** Revokes a key for ever. A second time changes nothing, not even the time. */
export async function revokeKey(doing: Doing, id: string, scope: KeyScope): Promise<KeyRow> {
  const { tx, now, actor, requestId } = doing;
  const { key: before } = await lockedKey(doing, id, scope);
  if (before.revoked_at !== null) return before;
  const row = await updateKey(tx, id, { revoked_at: new Date(now) });
  await audit(tx, { actor, action: 'key.revoke', subjectId: id, now, requestId });
  await appendChange(tx, 'key', id);
  return row;
}

export type KeySwitch = { id: string; scope: KeyScope; on: boolean };

/**
 * Switches a key off, so that gateways refuse it, or on again. What it is already changes nothing,
 * not even the time. Throws not_found; state_conflict for one that is revoked.
 */
export async function switchKey(doing: Doing, { id, scope, on }: KeySwitch): Promise<KeyRow> {
  const { tx, now, actor, requestId } = doing;
  const { key: before } = await lockedKey(doing, id, scope);
  refuseRevoked(before);
  if ((before.disabled_at === null) === on) return before;
  const row = await updateKey(tx, id, { disabled_at: on ? null : new Date(now) });
  const action = on ? 'key.enable' : 'key.disable';
  await audit(tx, { actor, action, subjectId: id, now, requestId });
  await appendChange(tx, 'key', id);
  return row;
}

export type Rotation = { id: string; scope: KeyScope } & KeyRotation;

/** What a key is made anew with: all of it, and the same length of life from now on. */
function likeness(before: KeyRow, { key_scopes }: CustomerRow, now: number): NewKey {
  const { name, mode, scopes, ip_allow, ip_deny, route_ids, created_at, expires_at } = before;
  const life = expires_at && expires_at.getTime() - created_at.getTime();
  return {
    name,
    mode,
    scopes: scopes.filter((scope) => key_scopes.includes(scope)),
    ip_allow,
    ip_deny,
    route_ids,
    expires_at: life === null ? null : new Date(now + life).toISOString(),
  };
}

/**
 * Makes a key like this one, which goes on for a grace and then ends. Throws not_found;
 * state_conflict for one that is no more, and past the number of live keys.
 */
export async function rotateKey(
  doing: Doing,
  { id, scope, grace_s: graceS }: Rotation,
): Promise<{ row: KeyRow; secret: string }> {
  const { tx, now, actor, requestId } = doing;
  const { key: before, customer } = await lockedKey(doing, id, scope);
  const state = keyState(before, now);
  if (state !== 'active') throw new Fault('state_conflict', { detail: `The key is ${state}` });
  const known = before.route_ids;
  const like = likeness(before, customer, now);
  const made = await createKey(doing, customer.id, { ...like, known });
  const end = now + graceS * 1_000;
  const ends = Math.min(end, before.expires_at?.getTime() ?? end);
  const at = new Date(ends);
  await updateKey(tx, id, graceS === 0 ? { revoked_at: at } : { expires_at: at });
  const detail = { new_key_id: made.row.id, ends_at: at.toISOString() };
  await audit(tx, { actor, action: 'key.rotate', subjectId: id, now, requestId, detail });
  await appendChange(tx, 'key', id);
  return made;
}
