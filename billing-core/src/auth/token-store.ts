import type { Scope } from '../contract/admin-token.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type TokenRow = {
  id: string;
  name: string;
  scopes: Scope[];
  last4: string;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
};

const columns = (sql: Query) => sql`
  id, name, scopes, last4, created_by, created_at, expires_at, revoked_at, last_used_at`;

export async function tokenByHash(sql: Query, hash: Buffer): Promise<TokenRow | undefined> {
  const [row] = await sql<TokenRow[]>`
    select ${columns(sql)} from admin_tokens where token_hash = ${hash}`;
  return row;
}

export async function listTokens(sql: Query, page: PageQuery): Promise<TokenRow[]> {
  const after = afterCursor(page, 'tok');
  return sql<TokenRow[]>`
    select ${columns(sql)} from admin_tokens
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export type TokenToStore = {
  id: string;
  name: string;
  scopes: Scope[];
  hash: Buffer;
  last4: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
};

export async function insertToken(tx: Tx, token: TokenToStore): Promise<TokenRow> {
  const { id, name, scopes, hash, last4, createdBy, createdAt, expiresAt } = token;
  const [row] = await tx<[TokenRow]>`
    insert into admin_tokens
      (id, name, scopes, token_hash, last4, created_by, created_at, expires_at)
    values (${id}, ${name}, ${scopes}, ${hash}, ${last4}, ${createdBy}, ${createdAt}, ${expiresAt})
    returning ${columns(tx)}`;
  return row;
}

/** Ends a token; a second time changes nothing. Returns undefined for an unknown id. */
export async function revokeToken(tx: Tx, id: string, at: Date): Promise<TokenRow | undefined> {
  const [row] = await tx<TokenRow[]>`
    update admin_tokens set revoked_at = coalesce(revoked_at, ${at}) where id = ${id}
    returning ${columns(tx)}`;
  return row;
}

export async function touchToken(sql: Sql, id: string, at: Date): Promise<void> {
  await sql`update admin_tokens set last_used_at = ${at} where id = ${id}`;
}
