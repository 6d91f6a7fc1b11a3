import { createHmac } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { PostgresJSDialect } from 'kysely-postgres-js';
import { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../contract/user.ts';
import type { SessionUser } from '../contract/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Sql } from '../kit/database.ts';
import { randomBase62 } from '../kit/base62.ts';
import { newId } from '../kit/id.ts';
import type { Log } from '../kit/log.ts';
import type { Mail } from '../kit/mail.ts';
import { sealingOf, type AuthSecrets } from './factor-seal.ts';
import { alreadyHere, changeLetter, resetLetter, type AccountChange } from './letter.ts';
import { faultOfSignIn } from './sign-in-fault.ts';

export type SignInSettings = {
  sql: Sql;
  clock: Clock;
  log: Log;
  mail: Mail;
  /** The portal's origin; its proxy shows this API under /api. */
  publicUrl: string;
} & AuthSecrets;

export type Session = { id: string; user: SessionUser; expiresAt: Date; cookies: string[] };

type Answered = { body: unknown; cookies: string[] };

/** What the rest of the core needs of whatever keeps passwords and sessions. */
export interface SignIn {
  /** Runs one call, e.g. '/sign-in/email', with the browser's headers and a checked body. */
  call(path: string, call: { headers: Headers; body: unknown }): Promise<Answered>;
  /** Whose session the cookies in `headers` are; a session that was renewed sets cookies anew. */
  session(headers: Headers): Promise<Session | null>;
  hashPassword(password: string): Promise<string>;
  /** A one-time link by which this user sets a password within RESET_TTL_S. */
  passwordLink(userId: string): Promise<string>;
  /** The secret that belongs to this text: always the same, and nobody else can tell it. */
  secretOf(text: string): string;
  /** Whose sign-in waits for a code in the browser that sends these; undefined for nobody's. */
  waitsForCode(headers: Headers): Promise<string | undefined>;
  /** Tells whose account it is, by a letter behind the answer, what was changed of it. */
  tell(email: string, change: AccountChange): void;
  /** How many recovery codes this user has not used; undefined without a second factor. */
  recoveryCodesLeft(userId: string): Promise<number | undefined>;
}

export const AUTH_PATH = '/api/auth';
export const CLIENT_ADDRESS_HEADER = 'x-tollgate-client-address';
export const RESET_TTL_S = 60 * 60;
const RESET_TOKEN_CHARS = 32;
const SESSION_TTL_S = 7 * 24 * 60 * 60;
const SESSION_RENEWAL_S = 24 * 60 * 60;

const TIMES = { createdAt: 'created_at', updatedAt: 'updated_at' };

// Names of our tables; a sign-up can never say `role` (input: false, and its schema is strict).
const TABLES = {
  user: {
    modelName: 'users',
    fields: { emailVerified: 'email_verified', ...TIMES },
    additionalFields: {
      role: { type: 'string', required: true, defaultValue: 'user', input: false },
    },
  },
  session: {
    modelName: 'sessions',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      ...TIMES,
    },
    expiresIn: SESSION_TTL_S,
    updateAge: SESSION_RENEWAL_S,
  },
  account: {
    modelName: 'accounts',
    fields: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...TIMES,
    },
  },
  verification: {
    modelName: 'verifications',
    fields: { expiresAt: 'expires_at', ...TIMES },
    // A reset token read from the table, or from a backup of it, opens nothing.
    storeIdentifier: 'hashed',
  },
} as const;

/** No device is trusted for longer than its session: each sign-in asks for a code. */
const secondFactor = () =>
  twoFactor({
    schema: {
      user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
      twoFactor: {
        modelName: 'two_factors',
        fields: {
          userId: 'user_id',
          backupCodes: 'backup_codes',
          failedVerificationCount: 'failed_verification_count',
          lockedUntil: 'locked_until',
        },
      },
    },
  });

const ID_PREFIX = {
  user: 'usr',
  session: 'ses',
  account: 'acc',
  verification: 'ver',
  twoFactor: 'tfa',
} as const;

/** What the library calls the cookie of a sign-in that waits for a code. */
const PENDING_COOKIE = 'two_factor';

function readable(cookie: string): string {
  try {
    return decodeURIComponent(cookie);
  } catch {
    return '';
  }
}

function passwords({ sql, mail, publicUrl }: SignInSettings) {
  return {
    enabled: true,
    // The answer is then the same whether the address was taken or not; the browser signs in next.
    autoSignIn: false,
    minPasswordLength: PASSWORD_CHARS_MIN,
    maxPasswordLength: PASSWORD_CHARS_MAX,
    resetPasswordTokenExpiresIn: RESET_TTL_S,
    revokeSessionsOnPasswordReset: true,
    // Nor goes a sign-in on that began with the old password, and waits for a code.
    onPasswordReset: async ({ user }: { user: { id: string; email: string } }) => {
      await sql`delete from verifications where value = ${user.id}`;
      mail.send(changeLetter(user.email, 'password', publicUrl));
    },
    sendResetPassword: async ({ user, token }: { user: { email: string }; token: string }) =>
      mail.send(resetLetter(user.email, resetLink(publicUrl, token))),
    onExistingUserSignUp: async ({ user }: { user: { email: string } }) =>
      mail.send(alreadyHere(user.email, publicUrl)),
  };
}

/** Where a person sets a password with this one-time token. */
export const resetLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`;

function openBetterAuth(settings: SignInSettings) {
  const { sql, clock, log, publicUrl } = settings;
  return betterAuth({
    appName: 'Tollgate',
    baseURL: publicUrl,
    basePath: AUTH_PATH,
    ...sealingOf(settings),
    trustedOrigins: [publicUrl],
    telemetry: { enabled: false },
    database: {
      dialect: new PostgresJSDialect({ postgres: sql }),
      type: 'postgres',
      transaction: true,
    },
    emailAndPassword: passwords(settings),
    plugins: [secondFactor()],
    ...TABLES,
    // Our own throttle counts per account too, and by the core's clock.
    rateLimit: { enabled: false },
    // No level: with one, the library also prints by itself.
    logger: {
      log: (level, message, ...details) => {
        log[level === 'error' ? 'warn' : 'debug']({ details }, `sign-in: ${message}`);
      },
    },
    // What is no refusal comes out as it is: a database that is away must not look like a bug.
    onAPIError: { throw: true },
    advanced: {
      cookiePrefix: 'tollgate',
      useSecureCookies: publicUrl.startsWith('https://'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      // Said aloud because the library turns both checks off under a test runner.
      disableCSRFCheck: false,
      disableOriginCheck: false,
      database: {
        generateId: ({ model }) => newId(ID_PREFIX[model as keyof typeof ID_PREFIX], clock()),
      },
    },
  });
}

/** Opens sign-in on better-auth; nothing else in the core knows that library. */
export function openSignIn(settings: SignInSettings): SignIn {
  const auth = openBetterAuth(settings);
  return {
    async call(path, { headers, body }) {
      const url = `${settings.publicUrl}${AUTH_PATH}${path}`;
      const request = new Request(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const answer = await auth.handler(request);
      if (!answer.ok) throw await faultOfSignIn(answer, settings.publicUrl);
      return { body: await answer.json(), cookies: answer.headers.getSetCookie() };
    },
    async session(headers) {
      const answer = await auth.api.getSession({ headers, returnHeaders: true });
      if (answer.response === null) return null;
      const { user, session } = answer.response;
      const role = user.role === 'admin' ? 'admin' : 'user';
      return {
        id: session.id,
        user: { id: user.id, name: user.name, email: user.email, role },
        expiresAt: new Date(session.expiresAt),
        cookies: answer.headers.getSetCookie(),
      };
    },
    hashPassword: async (password) => (await auth.$context).password.hash(password),
    async passwordLink(userId) {
      const token = randomBase62(RESET_TOKEN_CHARS);
      await (
        await auth.$context
      ).internalAdapter.createVerificationValue({
        value: userId,
        identifier: `reset-password:${token}`,
        expiresAt: new Date(settings.clock() + RESET_TTL_S * 1_000),
      });
      return resetLink(settings.publicUrl, token);
    },
    async waitsForCode(headers) {
      const context = await auth.$context;
      const { name } = context.createAuthCookie(PENDING_COOKIE);
      const cookies = (headers.get('cookie') ?? '').split(/; */);
      const pending = cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
      // Its signature stands behind the last dot; whoever makes one up meets no such sign-in.
      const [, identifier] = /^(.+)\./.exec(readable(pending ?? '')) ?? [];
      if (identifier === undefined) return undefined;
      return (await context.internalAdapter.findVerificationValue(identifier))?.value;
    },
    async recoveryCodesLeft(userId) {
      const [on] = await settings.sql`
        select from users where id = ${userId} and two_factor_enabled`;
      if (on === undefined) return undefined;
      const { backupCodes } = await auth.api.viewBackupCodes({ body: { userId } });
      return backupCodes.length;
    },
    tell: (email, change) => settings.mail.send(changeLetter(email, change, settings.publicUrl)),
    secretOf: (text) =>
      createHmac('sha256', settings.secret).update(`tollgate ${text}`).digest('base64url'),
  };
}
