import { audit, type Doing } from '../kit/audit.ts';
import type { NewAdminToken } from '../contract/admin-token.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { mintToken, tokenHash } from './model.ts';
import { insertToken, revokeToken, type TokenRow } from './token-store.ts';

export type MintedToken = { row: TokenRow; token: string };

/** Makes an admin token; the secret is returned once and never stored. */
export async function createToken(doing: Doing, wanted: NewAdminToken): Promise<MintedToken> {
  const { tx, actor, now, requestId } = doing;
  const expiresAt = wanted.expires_at === undefined ? null : new Date(wanted.expires_at);
  if (expiresAt !== null && expiresAt.getTime() <= now) {
    throw new Fault('invalid_request', { errors: [{ path: 'expires_at', message: 'has passed' }] });
  }
  const token = mintToken();
  const row = await insertToken(tx, {
    id: newId('tok', now),
    name: wanted.name,
    scopes: wanted.scopes,
    hash: tokenHash(token) as Buffer,
    last4: token.slice(-4),
    createdBy: actor.id,
    createdAt: new Date(now),
    expiresAt,
  });
  const detail = { name: row.name, scopes: row.scopes };
  const action = 'admin_token.create';
  await audit(tx, { actor, action, subjectId: row.id, now, requestId, detail });
  return { row, token };
}

/** Ends a token for good. Throws not_found. */
export async function endToken(doing: Doing, id: string): Promise<TokenRow> {
  const { tx, actor, now, requestId } = doing;
  const row = found(await revokeToken(tx, id, new Date(now)), 'admin token');
  await audit(tx, { actor, action: 'admin_token.revoke', subjectId: id, now, requestId });
  return row;
}
