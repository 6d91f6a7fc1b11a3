import { isIP } from 'node:net';
import { z } from 'zod';
import type { Subnet } from '@tollgate/billing-core/contract/address.ts';
import {
  TRACE_VARIABLES,
  type TraceSettings,
  traceSettings,
} from '@tollgate/billing-core/contract/trace-settings.ts';
import { readSubnets } from '../core/address.ts';
import { KEYS_MAX } from './fact-store.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const origin = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** An address, or a subnet with its prefix length. */
export type Network = { address: string; prefix: number; family: 'ipv4' | 'ipv6' };

function networkOf(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
    return undefined;
  }
  const prefix = bits === undefined ? longest : Number(bits);
  return prefix > longest
    ? undefined
    : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

const networks = z
  .string()
  .default('')
  .transform((list, context) => {
    const parts = list
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const read = parts.map(networkOf).filter((network) => network !== undefined);
    if (read.length !== parts.length) {
      context.addIssue({ code: 'custom', message: 'is not a list of addresses and subnets' });
    }
    return read;
  });

const subnets = z
  .string()
  .default('')
  .transform((list, context) => {
    const read = readSubnets(list);
    if (!read)
      context.addIssue({ code: 'custom', message: 'is not a list of addresses and subnets' });
    return read ?? [];
  });

const schema = z.object({
  PORT: port,
  PRIVATE_PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  BILLING_CORE_URL: origin,
  GATEWAY_TOKEN: z.string().min(20, 'has fewer than 20 characters'),
  SPOOL_DIR: z.string().min(1),
  SPOOL_FSYNC: z.enum(['interval', 'always', 'never']).default('interval'),
  SPOOL_BYTES_MAX: z.coerce.number().int().min(1_000_000).default(1_000_000_000),
  SPOOL_FULL: z.enum(['refuse', 'admit']).default('refuse'),
  REQUEST_LOG: z.enum(['sampled', 'full', 'off']).default('sampled'),
  CHECKPOINT_SECONDS: z.coerce.number().min(1).max(3_600).default(10),
  TRUSTED_PROXIES: networks,
  UPSTREAM_ALLOW: subnets,
  REQUESTS_MAX: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  EVENT_LOOP_DELAY_MAX_MS: z.coerce.number().int().min(0).max(60_000).default(250),
  CONNECTIONS_MAX: z.coerce.number().int().min(1).max(1_000_000).default(20_000),
  CONNECTIONS_PER_CLIENT_MAX: z.coerce.number().int().min(1).max(1_000_000).default(1_000),
  KEYS_MAX: z.coerce.number().int().min(1_000).max(10_000_000).default(KEYS_MAX),
  ...TRACE_VARIABLES,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = {
  readonly port: number;
  readonly privatePort: number;
  readonly host: string;
  readonly coreUrl: string;
  readonly token: string;
  readonly spoolDir: string;
  readonly fsync: 'interval' | 'always' | 'never';
  /** Bytes of unsent usage on disk after which the spool is full. */
  readonly spoolBytesMax: number;
  /** What becomes of requests while it is, or its disk. */
  readonly whenFull: 'refuse' | 'admit';
  /** How often what a long request used is recorded while it lasts. */
  readonly checkpointMs: number;
  /** Of which requests core is told one by one. */
  readonly requestLog: 'sampled' | 'full' | 'off';
  readonly trustedProxies: readonly Network[];
  /** Private subnets in which upstreams may be. */
  readonly upstreamAllow: readonly Subnet[];
  /** Requests under way at once. */
  readonly requestsMax: number;
  /** Delay of the event loop from which on requests are turned away; 0 for never. */
  readonly delayMaxMs: number;
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
  /** Keys whose facts are kept in memory, and on disk. */
  readonly keysMax: number;
  /** Undefined: no collector is told of anything. */
  readonly tracing?: TraceSettings | undefined;
  readonly logLevel: string;
};

/** A half-configured gateway must not run. Names every variable that is missing or malformed. */
export class ConfigError extends Error {}

/** The environment of a gateway, checked. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const result = schema.safeParse(env);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return `  ${name}: ${env[name] === undefined ? 'is not set' : issue.message}`;
    });
    throw new ConfigError(`configuration is not usable:\n${lines.join('\n')}`);
  }
  const values = result.data;
  return {
    port: values.PORT,
    privatePort: values.PRIVATE_PORT,
    host: values.HOST,
    coreUrl: values.BILLING_CORE_URL,
    token: values.GATEWAY_TOKEN,
    spoolDir: values.SPOOL_DIR,
    fsync: values.SPOOL_FSYNC,
    spoolBytesMax: values.SPOOL_BYTES_MAX,
    whenFull: values.SPOOL_FULL,
    checkpointMs: values.CHECKPOINT_SECONDS * 1_000,
    requestLog: values.REQUEST_LOG,
    trustedProxies: values.TRUSTED_PROXIES,
    upstreamAllow: values.UPSTREAM_ALLOW,
    requestsMax: values.REQUESTS_MAX,
    delayMaxMs: values.EVENT_LOOP_DELAY_MAX_MS,
    connectionsMax: values.CONNECTIONS_MAX,
    connectionsPerClientMax: values.CONNECTIONS_PER_CLIENT_MAX,
    keysMax: values.KEYS_MAX,
    tracing: traceSettings(values),
    logLevel: values.LOG_LEVEL,
  };
}
