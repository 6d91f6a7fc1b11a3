import { isAbsolute, join } from 'node:path';
import { ROOT } from '../start/config.ts';

export type DevConfig = {
  readonly port: number;
  /** Where `npm start` keeps its installation. */
  readonly dataDir: string;
  readonly env: Record<string, string>;
};

/** What the tool may know of our environment, and that it stays at home: no login, no telemetry. */
const OF_THE_SYSTEM = /^(PATH|HOME|USER|TZ|LANG|LC_\w+|TMPDIR|TERM)$/;
export const AT_HOME = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  CI: 'true',
};

/** Reads the environment of `npm run dev:workers`. Throws naming what is wrong. */
export function readDevConfig(env: Record<string, string | undefined> = process.env): DevConfig {
  const port = Number(env['TOLLGATE_WORKERS_PORT'] || 4005);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`TOLLGATE_WORKERS_PORT is not a port: ${env['TOLLGATE_WORKERS_PORT']}`);
  }
  const dataDir = env['TOLLGATE_DATA_DIR'] || '.tollgate';
  const system = Object.entries(env).filter(([name]) => OF_THE_SYSTEM.test(name));
  return {
    port,
    dataDir: isAbsolute(dataDir) ? dataDir : join(ROOT, dataDir),
    env: { ...(Object.fromEntries(system) as Record<string, string>), ...AT_HOME },
  };
}
