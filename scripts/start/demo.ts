import type { CoreApi } from './core-api.ts';
import { DEMO_DOCUMENT } from './demo-document.ts';
import type { Demo, Secrets } from './secrets.ts';

export const ADMIN_EMAIL = 'admin@tollgate.example';
export const CUSTOMER_EMAIL = 'owner@acme.example';
export const DEMO_PATH = '/demo/weather?city=Berlin';

const ROUTE_NAME = 'Demo API';
const KEY_NAME = 'Demo key';
const CUSTOMER_EXTERNAL_ID = 'acme';

interface Named {
  id: string;
  name: string;
}
interface List<Item> {
  data: Item[];
}
interface Plan extends Named {
  slug: string;
  versions: { id: string; state: string }[];
}
interface Key extends Named {
  state: string;
}

export interface DemoSetting {
  api: CoreApi;
  secrets: Secrets;
  upstreamUrl: string;
  /** The origin whose pages may call the demo API: the console of the portal does. */
  portalUrl: string;
  /** Stores what is known of the demo so far. */
  save(demo: Demo): void;
}

/**
 * Fills an empty installation through the REST API, as an owner of one would. Each step looks
 * first whether it was done, so a start that was killed in the middle is completed by the next.
 * Out: whether there is demo data; an installation that others filled is left as it is.
 */
export async function ensureDemo(setting: DemoSetting): Promise<boolean> {
  const { api, secrets, save } = setting;
  if (secrets.demo?.complete) {
    await followAddresses(setting);
    return true;
  }
  if (!secrets.demo && !(await isEmpty(api))) return false;
  save({ complete: false, ...secrets.demo });

  await user(api, { email: ADMIN_EMAIL, password: secrets.adminPassword, role: 'admin' });
  const freeVersion = await plan(api, FREE);
  await plan(api, PRO);
  await followAddresses(setting);
  await api.put('/v1/api-document', { document: DEMO_DOCUMENT });
  const customerId = await customer(api);
  const login = { email: CUSTOMER_EMAIL, password: secrets.customerPassword, role: 'user' };
  await owner(api, customerId, await user(api, login));
  await subscription(api, customerId, freeVersion);
  const apiKey = secrets.demo?.apiKey ?? (await key(api, customerId));
  save({ complete: true, customerId, apiKey });
  return true;
}

const FREE = {
  plan: { slug: 'free', name: 'Free', description: '10,000 requests a month.' },
  offer: { self_serve_default: true },
  version: {
    currency: 'USD',
    prices: [],
    entitlements: [
      quota('10000', 'hard'),
      { kind: 'rate_limit', rate_per_second: '10', burst: 20 },
    ],
  },
};

const PRO = {
  plan: { slug: 'pro', name: 'Pro', description: '$29 a month, then $0.002 a request.' },
  offer: { self_serve: true },
  version: {
    currency: 'USD',
    prices: [
      { model: 'flat', amount: '2900' },
      { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '0.2', included_units: '100000' },
    ],
    entitlements: [
      quota('1000000', 'soft'),
      { kind: 'rate_limit', rate_per_second: '100', burst: 200 },
    ],
  },
};

function quota(limit: string, enforcement: 'hard' | 'soft'): Record<string, string> {
  return { kind: 'quota', meter_id: 'mtr_requests', limit, window: 'month', enforcement };
}

async function isEmpty(api: CoreApi): Promise<boolean> {
  const lists = ['/v1/customers', '/v1/plans', '/v1/routes', '/v1/users'];
  const found = await Promise.all(lists.map((list) => api.get<List<unknown>>(`${list}?limit=1`)));
  return found.every(({ data }) => data.length === 0);
}

async function user(
  api: CoreApi,
  login: { email: string; password: string; role: string },
): Promise<string> {
  const { data } = await api.get<List<{ id: string; email: string }>>('/v1/users?limit=100');
  const found = data.find(({ email }) => email === login.email);
  const name = login.role === 'admin' ? 'Ada Admin' : 'Olga Owner';
  return (found ?? (await api.post<Named>('/v1/users', { ...login, name }))).id;
}

// Out: the id of the published version.
async function plan(api: CoreApi, wanted: typeof FREE | typeof PRO): Promise<string> {
  const { data } = await api.get<List<Plan>>('/v1/plans?limit=100');
  const found = data.find(({ slug }) => slug === wanted.plan.slug);
  const made = found ?? (await api.post<Plan>('/v1/plans', wanted.plan));
  const version =
    made.versions?.at(0) ??
    (await api.post<{ id: string; state: string }>(
      `/v1/plans/${made.id}/versions`,
      wanted.version,
    ));
  if (version.state === 'draft') await api.post(`/v1/plan-versions/${version.id}/publish`, {});
  await api.patch(`/v1/plans/${made.id}`, wanted.offer);
  return version.id;
}

type DemoRoute = Named & { upstream_url: string; cors: { origins: string[] } | null };

// The demo upstream and the portal may have moved to other ports since the last start.
async function followAddresses({ api, upstreamUrl, portalUrl }: DemoSetting): Promise<void> {
  const { data } = await api.get<List<DemoRoute>>('/v1/routes?limit=100');
  const found = data.find(({ name }) => name === ROUTE_NAME);
  const cors = { origins: [portalUrl] };
  if (!found) {
    await api.post('/v1/routes', {
      name: ROUTE_NAME,
      path_pattern: '/demo/*',
      upstream_url: upstreamUrl,
      strip_prefix: '/demo',
      cors,
    });
    return;
  }
  const moved = {
    ...(hasMoved([found.upstream_url], upstreamUrl) && { upstream_url: upstreamUrl }),
    ...(hasMoved(found.cors?.origins ?? [], portalUrl) && { cors: { ...found.cors, ...cors } }),
  };
  if (Object.keys(moved).length > 0) await api.patch(`/v1/routes/${found.id}`, moved);
}

// Somebody may have pointed the demo route at something of their own; that is theirs to keep.
const OURS = /^http:\/\/(127\.0\.0\.1|localhost):\d+\/?$/;

const hasMoved = ([known = '', ...more]: string[], now: string): boolean =>
  more.length === 0 && OURS.test(known) && known !== now;

async function customer(api: CoreApi): Promise<string> {
  const { data } = await api.get<List<Named>>(`/v1/customers?external_id=${CUSTOMER_EXTERNAL_ID}`);
  const acme = { name: 'Acme', external_id: CUSTOMER_EXTERNAL_ID, currency: 'USD' };
  return (data[0] ?? (await api.post<Named>('/v1/customers', acme))).id;
}

async function owner(api: CoreApi, customerId: string, userId: string): Promise<void> {
  const path = `/v1/customers/${customerId}/memberships`;
  const { data } = await api.get<List<unknown>>(path);
  if (data.length === 0) await api.post(path, { user_id: userId, role: 'owner' });
}

async function subscription(api: CoreApi, customerId: string, version: string): Promise<void> {
  const { data } = await api.get<List<unknown>>(`/v1/subscriptions?customer_id=${customerId}`);
  if (data.length > 0) return;
  await api.post('/v1/subscriptions', { customer_id: customerId, plan_version_id: version });
}

// A secret is shown once. One whose start was killed before it was stored is of no use.
async function key(api: CoreApi, customerId: string): Promise<string> {
  const path = `/v1/customers/${customerId}/keys`;
  const { data } = await api.get<List<Key>>(path);
  for (const lost of data.filter(({ name, state }) => name === KEY_NAME && state === 'active')) {
    await api.post(`/v1/keys/${lost.id}/revoke`, {});
  }
  return (await api.post<{ secret: string }>(path, { name: KEY_NAME })).secret;
}
