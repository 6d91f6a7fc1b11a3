import { fileURLToPath } from 'node:url';
import { isAbsolute, join } from 'node:path';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The variable that sets each port, and the port without it. */
const PORTS = {
  portal: ['TOLLGATE_PORTAL_PORT', 4000],
  billingCore: ['TOLLGATE_BILLING_CORE_PORT', 4001],
  gateway: ['TOLLGATE_GATEWAY_PORT', 4002],
  upstream: ['TOLLGATE_UPSTREAM_PORT', 4003],
  postgres: ['TOLLGATE_POSTGRES_PORT', 4004],
  stripe: ['TOLLGATE_STRIPE_PORT', 4006],
  billingCorePrivate: ['TOLLGATE_BILLING_CORE_PRIVATE_PORT', 4011],
  gatewayPrivate: ['TOLLGATE_GATEWAY_PRIVATE_PORT', 4012],
} as const;

export type PortName = keyof typeof PORTS;

/** Settings of the parts that are handed on as they are. */
const HANDED_ON = [
  'LOG_LEVEL',
  'SIGN_UP',
  'SMTP_URL',
  'SPOOL_FSYNC',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'TEST_CLOCK',
  'TRUSTED_PROXIES',
  'UPSTREAM_ALLOW',
  'UPSTREAM_LOG',
];

/** What every program needs of the system; nothing else of our environment reaches a child. */
const OF_THE_SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|TZ|LANG|LC_\w+|TMPDIR|NODE_(OPTIONS|COMPILE_CACHE|EXTRA_CA_CERTS))$/;

export interface StartConfig {
  ports: Record<PortName, number>;
  /** Absolute. */
  dataDir: string;
  /** A database that somebody else runs; absent when we run one. */
  databaseUrl: string | undefined;
  /** A test key of a Stripe account of yours; absent: the local Stripe collects. */
  stripeKey: string | undefined;
  /** Begin with an empty installation. */
  reset: boolean;
  systemEnv: Record<string, string>;
  handedOn: Record<string, string>;
}

/** The variable that sets this port. */
export const portVariable = (name: PortName): string => PORTS[name][0];

/** Reads the environment and the arguments of `npm start`. Throws naming what is wrong. */
export function readStartConfig(
  args: readonly string[],
  env: Record<string, string | undefined> = process.env,
): StartConfig {
  const unknown = args.find((arg) => arg !== '--reset');
  if (unknown !== undefined) throw new Error(`Unknown argument ${unknown}; there is --reset.`);
  const reset = args.includes('--reset');
  const databaseUrl = env['DATABASE_URL'] || undefined;
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\/\S+$/.test(databaseUrl)) {
    throw new Error('DATABASE_URL is not a postgres:// URL.');
  }
  if (databaseUrl !== undefined && reset) {
    throw new Error('--reset does not empty the database of DATABASE_URL; do that yourself.');
  }
  const stripeKey = env['STRIPE_SECRET_KEY'] || undefined;
  if (stripeKey !== undefined && !/^[sr]k_test_/.test(stripeKey)) {
    throw new Error(
      'STRIPE_SECRET_KEY is not a test key (sk_test_…): `npm start` never moves money.',
    );
  }
  const dataDir = env['TOLLGATE_DATA_DIR'] || '.tollgate';
  return {
    ports: readPorts(env),
    dataDir: isAbsolute(dataDir) ? dataDir : join(ROOT, dataDir),
    databaseUrl,
    stripeKey,
    reset,
    systemEnv: pick(env, (name) => OF_THE_SYSTEM.test(name)),
    handedOn: pick(env, (name) => HANDED_ON.includes(name)),
  };
}

function readPorts(env: Record<string, string | undefined>): Record<PortName, number> {
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([name, [variable, usual]]) => {
      const port = Number(env[variable] || usual);
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new Error(`${variable} is not a port: ${env[variable]}`);
      }
      return [name, port];
    }),
  ) as Record<PortName, number>;
  for (const [name, port] of Object.entries(ports) as [PortName, number][]) {
    const twin = (Object.keys(ports) as PortName[]).find(
      (other) => other !== name && ports[other] === port,
    );
    if (twin) {
      throw new Error(
        `${portVariable(name)} and ${portVariable(twin)} are the same port, ${port}.`,
      );
    }
  }
  return ports;
}

function pick(
  env: Record<string, string | undefined>,
  wanted: (name: string) => boolean,
): Record<string, string> {
  const entries = Object.entries(env).filter(
    ([name, value]) => value !== undefined && wanted(name),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}
