import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { coreApi, type CoreApi } from '../scripts/start/core-api.ts';
import { freePort } from '../scripts/test/free-port.ts';
import { openCluster } from './cluster.ts';
import { keepOn, startOn, stop } from './pinned.ts';

const ROOT = join(import.meta.dirname, '..');
const READY_MS = 30_000;
// Neither is ever reached: what is measured is what keeping to them costs.
const RATE_PER_S = 1_000_000;
const QUOTA = 1_000_000_000;

export type Stage = {
  api: CoreApi;
  databaseUrl: string;
  gateway: ChildProcess;
  gatewayUrl: string;
  /** Of the gateway's private port. */
  privateUrl: string;
  coreUrl: string;
  /** Of an admin, and of a gateway. */
  token: string;
  /** A key of a customer with a rate limit and a hard quota. */
  key: string;
  customerId: string;
  /** The published version of the plan that this customer has. */
  versionId: string;
  close(): Promise<void>;
};

type Parts = {
  folder: string;
  upstream: string;
  /** Where the gateway runs, and where everything else does. */
  cores: { gateway: number; others: number };
  /** Arguments of Node before the gateway's entry, such as --cpu-prof. */
  nodeArgs?: string[];
};

async function ready(url: string): Promise<void> {
  const until = performance.now() + READY_MS;
  while (performance.now() < until) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
  throw new Error(`${url} was not ready within ${READY_MS / 1_000} s`);
}

const node = (entry: string, args: string[] = []): string[] => [...args, join(ROOT, entry)];

async function startCore(databaseUrl: string, core: number) {
  const [port, privatePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = startOn(process.execPath, {
    core,
    args: node('billing-core/src/main.ts'),
    env: {
      DATABASE_URL: databaseUrl,
      PORT: `${port}`,
      PRIVATE_PORT: `${privatePort}`,
      PUBLIC_URL: url,
      GATEWAY_PUBLIC_URL: url,
      AUTH_SECRET: 'x'.repeat(40),
      LOG_LEVEL: 'error',
    },
  });
  await ready(`http://127.0.0.1:${privatePort}/readyz`);
  return { child, url };
}

type Made = { id: string };

/** A plan with a rate limit and a hard quota that are never reached; its published version. */
async function makePlan(api: CoreApi): Promise<string> {
  const plan = await api.post<Made>('/v1/plans', { slug: 'bench', name: 'Bench' });
  const version = await api.post<Made>(`/v1/plans/${plan.id}/versions`, {
    currency: 'USD',
    prices: [],
    entitlements: [
      {
        kind: 'quota',
        meter_id: 'mtr_requests',
        limit: `${QUOTA}`,
        window: 'month',
        enforcement: 'hard',
      },
      { kind: 'rate_limit', rate_per_second: `${RATE_PER_S}`, burst: RATE_PER_S },
    ],
  });
  await api.post(`/v1/plan-versions/${version.id}/publish`, {});
  return version.id;
}

/** A customer on this version of a plan; its id. */
export async function makeCustomer(api: CoreApi, versionId: string): Promise<string> {
  const { id } = await api.post<Made>('/v1/customers', { name: 'Bench' });
  await api.post('/v1/subscriptions', { customer_id: id, plan_version_id: versionId });
  return id;
}

/** A real installation before this upstream: `/bare/*` is public, `/metered/*` wants a key. */
export async function openStage({ folder, upstream, cores, nodeArgs }: Parts): Promise<Stage> {
  const cluster = await openCluster();
  keepOn(cluster.pid, cores.others);
  const entry = join(ROOT, 'billing-core/src/create-token.ts');
  const token = execFileSync(
    process.execPath,
    [entry, '--name', 'bench', '--scopes', 'admin,sync'],
    { env: { ...process.env, DATABASE_URL: cluster.url }, encoding: 'utf8' },
  ).trim();
  const core = await startCore(cluster.url, cores.others);
  const api = coreApi(core.url, token, new AbortController().signal);
  for (const [name, isPublic] of [
    ['bare', true],
    ['metered', false],
  ] as const) {
    await api.post('/v1/routes', {
      name,
      path_pattern: `/${name}/*`,
      upstream_url: upstream,
      strip_prefix: `/${name}`,
      public: isPublic,
    });
  }
  const versionId = await makePlan(api);
  const customerId = await makeCustomer(api, versionId);
  const keys = `/v1/customers/${customerId}/keys`;
  const { secret: key } = await api.post<{ secret: string }>(keys, { name: 'bench' });
  const [port, privatePort] = [await freePort(), await freePort()];
  const gateway = startOn(process.execPath, {
    core: cores.gateway,
    args: node('gateway/src/node/main.ts', nodeArgs),
    env: {
      PORT: `${port}`,
      PRIVATE_PORT: `${privatePort}`,
      BILLING_CORE_URL: core.url,
      GATEWAY_TOKEN: token,
      UPSTREAM_ALLOW: '127.0.0.0/8',
      SPOOL_DIR: join(folder, 'spool'),
      LOG_LEVEL: 'error',
    },
  });
  await ready(`http://127.0.0.1:${privatePort}/readyz`);
  return {
    api,
    databaseUrl: cluster.url,
    gateway,
    gatewayUrl: `http://127.0.0.1:${port}`,
    privateUrl: `http://127.0.0.1:${privatePort}`,
    coreUrl: core.url,
    token,
    key,
    customerId,
    versionId,
    close: async () => {
      await stop(gateway);
      await stop(core.child);
      await cluster.stop();
    },
  };
}
