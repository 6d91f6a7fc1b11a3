import { isIP } from 'node:net';
import { z } from 'zod';
import { DAY_MS } from './kit/clock.ts';
import { COMMITS, type Commit } from './kit/database.ts';
import { TRACE_VARIABLES, traceSettings, type TraceSettings } from './contract/trace-settings.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const postgresUrl = z
  .string()
  .refine((url) => /^postgres(ql)?:\/\/\S+$/.test(url), 'is not a postgres:// URL');
// The browser's path to this API is minted under it, and Origin headers are compared with it.
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((url) => /^https?:\/\/[^/?#]+\/?$/.test(url), 'has more than a host and a port')
  .transform((url) => new URL(url).origin);

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}
// A gateway may stand under a path of another host.
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const networks = z
  .string()
  .transform((list) =>
    list
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  )
  .refine((list) => list.every(isNetwork), 'is not a list of addresses and CIDR ranges');

const SECRET_CHARS_MIN = 32;
const secretsKey = z
  .string()
  .transform((list) => list.split(',').map((key) => key.trim()))
  .refine(
    (keys) => keys.every((key) => key.length >= SECRET_CHARS_MIN),
    `has a key of fewer than ${SECRET_CHARS_MIN} characters`,
  );

const stripeKey = z.string().regex(/^[sr]k_(test|live)_\w+$/, 'is not a secret key of Stripe’s');
const webhookSecrets = z
  .string()
  .transform((list) => list.split(',').map((secret) => secret.trim()))
  .refine(
    (secrets) => secrets.length <= 2 && secrets.every((secret) => /^whsec_\S+$/.test(secret)),
    'is not one signing secret of Stripe’s, or two while it is rolled',
  );

const migrateSchema = z.object({ DATABASE_URL: postgresUrl });

const signInSchema = migrateSchema.extend({
  PUBLIC_URL: origin,
  AUTH_SECRET: z.string().min(SECRET_CHARS_MIN, `has fewer than ${SECRET_CHARS_MIN} characters`),
});

const coreSchema = signInSchema.extend({
  AUTH_SECRET_OTHER: z
    .string()
    .min(SECRET_CHARS_MIN, `has fewer than ${SECRET_CHARS_MIN} characters`)
    .optional(),
  PORT: port,
  PRIVATE_PORT: port,
  INTERNAL_URL: address.optional(),
  SYNCHRONOUS_COMMIT: z.enum(COMMITS).default('on'),
  HOST: z.string().min(1).default('127.0.0.1'),
  GATEWAY_PUBLIC_URL: address,
  SECRETS_KEY: secretsKey.optional(),
  SIGN_UP: z.enum(['open', 'closed']).default('closed'),
  STRIPE_SECRET_KEY: stripeKey.optional(),
  STRIPE_WEBHOOK_SECRET: webhookSecrets.default([]),
  STRIPE_API_BASE: origin.optional(),
  STRIPE_MIRROR_PLANS: z.enum(['on', 'off']).default('off'),
  TEST_CLOCK: z.enum(['on', 'off']).default('off'),
  CHANGES_KEEP_DAYS: z.coerce.number().int().min(1).max(366).default(7),
  REQUEST_LOG_HOURS: z.coerce.number().int().min(1).max(720).default(72),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_DIR: z.string().min(1).optional(),
  MAIL_FROM: z.string().min(3).optional(),
  TRUSTED_PROXIES: networks.default([]),
  ...TRACE_VARIABLES,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

// A live key must not leave for another host by a slip.
const schema = coreSchema
  .refine(({ STRIPE_API_BASE, STRIPE_SECRET_KEY }) => !STRIPE_API_BASE || STRIPE_SECRET_KEY, {
    path: ['STRIPE_SECRET_KEY'],
    message: 'is not set, and STRIPE_API_BASE is',
  })
  .refine(
    ({ STRIPE_API_BASE, STRIPE_SECRET_KEY }) =>
      !STRIPE_API_BASE || !/_live_/.test(STRIPE_SECRET_KEY ?? ''),
    { path: ['STRIPE_API_BASE'], message: 'is not for a live key' },
  );

export type Config = {
  databaseUrl: string;
  port: number;
  privatePort: number;
  /** Where a commit has to be before it is answered. */
  synchronousCommit: Commit;
  /** Where other cores reach the private port of this one; undefined: found out at the start. */
  internalUrl: string | undefined;
  host: string;
  publicUrl: string;
  gatewayPublicUrl: string;
  authSecret: string;
  /** Opens second factors, too, while the one above is being changed. */
  authSecretOther: string | undefined;
  /** What secrets of upstreams are sealed with: the first seals, all open. Empty: none is kept. */
  secretsKeys: readonly string[];
  signUp: 'open' | 'closed';
  /** Undefined: invoices are marked paid by hand. */
  stripe:
    | {
        secretKey: string;
        webhookSecrets: readonly string[];
        apiBase: URL | undefined;
        /** Whether Stripe has plans as products and prices, for its reports. */
        mirrorsPlans: boolean;
      }
    | undefined;
  /** Whether the installation is for tests, so that its time can be moved. */
  testClock: boolean;
  /** How long changes are kept for gateways that are away. */
  changesKeepMs: number;
  /** How long single requests are kept for people to look at. */
  requestLogHours: number;
  smtpUrl: string | undefined;
  mailDir: string | undefined;
  mailFrom: string;
  /** Whose X-Forwarded-For is believed, beside loopback: the portal's proxy. */
  trustedProxies: readonly string[];
  /** Undefined: no collector is told of anything. */
  tracing: TraceSettings | undefined;
  logLevel: string;
};

type Environment = Record<string, string | undefined>;

/** Names every variable that is missing or malformed: a half-configured core must not run. */
export class ConfigError extends Error {}

function read<Schema extends z.ZodType>(shape: Schema, env: Environment): z.infer<Schema> {
  const result = shape.safeParse(env);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return `  ${name}: ${env[name] === undefined ? 'is not set' : issue.message}`;
  });
  throw new ConfigError(`configuration is not usable:\n${lines.join('\n')}`);
}

function stripeOf(values: z.infer<typeof schema>): Config['stripe'] {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_BASE: base } = values;
  if (secretKey === undefined) return undefined;
  const apiBase = base === undefined ? undefined : new URL(base);
  const mirrorsPlans = values.STRIPE_MIRROR_PLANS === 'on';
  return { secretKey, webhookSecrets: values.STRIPE_WEBHOOK_SECRET, apiBase, mirrorsPlans };
}

/** The environment of billing-core, checked. Throws ConfigError naming each bad variable. */
export function readConfig(env: Environment = process.env): Config {
  const values = read(schema, env);
  return {
    databaseUrl: values.DATABASE_URL,
    port: values.PORT,
    privatePort: values.PRIVATE_PORT,
    internalUrl: values.INTERNAL_URL,
    synchronousCommit: values.SYNCHRONOUS_COMMIT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL,
    gatewayPublicUrl: values.GATEWAY_PUBLIC_URL,
    authSecret: values.AUTH_SECRET,
    authSecretOther: values.AUTH_SECRET_OTHER,
    secretsKeys: values.SECRETS_KEY ?? [],
    signUp: values.SIGN_UP,
    stripe: stripeOf(values),
    testClock: values.TEST_CLOCK === 'on',
    changesKeepMs: values.CHANGES_KEEP_DAYS * DAY_MS,
    requestLogHours: values.REQUEST_LOG_HOURS,
    smtpUrl: values.SMTP_URL,
    mailDir: values.MAIL_DIR,
    mailFrom: values.MAIL_FROM ?? `Tollgate <no-reply@${new URL(values.PUBLIC_URL).hostname}>`,
    trustedProxies: values.TRUSTED_PROXIES,
    tracing: traceSettings(values),
    logLevel: values.LOG_LEVEL,
  };
}

/** What the commands beside the server need. */
export function readMigrateConfig(env: Environment = process.env): { databaseUrl: string } {
  return { databaseUrl: read(migrateSchema, env).DATABASE_URL };
}

/** What create-admin needs beside the database: it mints links to the portal. */
export function readSignInConfig(
  env: Environment = process.env,
): Pick<Config, 'databaseUrl' | 'publicUrl' | 'authSecret'> {
  const values = read(signInSchema, env);
  return {
    databaseUrl: values.DATABASE_URL,
    publicUrl: values.PUBLIC_URL,
    authSecret: values.AUTH_SECRET,
  };
}
