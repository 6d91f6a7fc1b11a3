import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  done,
  passwordReset,
  resetRequest,
  session,
  secondFactorAsked,
  signedIn,
  signIn as signInBody,
  signUp,
} from '../contract/session.ts';
import type { Sql } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { browserHeaders } from './browser-headers.ts';
import { clientAddress, peerOf, type Proxies } from './client-address.ts';
import type { SignIn } from './sign-in.ts';
import { clearThrottle, throttle, type Throttled } from './throttle.ts';

export type SignInDoor = {
  sql: Sql;
  signIn: SignIn;
  signUp: 'open' | 'closed';
  isProxy: Proxies;
  /** Whether this address was sent this invitation, and it stands at `now` (ms). */
  isInvited(invitation: { token: string; email: string; now: number }): Promise<boolean>;
};

const tags = ['Session'];

const signUpRoute = createRoute({
  method: 'post',
  path: '/sign-up/email',
  tags,
  summary: 'Sign up',
  description:
    'Answers the same whether or not the address has an account; sign in next. The password of ' +
    'an account that exists is not changed, and its owner gets a letter. Addresses are not ' +
    'verified yet, so this does not hide who has an account from somebody who signs in next with ' +
    'the password they sent: that fails when the address was taken.',
  request: jsonBody(signUp),
  responses: { 200: json(done), ...PROBLEMS },
});

const signInRoute = createRoute({
  method: 'post',
  path: '/sign-in/email',
  tags,
  summary: 'Sign in',
  description:
    'Answers the same to a wrong password and to an address without an account. The eleventh try ' +
    'within five minutes at one account is 429 until they are over, from wherever and with any ' +
    'password; a sign-in begins anew. Who has a second factor is answered `second_factor` and is ' +
    'not signed in yet.',
  request: jsonBody(signInBody),
  responses: { 200: json(z.union([signedIn, secondFactorAsked])), ...PROBLEMS },
});

const signOutRoute = createRoute({
  method: 'post',
  path: '/sign-out',
  tags,
  summary: 'Sign out',
  responses: { 200: json(done), ...PROBLEMS },
});

const sessionRoute = createRoute({
  method: 'get',
  path: '/get-session',
  tags,
  summary: 'Get the session',
  responses: { 200: json(session, 'null without one'), ...PROBLEMS },
});

const resetRequestRoute = createRoute({
  method: 'post',
  path: '/request-password-reset',
  tags,
  summary: 'Ask for a reset link',
  description:
    'Answers the same whether or not the address has an account; only a letter tells. Throttled ' +
    'per address of the client and per account.',
  request: jsonBody(resetRequest),
  responses: { 200: json(done), ...PROBLEMS },
});

const resetRoute = createRoute({
  method: 'post',
  path: '/reset-password',
  tags,
  summary: 'Set a new password',
  request: jsonBody(passwordReset),
  responses: { 200: json(done), ...PROBLEMS },
});

/** What the library answers in the place of a session. */
const ASKS_SECOND = z.object({ twoFactorRedirect: z.literal(true) });

const addressOf = (c: ApiContext, isProxy: Proxies): string =>
  clientAddress(peerOf(c), c.req.header('x-forwarded-for'), isProxy);

/** /auth: sign-up, sign-in, sign-out, reset. Every failure is a problem like everywhere else. */
export function signInHttp(door: SignInDoor): OpenAPIHono<Api> {
  const app = api();
  const client = (c: ApiContext): string => addressOf(c, door.isProxy);
  const call = async (c: ApiContext, path: string, body: unknown): Promise<unknown> => {
    const headers = browserHeaders(c, client(c));
    const answer = await door.signIn.call(path, { headers, body });
    for (const cookie of answer.cookies) c.header('set-cookie', cookie, { append: true });
    return answer.body;
  };
  const limit = (c: ApiContext, what: Throttled, who: string) =>
    throttle(door.sql, { what, who, now: c.var.now });

  app.openapi(signUpRoute, async (c) => {
    const { invitation: token, ...who } = c.req.valid('json');
    await limit(c, 'sign-up:client', client(c));
    if (door.signUp === 'closed') {
      const { now } = c.var;
      const may = token !== undefined && (await door.isInvited({ token, email: who.email, now }));
      if (!may) throw new Fault('forbidden', { detail: 'Sign-up is closed' });
    }
    await call(c, '/sign-up/email', who);
    return c.json({ status: true as const }, 200);
  });
  app.openapi(signInRoute, async (c) => {
    const body = c.req.valid('json');
    await limit(c, 'sign-in:client', client(c));
    await limit(c, 'sign-in:account', body.email);
    const answer = await call(c, '/sign-in/email', body);
    await clearThrottle(door.sql, 'sign-in:account', body.email);
    const asked = ASKS_SECOND.safeParse(answer).success;
    return c.json(asked ? { second_factor: 'required' as const } : signedIn.parse(answer), 200);
  });
  app.openapi(signOutRoute, async (c) => {
    await call(c, '/sign-out', {});
    return c.json({ status: true as const }, 200);
  });
  app.openapi(sessionRoute, async (c) => {
    const found = await door.signIn.session(browserHeaders(c, client(c)));
    for (const cookie of found?.cookies ?? []) c.header('set-cookie', cookie, { append: true });
    if (found === null) return c.json(null, 200);
    const expires = { expires_at: found.expiresAt.toISOString() };
    return c.json({ user: found.user, session: expires }, 200);
  });
  app.openapi(resetRequestRoute, async (c) => {
    const body = c.req.valid('json');
    await limit(c, 'reset-request:client', client(c));
    await limit(c, 'reset-request:account', body.email);
    await call(c, '/request-password-reset', body);
    return c.json({ status: true as const }, 200);
  });
  app.openapi(resetRoute, async (c) => {
    await limit(c, 'reset:client', client(c));
    await call(c, '/reset-password', c.req.valid('json'));
    return c.json({ status: true as const }, 200);
  });
  return app;
}
