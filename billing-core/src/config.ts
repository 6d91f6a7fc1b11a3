import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const postgresUrl = z
  .string()
  .refine((url) => /^postgres(ql)?:\/\/\S+$/.test(url), 'is not a postgres:// URL');
const origin = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const migrateSchema = z.object({ DATABASE_URL: postgresUrl });

const schema = migrateSchema.extend({
  PORT: port,
  PRIVATE_PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: origin,
  GATEWAY_PUBLIC_URL: origin,
  AUTH_SECRET: z.string().min(32, 'has fewer than 32 characters'),
  SIGN_UP: z.enum(['open', 'closed']).default('closed'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_DIR: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = {
  databaseUrl: string;
  port: number;
  privatePort: number;
  host: string;
  publicUrl: string;
  gatewayPublicUrl: string;
  authSecret: string;
  signUp: 'open' | 'closed';
  smtpUrl: string | undefined;
  mailDir: string | undefined;
  logLevel: string;
};

type Environment = Record<string, string | undefined>;

/** Names every variable that is missing or malformed, and stops: a half-configured core must not run. */
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

/** The environment of billing-core, checked. Throws ConfigError naming each bad variable. */
export function readConfig(env: Environment = process.env): Config {
  const values = read(schema, env);
  return {
    databaseUrl: values.DATABASE_URL,
    port: values.PORT,
    privatePort: values.PRIVATE_PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL,
    gatewayPublicUrl: values.GATEWAY_PUBLIC_URL,
    authSecret: values.AUTH_SECRET,
    signUp: values.SIGN_UP,
    smtpUrl: values.SMTP_URL,
    mailDir: values.MAIL_DIR,
    logLevel: values.LOG_LEVEL,
  };
}

/** What the commands beside the server need. */
export function readMigrateConfig(env: Environment = process.env): { databaseUrl: string } {
  return { databaseUrl: read(migrateSchema, env).DATABASE_URL };
}
