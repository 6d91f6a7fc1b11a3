import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { done } from '../contract/session.ts';
import {
  appCodeGiven,
  passwordAgain,
  recoveryCodes,
  twoFactor,
  twoFactorBegun,
} from '../contract/two-factor.ts';
import { audit } from '../kit/audit.ts';
import type { Sql } from '../kit/database.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { takeCode } from './app-code.ts';
import { browserHeaders } from './browser-headers.ts';
import type { AccountChange } from './letter.ts';
import type { SignIn } from './sign-in.ts';
import { throttle } from './throttle.ts';

const tags = ['Portal'];

const get = createRoute({
  method: 'get',
  path: '/me/two-factor',
  tags,
  summary: 'Get whether the caller signs in with a second factor',
  responses: { 200: json(twoFactor), ...PROBLEMS },
});
const begin = createRoute({
  method: 'post',
  path: '/me/two-factor/begin',
  tags,
  summary: 'Set up a second factor',
  description:
    'Out: what an authenticator app is given, and recovery codes, both only now. Sign-in goes on ' +
    'without it until a code of the app was confirmed.',
  request: jsonBody(passwordAgain),
  responses: { 201: json(twoFactorBegun, 'Begun'), ...PROBLEMS },
});
const confirm = createRoute({
  method: 'post',
  path: '/me/two-factor/confirm',
  tags,
  summary: 'Turn the second factor on',
  description: 'By a code of the app: from then on each sign-in asks for one.',
  request: jsonBody(appCodeGiven),
  responses: { 200: json(done), ...PROBLEMS },
});
const codes = createRoute({
  method: 'post',
  path: '/me/two-factor/recovery-codes',
  tags,
  summary: 'Make new recovery codes',
  description: 'Those of before are taken no more.',
  request: jsonBody(passwordAgain),
  responses: { 201: json(recoveryCodes, 'Made'), ...PROBLEMS },
});
const turnOff = createRoute({
  method: 'post',
  path: '/me/two-factor/turn-off',
  tags,
  summary: 'Turn the second factor off',
  request: jsonBody(passwordAgain),
  responses: { 200: json(done), ...PROBLEMS },
});

const BEGUN = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
const MADE = z.object({ backupCodes: z.array(z.string()) });

export type TwoFactorDoor = { sql: Sql; signIn: SignIn };

/**
 * /portal/v1/me/two-factor. Mounted apart from all that writes in one transaction: who keeps
 * passwords and sessions writes in its own, and a session is another one afterwards.
 */
export function twoFactorHttp({ sql, signIn }: TwoFactorDoor): OpenAPIHono<Api> {
  const app = api();
  /** One call as the browser that asks. Each counts, so that no password is guessed here. */
  const call = async (c: ApiContext, path: string, body: object): Promise<unknown> => {
    const { user, now, address = '' } = c.var;
    await throttle(sql, { what: 'two-factor:account', who: user.id, now });
    const headers = browserHeaders(c, address);
    const answer = await signIn.call(`/two-factor/${path}`, { headers, body });
    for (const cookie of answer.cookies) c.header('set-cookie', cookie, { append: true });
    return answer.body;
  };
  const note = async (c: ApiContext, action: string, change: AccountChange): Promise<void> => {
    const { actor, now, requestId, user } = c.var;
    signIn.tell(user.email, change);
    await sql.begin((tx) => audit(tx, { actor, action, subjectId: user.id, now, requestId }));
  };
  app.openapi(get, async (c) => {
    const left = await signIn.recoveryCodesLeft(c.var.user.id);
    const state = left === undefined ? 'off' : 'on';
    return c.json({ state, recovery_codes_left: left ?? null } as const, 200);
  });
  app.openapi(begin, async (c) => {
    const { password } = c.req.valid('json');
    const { totpURI, backupCodes } = BEGUN.parse(await call(c, 'enable', { password }));
    return c.json({ totp_uri: totpURI, recovery_codes: backupCodes }, 201);
  });
  app.openapi(confirm, async (c) => {
    const { code } = c.req.valid('json');
    await call(c, 'verify-totp', { code });
    // Whoever looked over a shoulder here does not sign in with it.
    await takeCode(sql, { userId: c.var.user.id, code, now: c.var.now });
    await note(c, 'two_factor.turn_on', 'two_factor_on');
    return c.json({ status: true as const }, 200);
  });
  app.openapi(codes, async (c) => {
    const made = MADE.parse(await call(c, 'generate-backup-codes', c.req.valid('json')));
    await note(c, 'two_factor.recovery_codes', 'recovery_codes');
    return c.json({ recovery_codes: made.backupCodes }, 201);
  });
  app.openapi(turnOff, async (c) => {
    await call(c, 'disable', c.req.valid('json'));
    await note(c, 'two_factor.turn_off', 'two_factor_off');
    return c.json({ status: true as const }, 200);
  });
  return app;
}
