import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { done } from '../contract/session.ts';
import { secondFactor } from '../contract/two-factor.ts';
import type { Sql } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { takeCode } from './app-code.ts';
import { browserHeaders } from './browser-headers.ts';
import { clientAddress, peerOf } from './client-address.ts';
import { dropSession } from './session-store.ts';
import type { SignInDoor } from './sign-in-http.ts';
import { clearThrottle, throttle } from './throttle.ts';

const tags = ['Session'];

const secondFactorRoute = createRoute({
  method: 'post',
  path: '/sign-in/second-factor',
  tags,
  summary: 'Sign in with a code',
  description:
    'After a sign-in that was answered `second_factor`, within ten minutes and in the same ' +
    'browser: a code of the app, or a recovery code, which works once. Five wrong ones end that ' +
    'sign-in; ten in a row, however often it begins anew, close the account for 15 minutes (429).',
  request: jsonBody(secondFactor),
  responses: { 200: json(done), ...PROBLEMS },
});

const SESSION_COOKIE = /^(__Secure-)?tollgate\.session_token=/;

const ENTERED = z.object({ token: z.string(), user: z.object({ id: z.string() }) });

/** Throws invalid_request for a code that was used before, and ends the session that it began. */
async function takeOnce(sql: Sql, { body, code, now }: Taken): Promise<void> {
  const { token, user } = ENTERED.parse(body);
  if (await takeCode(sql, { userId: user.id, code, now })) return;
  await dropSession(sql, token);
  const message = 'was used already: wait for the next one';
  throw new Fault('invalid_request', { errors: [{ path: 'code', message }] });
}

type Taken = { body: unknown; code: string; now: number };

/** The code is for the sign-in that asked for it, whoever else is signed in in that browser. */
function withoutSession(headers: Headers): Headers {
  const cookies = (headers.get('cookie') ?? '').split(/; */);
  headers.set('cookie', cookies.filter((one) => !SESSION_COOKIE.test(one)).join('; '));
  return headers;
}

/** /auth/sign-in/second-factor: the code that a sign-in asked for. */
export function secondFactorHttp({
  sql,
  signIn,
  isProxy,
}: Pick<SignInDoor, 'sql' | 'signIn' | 'isProxy'>): OpenAPIHono<Api> {
  const app = api();
  app.openapi(secondFactorRoute, async (c) => {
    const { code } = c.req.valid('json');
    const { now } = c.var;
    const client = clientAddress(peerOf(c), c.req.header('x-forwarded-for'), isProxy);
    await throttle(sql, { what: 'sign-in:client', who: client, now });
    const isOfApp = /^\d+$/.test(code);
    const path = `/two-factor/verify-${isOfApp ? 'totp' : 'backup-code'}`;
    const headers = withoutSession(browserHeaders(c, client));
    const who = await signIn.waitsForCode(headers);
    if (who !== undefined) await throttle(sql, { what: 'second-factor:account', who, now });
    const answer = await signIn.call(path, { headers, body: { code } });
    if (isOfApp) await takeOnce(sql, { body: answer.body, code, now });
    if (who !== undefined) await clearThrottle(sql, 'second-factor:account', who);
    for (const cookie of answer.cookies) c.header('set-cookie', cookie, { append: true });
    return c.json({ status: true as const }, 200);
  });
  return app;
}
