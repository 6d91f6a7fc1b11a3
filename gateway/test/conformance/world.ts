import { serve, type ServerType } from '@hono/node-server';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SyncEnvelope } from '@tollgate/billing-core/contract/sync.ts';
import { openCore, type Core, type Json } from '../../../billing-core/src/test/core.ts';

/** What the upstream saw: a request id for each request it served. */
export type Upstream = {
  readonly url: string;
  readonly served: string[];
  readonly requests: IncomingMessage[];
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  close(): void;
};

export async function openUpstream(address = '127.0.0.1'): Promise<Upstream> {
  const hello = (_: IncomingMessage, response: ServerResponse): void => void response.end('hello');
  const server: Server = createServer((request, response) => {
    upstream.served.push(String(request.headers['x-request-id']));
    upstream.requests.push(request);
    upstream.handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, address, done));
  const upstream: Upstream = {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    served: [],
    requests: [],
    handler: hello,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return upstream;
}

export type Seller = { customerId: string; key: string; keyId: string; subscriptionId: string };
export type Terms = {
  /** Of requests, or of another meter in its own units. */
  quota?: {
    limit: number | string;
    window?: string;
    meter?: string;
    scope?: 'customer' | 'key';
    enforcement?: 'hard' | 'soft';
  };
  rate?: { rate_per_second: string; burst: number };
  features?: string[];
  /** The customer's billing zone. */
  zone?: string;
};

/** A real billing-core on a real Postgres, reached over HTTP, whose clock runs. */
type Body = Record<string, Json>;

export type World = {
  readonly core: Core;
  readonly coreUrl: string;
  readonly token: string;
  /** Makes a customer on a plan of its own with these terms, and a key. */
  customer(terms?: Terms): Promise<Seller>;
  /** Puts the customer on a plan of its own with other terms. */
  upgrade(seller: Seller, terms: Terms): Promise<void>;
  route(route: Record<string, unknown>): Promise<Body>;
  /** Requests in the ledger, of one customer. */
  ledger(customerId: string): Promise<number>;
  /** Paths that gateways and objects asked core for. */
  readonly asked: string[];
  /** Whether core can be reached. */
  reachable: boolean;
  /** So many ms later than it could it takes in what gateways tell it. */
  syncDelayMs: number;
  /** What core takes in only when this has resolved. */
  beforeSync: (envelope: SyncEnvelope) => Promise<void> | void;
  close(): Promise<void>;
};

export async function openWorld(): Promise<World> {
  const core = await openCore();
  Object.defineProperty(core.clock, 'now', { get: () => Date.now() });
  const token = await core.mint(['sync']);
  let plans = 0;
  let routes = 0;
  const done = async (method: string, path: string, body: unknown): Promise<Body> => {
    const answer = await core.admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const plan = async (terms: Terms): Promise<string> => {
    plans += 1;
    const { id } = await done('POST', '/v1/plans', { slug: `p${plans}`, name: 'Plan' });
    const content = { currency: 'USD', prices: [], entitlements: entitlements(terms) };
    const version = await done('POST', `/v1/plans/${id}/versions`, content);
    await done('POST', `/v1/plan-versions/${version.id}/publish`, {});
    return `${version.id}`;
  };
  const world: World = {
    core,
    coreUrl: '',
    token,
    asked: [],
    reachable: true,
    syncDelayMs: 0,
    beforeSync: () => {},
    customer: async (terms = {}) => {
      const plan_version_id = await plan(terms);
      const acme = { name: 'Acme', billing_zone: terms.zone ?? 'UTC' };
      const { id: customer_id } = await done('POST', '/v1/customers', acme);
      const { id } = await done('POST', '/v1/subscriptions', { customer_id, plan_version_id });
      const key = await done('POST', `/v1/customers/${customer_id}/keys`, { name: 'key' });
      const ids = { customerId: `${customer_id}`, keyId: `${key.id}`, subscriptionId: `${id}` };
      return { ...ids, key: `${key.secret}` };
    },
    upgrade: async ({ subscriptionId }, terms) => {
      const plan_version_id = await plan(terms);
      await done('POST', `/v1/subscriptions/${subscriptionId}/change`, { plan_version_id });
    },
    route: (route) => done('POST', '/v1/routes', { name: `route ${++routes}`, ...route }),
    ledger: async (customerId) => {
      const [row] = await core.sql<{ sum: number }[]>`
        select coalesce(sum(requests), 0)::int as sum from usage_entries
         where customer_id = ${customerId} and meter_id = 'mtr_requests'`;
      return row?.sum ?? 0;
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        (server as Server).closeAllConnections();
      });
      await core.close();
    },
  };
  const server: ServerType = await new Promise((resolve) => {
    const fetch = fetchOf(world);
    const listening = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      Object.assign(world, { coreUrl: `http://127.0.0.1:${port}` });
      resolve(listening);
    });
  });
  return world;
}

async function envelopeOf(request: Request): Promise<SyncEnvelope> {
  const [line = ''] = (await request.clone().text()).split('\n', 1);
  return JSON.parse(line) as SyncEnvelope;
}

/** Core as gateways reach it. */
function fetchOf(world: World): (request: Request) => Promise<Response> {
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
  return async (request) => {
    const { pathname } = new URL(request.url);
    world.asked.push(pathname);
    if (!world.reachable) return new Response('away', { status: 503 });
    const isSync = pathname === '/internal/v1/sync';
    if (isSync && world.syncDelayMs > 0) await pause(world.syncDelayMs);
    if (isSync) await world.beforeSync(await envelopeOf(request));
    return world.core.app.fetch(request, env);
  };
}

function entitlements({ quota, rate, features = [] }: Terms): object[] {
  const all: object[] = features.map((feature) => ({ kind: 'feature', feature }));
  if (quota) {
    const { limit, meter = 'mtr_requests', window = 'month', ...of } = quota;
    all.push({ kind: 'quota', meter_id: meter, limit: String(limit), window, ...of });
  }
  if (rate) all.push({ kind: 'rate_limit', ...rate });
  return all;
}
