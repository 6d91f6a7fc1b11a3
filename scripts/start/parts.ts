import type { StartConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import type { Part } from './keeper.ts';
import { nodePart } from './node-part.ts';
import type { Secrets } from './secrets.ts';

const HOST = '127.0.0.1';
// The gateway may have requests to finish and usage to flush; the others only close connections.
const GATEWAY_PATIENCE_MS = 25_000;
const PATIENCE_MS = 21_000;

/** The local Stripe takes any test key. */
export const LOCAL_STRIPE_KEY = 'sk_test_local';

/** What the parts are told of each other. */
export interface Surroundings {
  config: StartConfig;
  dataDir: DataDir;
  secrets: Secrets;
}

/** The addresses that people and programs use. */
export function addresses({
  ports,
}: StartConfig): Record<'portal' | 'core' | 'gateway' | 'upstream' | 'mailbox' | 'stripe', string> {
  return {
    portal: `http://localhost:${ports.portal}`,
    core: `http://localhost:${ports.billingCore}`,
    gateway: `http://localhost:${ports.gateway}`,
    upstream: `http://localhost:${ports.upstream}`,
    stripe: `http://127.0.0.1:${ports.stripe}`,
    mailbox: `http://localhost:${ports.billingCorePrivate}/mailbox`,
  };
}

/** billing-core on this database. */
export function billingCorePart(around: Surroundings, databaseUrl: string): Part {
  const { config, dataDir, secrets } = around;
  const { portal, gateway, stripe } = addresses(config);
  return nodePart({
    name: 'billing-core',
    entry: 'billing-core/src/main.ts',
    env: () => ({
      ...config.systemEnv,
      // Anybody who reaches this machine's loopback may sign up: it is a demo, not an installation.
      SIGN_UP: 'open',
      ...config.handedOn,
      ...(config.stripeKey === undefined && {
        STRIPE_SECRET_KEY: LOCAL_STRIPE_KEY,
        STRIPE_API_BASE: stripe,
        STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook?.secret ?? '',
      }),
      DATABASE_URL: databaseUrl,
      HOST,
      PORT: `${config.ports.billingCore}`,
      PRIVATE_PORT: `${config.ports.billingCorePrivate}`,
      PUBLIC_URL: portal,
      GATEWAY_PUBLIC_URL: gateway,
      AUTH_SECRET: secrets.authSecret,
      SECRETS_KEY: secrets.secretsKey,
      MAIL_DIR: dataDir.mail,
    }),
    readyUrl: `http://${HOST}:${config.ports.billingCorePrivate}/readyz`,
    patienceMs: PATIENCE_MS,
    logs: dataDir.logs,
  });
}

/** The gateway; its token is read at each launch. */
export function gatewayPart({ config, dataDir, secrets }: Surroundings): Part {
  return nodePart({
    name: 'gateway',
    entry: 'gateway/src/node/main.ts',
    env: () => ({
      ...config.systemEnv,
      // The demo API is on this machine.
      UPSTREAM_ALLOW: '127.0.0.0/8, ::1',
      ...config.handedOn,
      HOST,
      PORT: `${config.ports.gateway}`,
      PRIVATE_PORT: `${config.ports.gatewayPrivate}`,
      BILLING_CORE_URL: `http://${HOST}:${config.ports.billingCore}`,
      GATEWAY_TOKEN: secrets.gatewayToken ?? '',
      SPOOL_DIR: dataDir.spool,
    }),
    readyUrl: `http://${HOST}:${config.ports.gatewayPrivate}/readyz`,
    patienceMs: GATEWAY_PATIENCE_MS,
    logs: dataDir.logs,
  });
}

/** The server of the portal. */
export function webPart({ config, dataDir }: Surroundings): Part {
  return nodePart({
    name: 'web',
    entry: 'web/server/main.ts',
    env: () => ({
      ...config.systemEnv,
      ...config.handedOn,
      HOST,
      PORT: `${config.ports.portal}`,
      BILLING_CORE_URL: `http://${HOST}:${config.ports.billingCore}`,
      GATEWAY_PUBLIC_URL: addresses(config).gateway,
    }),
    readyUrl: `http://${HOST}:${config.ports.portal}/livez`,
    patienceMs: PATIENCE_MS,
    logs: dataDir.logs,
  });
}

/** The local Stripe: what is paid there, in memory and in a file, is no money. */
export function stripePart({ config, dataDir }: Surroundings): Part {
  return nodePart({
    name: 'stripe',
    entry: 'stripe-sim/src/main.ts',
    env: () => ({
      ...config.systemEnv,
      STRIPE_SIM_PORT: `${config.ports.stripe}`,
      STRIPE_SIM_STATE: dataDir.stripe,
    }),
    readyUrl: `${addresses(config).stripe}/_sim/clock`,
    patienceMs: PATIENCE_MS,
    logs: dataDir.logs,
  });
}

/** The demo API behind the gateway. */
export function upstreamPart({ config, dataDir }: Surroundings): Part {
  return nodePart({
    name: 'upstream',
    entry: 'scripts/start/upstream.ts',
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
