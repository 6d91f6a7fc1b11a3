import { createHash } from 'node:crypto';
import type { Scope } from '../contract/admin-token.ts';
import { randomBase62 } from '../kit/base62.ts';

const SECRET_CHARS = 40;
const TOKEN = /^tga_[0-9A-Za-z]{40}$/;

/** A new admin or gateway token: `tga_` and 238 random bits. Only its hash is stored. */
export const mintToken = (): string => `tga_${randomBase62(SECRET_CHARS)}`;

/** What is stored of a token; null for text that cannot be one, so that no query is spent on it. */
export const tokenHash = (token: string): Buffer | null =>
  TOKEN.test(token) ? createHash('sha256').update(token).digest() : null;

export type TokenState = 'active' | 'revoked' | 'expired';
type Dates = { expires_at: Date | null; revoked_at: Date | null };

/** Whether a token works at `now` (ms since the epoch), and why not. */
export function tokenState({ expires_at, revoked_at }: Dates, now: number): TokenState {
  if (revoked_at !== null) return 'revoked';
  if (expires_at !== null && expires_at.getTime() <= now) return 'expired';
  return 'active';
}

/** Whether a token with these scopes may make this call to /v1. */
export function tokenMay(scopes: readonly Scope[], method: string): boolean {
  if (scopes.includes('admin')) return true;
  return scopes.includes('read') && (method === 'GET' || method === 'HEAD');
}

/** The secret of `Authorization: Bearer …`, or null. */
export function bearer(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
