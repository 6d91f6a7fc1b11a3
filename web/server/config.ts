import { isIP } from 'node:net';

export interface Config {
  host: string;
  port: number;
  coreUrl: URL;
  /** Where browsers reach the gateway; undefined where it was not said. */
  gatewayOrigin: string | undefined;
  logLevel: string;
}

/** A variable that is missing or malformed; the message names it and says what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads PORT, HOST (default 127.0.0.1), BILLING_CORE_URL, GATEWAY_PUBLIC_URL (may be left out) and
 * LOG_LEVEL (default info).
 * @throws ConfigError for the first variable that can't be used.
 */
export function readConfig(env: Environment = process.env): Config {
  return {
    port: readPort(env['PORT']),
    host: readHost(env['HOST'] ?? '127.0.0.1'),
    coreUrl: readCoreUrl(env['BILLING_CORE_URL']),
    gatewayOrigin: readGatewayOrigin(env['GATEWAY_PUBLIC_URL']),
    logLevel: readLogLevel(env['LOG_LEVEL'] ?? 'info'),
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined) throw new ConfigError('PORT is not set: the port the portal listens on');
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new ConfigError(`PORT must be a port from 1 to 65535, not "${text}"`);
}

function readHost(text: string): string {
  if (isIP(text) !== 0 || /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(text)) return text;
  throw new ConfigError(`HOST must be an address or a host name, not "${text}"`);
}

function readCoreUrl(text: string | undefined): URL {
  if (text === undefined) {
    throw new ConfigError('BILLING_CORE_URL is not set: where billing-core answers');
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '';
  if (usable) return url;
  throw new ConfigError(`BILLING_CORE_URL must be http(s)://host[:port], not "${text}"`);
}

function readGatewayOrigin(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // It goes into a policy: nothing but a scheme, a host and a port may come of it.
  if (url && /^https?:\/\/[a-z0-9.\-[\]:]+$/.test(url.origin)) return url.origin;
  throw new ConfigError(`GATEWAY_PUBLIC_URL must be http(s)://host[:port], not "${text}"`);
}

function readLogLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new ConfigError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
}
