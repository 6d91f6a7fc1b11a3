import { join } from 'node:path';
import type { DataDir } from '../start/data-dir.ts';
import type { Part } from '../start/keeper.ts';
import { type NodePart, nodePart } from '../start/node-part.ts';
import { addresses } from '../start/parts.ts';
import type { Secrets } from '../start/secrets.ts';
import type { BackendOf } from './backend.ts';
import type { PartName, TopologyConfig } from './config.ts';

const HOST = '127.0.0.1';
const PATIENCE_MS = 25_000;

/** What processes are told of each other. */
export interface Around {
  config: TopologyConfig;
  dataDir: DataDir;
  secrets: Secrets;
  databaseUrl: string;
}

/** The folder of a release. */
export const releaseOf = ({ config, dataDir }: Pick<Around, 'config' | 'dataDir'>, name: string) =>
  join(config.releases ?? join(dataDir.folder, 'release'), name);

/** Where a process is, for its balancer. */
export function backendOf({ parts }: TopologyConfig, name: PartName): BackendOf {
  const { port, privatePort } = parts[name];
  const path = name === 'web' ? 'livez' : 'readyz';
  return { name, host: HOST, port, readyUrl: `http://${HOST}:${privatePort}/${path}` };
}

/** A billing-core. The first to come up makes no difference to the other. */
export function corePart(around: Around, name: 'core-1' | 'core-2'): Part {
  const { config, secrets, dataDir, databaseUrl } = around;
  const { portal, gateway } = addresses(config);
  return part(around, name, {
    release: 'billing-core',
    entry: 'billing-core/src/main.js',
    env: () => ({
      DATABASE_URL: databaseUrl,
      PUBLIC_URL: portal,
      GATEWAY_PUBLIC_URL: gateway,
      AUTH_SECRET: secrets.authSecret,
      SECRETS_KEY: secrets.secretsKey,
      MAIL_DIR: dataDir.mail,
    }),
  });
}

/** A gateway, with a spool of its own. */
export function gatewayPart(around: Around, name: 'gateway-1' | 'gateway-2'): Part {
  const { config, secrets, dataDir } = around;
  return part(around, name, {
    release: 'gateway',
    entry: 'gateway/src/node/main.js',
    env: () => ({
      // The demo API is on this machine, and so is the balancer.
      UPSTREAM_ALLOW: '127.0.0.0/8, ::1',
      TRUSTED_PROXIES: '127.0.0.0/8',
      ...config.handedOn,
      BILLING_CORE_URL: `http://${HOST}:${config.ports.billingCore}`,
      GATEWAY_TOKEN: secrets.gatewayToken ?? '',
      SPOOL_DIR: join(dataDir.spool, name),
    }),
  });
}

/** The portal, which reaches the cores through their balancer. */
export function webPart(around: Around): Part {
  return part(around, 'web', {
    release: 'web',
    entry: 'web/server/main.js',
    env: () => ({
      BILLING_CORE_URL: `http://${HOST}:${around.config.ports.billingCore}`,
      GATEWAY_PUBLIC_URL: addresses(around.config).gateway,
    }),
  });
}

/** The demo API behind the gateways. */
export function upstreamPart(around: Pick<Around, 'config' | 'dataDir'>): Part {
  const { config, dataDir } = around;
  return nodePart({
    name: 'upstream',
    root: releaseOf(around, 'demo'),
    entry: 'scripts/start/upstream.js',
    env: () => ({
      ...config.systemEnv,
      ...config.handedOn,
      HOST,
      PORT: `${config.ports.upstream}`,
    }),
    readyUrl: `http://${HOST}:${config.ports.upstream}/livez`,
    patienceMs: PATIENCE_MS,
    logs: dataDir.logs,
  });
}

type Program = Pick<NodePart, 'entry' | 'env'> & { release: string };

function part(around: Around, name: PartName, { release, entry, env }: Program): Part {
  const { config, dataDir } = around;
  const { port, privatePort } = config.parts[name];
  return nodePart({
    name,
    root: releaseOf(around, release),
    entry,
    env: () => ({
      ...config.systemEnv,
      NODE_ENV: 'production',
      ...config.handedOn,
      HOST,
      PORT: `${port}`,
      PRIVATE_PORT: `${privatePort}`,
      ...env(),
    }),
    readyUrl: backendOf(config, name).readyUrl,
    patienceMs: PATIENCE_MS,
    logs: dataDir.logs,
  });
}
