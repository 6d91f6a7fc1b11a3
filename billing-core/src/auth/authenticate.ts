import type { MiddlewareHandler } from 'hono';
import type { Scope } from '../contract/admin-token.ts';
import type { SessionUser } from '../contract/session.ts';
import type { Sql } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import type { Api, ApiContext } from '../kit/http.ts';
import { bearer, tokenHash, tokenMay, tokenState } from './model.ts';
import type { Session, SignIn } from './sign-in.ts';
import { viewOf } from './view-store.ts';
import { tokenByHash, touchToken, type TokenRow } from './token-store.ts';

export type Doors = { sql: Sql; signIn: SignIn; publicUrl: string };

const TOUCH_INTERVAL_MS = 60_000;
/** How long a revoked gateway token may still work. */
export const GATEWAY_TOKEN_CACHE_MS = 3_000;
const GATEWAY_TOKENS_CACHED_MAX = 1_000;

const isRead = (c: ApiContext): boolean => c.req.method === 'GET' || c.req.method === 'HEAD';

// A browser sends the cookie with a call that another site made it do, but not our origin.
function requireOwnOrigin(c: ApiContext, publicUrl: string): void {
  if (isRead(c)) return;
  if (c.req.header('origin') === new URL(publicUrl).origin) return;
  throw new Fault('forbidden', {
    detail: `With a cookie, send Origin: ${new URL(publicUrl).origin}`,
  });
}

async function touch(sql: Sql, row: TokenRow, now: number): Promise<void> {
  if (row.last_used_at !== null && now - row.last_used_at.getTime() < TOUCH_INTERVAL_MS) return;
  row.last_used_at = new Date(now);
  await touchToken(sql, row.id, row.last_used_at);
}

function requireActive(row: TokenRow | undefined, now: number): TokenRow {
  if (row === undefined) throw new Fault('unauthenticated', { detail: 'The token is not known' });
  const state = tokenState(row, now);
  if (state !== 'active') throw new Fault('unauthenticated', { detail: `The token is ${state}` });
  return row;
}

async function tokenOf(sql: Sql, secret: string): Promise<TokenRow | undefined> {
  const hash = tokenHash(secret);
  return hash === null ? undefined : tokenByHash(sql, hash);
}

async function signedIn(c: ApiContext, doors: Doors): Promise<Session> {
  const headers = new Headers({ cookie: c.req.header('cookie') ?? '' });
  const session = await doors.signIn.session(headers);
  if (session === null) throw new Fault('unauthenticated');
  requireOwnOrigin(c, doors.publicUrl);
  for (const cookie of session.cookies) c.header('set-cookie', cookie, { append: true });
  const view = await viewOf(doors.sql, session.id, c.var.now);
  // Whoever looks as a customer changes nothing, on either side; but for the end of that.
  if (view && !isRead(c) && c.req.path !== `/v1/customer-views/${view.id}/end`) {
    throw new Fault('view_only', { detail: 'End viewing as a customer first' });
  }
  c.set('sessionId', session.id);
  c.set('view', view);
  return session;
}

const asActor = (user: SessionUser) => ({ kind: 'user', id: user.id, role: user.role }) as const;
const tokenActor = (row: { id: string; scopes: readonly Scope[] }) =>
  ({ kind: 'token', id: row.id, scopes: row.scopes }) as const;

/** /v1: an admin token whose scopes allow the call, or the session of an admin. */
export function authenticateAdmin(doors: Doors): MiddlewareHandler<Api> {
  return async (c, next) => {
    const secret = bearer(c.req.header('authorization'));
    if (secret === null) {
      const { user } = await signedIn(c, doors);
      if (user.role !== 'admin') throw new Fault('forbidden', { detail: 'Admins only' });
      c.set('actor', asActor(user));
      return next();
    }
    const row = requireActive(await tokenOf(doors.sql, secret), c.var.now);
    if (!tokenMay(row.scopes, c.req.method)) {
      throw new Fault('forbidden', {
        detail: `Scope ${row.scopes.join(', ')} does not allow this`,
      });
    }
    await touch(doors.sql, row, c.var.now);
    c.set('actor', tokenActor(row));
    return next();
  };
}

/** /portal/v1: the session of any user, never a token. */
export function authenticateUser(doors: Doors): MiddlewareHandler<Api> {
  return async (c, next) => {
    const { user } = await signedIn(c, doors);
    c.set('user', user);
    c.set('actor', asActor(user));
    await next();
  };
}

/**
 * /internal/v1: a token with scope sync. Its row is kept for a few seconds, so that a sync costs no
 * query for it and a revocation still bites within GATEWAY_TOKEN_CACHE_MS.
 */
export function authenticateGateway({ sql }: Pick<Doors, 'sql'>): MiddlewareHandler<Api> {
  const cached = new Map<string, { row: TokenRow; readAt: number }>();
  const rowOf = async (secret: string, now: number): Promise<TokenRow | undefined> => {
    const entry = cached.get(secret);
    // A clock that was set back must not make an entry live on.
    if (entry && Math.abs(now - entry.readAt) < GATEWAY_TOKEN_CACHE_MS) return entry.row;
    const row = await tokenOf(sql, secret);
    cached.delete(secret);
    if (cached.size >= GATEWAY_TOKENS_CACHED_MAX) cached.clear();
    if (row !== undefined) cached.set(secret, { row, readAt: now });
    return row;
  };
  return async (c, next) => {
    const secret = bearer(c.req.header('authorization'));
    if (secret === null) throw new Fault('unauthenticated', { detail: 'Send a gateway token' });
    const row = requireActive(await rowOf(secret, c.var.now), c.var.now);
    if (!row.scopes.includes('sync'))
      throw new Fault('forbidden', { detail: 'Not a gateway token' });
    await touch(sql, row, c.var.now);
    c.set('actor', tokenActor(row));
    await next();
  };
}
