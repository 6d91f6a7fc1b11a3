import { definitionDefaults, type Route } from '@tollgate/billing-core/contract/route.ts';
import { routeTrialRequest } from '@tollgate/billing-core/contract/route-trial.ts';
import { describe, expect, it } from 'vitest';
import { tryRoutes } from '../../billing-core/src/routes/trial.ts';
import { useRigs } from './raw-client.ts';
import { KEY, keyFact, routeFact } from './rig.ts';

// What billing-core says of a request that somebody might send is what a gateway does with it.

const { rigOf, clientOf } = useRigs();
type Fact = ReturnType<typeof routeFact>;
type Case = {
  routes: Partial<Fact>[];
  key?: Partial<ReturnType<typeof keyFact>>;
  method?: string;
  path?: string;
  host?: string;
};

/** As the API shows it; the facts of gateways leave out what is not set. */
const shown = (fact: Fact): Route => {
  const upstreams = [{ url: fact.upstream_url, weight: 1 }];
  const { rewrite_path = null } = fact;
  const base = { ...definitionDefaults, state: 'active', upstreams };
  return { ...base, ...fact, rewrite_path } as unknown as Route;
};

/** Path that the upstream was asked for, or the code of the refusal: told beforehand, and done. */
async function both({ routes, key = {}, ...asked }: Case): Promise<[string, string]> {
  const { method = 'GET', path = '/x', host = 'api.test' } = asked;
  const seen: string[] = [];
  const fact = keyFact(key);
  let facts: Fact[] = [];
  const rig = await rigOf({
    fact,
    now: 5_000,
    routes: (upstream_url) => {
      facts = routes.map((route, i) =>
        routeFact({
          id: `rte_${i}`,
          upstream_url: `${upstream_url}${route.upstream_url ?? ''}`,
          ...without(route),
        }),
      );
      return facts;
    },
    upstream: (request, response) => {
      seen.push(`${request.url}`);
      response.end();
    },
  });
  const request = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `X-API-Key: ${KEY}`];
  const text = await clientOf(rig)
    .send([...request, 'Connection: close', '', ''].join('\r\n'))
    .untilClosed();
  const done = seen[0] ?? /"code":"(\w+)"/.exec(text)?.[1] ?? text;
  const body = { method, path, host, address: '127.0.0.1' };
  const trial = tryRoutes(facts.map(shown), {
    asked: routeTrialRequest.parse(body),
    key: fact,
    now: 5_000,
  });
  const [to] = trial.forwarded;
  const told = trial.refusal?.code ?? to?.url.replace(/^http:\/\/[^/]+/, '') ?? 'nothing';
  return [told, done];
}

const without = ({ upstream_url: _, ...route }: Partial<Fact>): Partial<Fact> => route;

const CASES: [string, Case, string][] = [
  ['a path as it came', { routes: [{}], path: '/a%20b/c?q=%2F' }, '/a%20b/c?q=%2F'],
  ['behind a base path', { routes: [{ upstream_url: '/base' }], path: '/' }, '/base/'],
  [
    'without a prefix',
    { routes: [{ path_pattern: '/v1/*', strip_prefix: '/v1', upstream_url: '/b' }], path: '/v1' },
    '/b',
  ],
  [
    'rewritten',
    { routes: [{ path_pattern: '/u/:id/*', rewrite_path: '/p/:id/*' }], path: '/u/7;a=b/x/?y' },
    '/p/7;a=b/x/?y',
  ],
  [
    'without the key in its query',
    {
      routes: [{ key_location: { header: 'x-api-key', bearer: true, query: 'key' } }],
      path: `/x?a=1&key=${KEY}&b`,
    },
    '/x?a=1&b',
  ],
  [
    'of the narrower route',
    { routes: [{}, { path_pattern: '/x', upstream_url: '/narrow' }], path: '/x' },
    '/narrow/x',
  ],
  [
    'of the route of its host',
    { routes: [{}, { host: '*.test', upstream_url: '/host' }], host: 'API.test:80' },
    '/host/x',
  ],
  ['HEAD by a route of GET', { routes: [{ methods: ['GET'] }], method: 'HEAD' }, '/x'],
  ['none', { routes: [{ path_pattern: '/y' }] }, 'route_not_found'],
  ['of another host', { routes: [{ host: 'other.test' }] }, 'route_not_found'],
  ['of another method', { routes: [{ methods: ['POST'] }] }, 'method_not_allowed'],
  ['that has two readings', { routes: [{}], path: '/a/%2e%2e/b' }, 'invalid_request'],
  [
    'with two routes',
    { routes: [{ path_pattern: '/a;x/b' }, {}], path: '/a;x/b' },
    'invalid_request',
  ],
  ['of a host that is none', { routes: [{}], host: 'a b' }, 'invalid_request'],
];

const MAINTENANCE = { maintenance: { retry_after_s: 1, message: null } };
const FENCED = { ip_deny: ['127.0.0.0/8'] };
const SCOPED = { required_scopes: ['a'] };
const { customer } = keyFact();
const unpaid = { customer: { ...customer, subscription: null } };
const ORDER: [string, Case, string][] = [
  ['maintenance first', { routes: [{ ...MAINTENANCE, ...FENCED }] }, 'maintenance'],
  ['the address before the key', { routes: [FENCED], key: { revoked: true } }, 'address_refused'],
  ['revoked', { routes: [SCOPED], key: { revoked: true, expires_at: 1 } }, 'key_revoked'],
  ['disabled', { routes: [SCOPED], key: { revoked: true, disabled: true } }, 'key_disabled'],
  ['expired', { routes: [SCOPED], key: { expires_at: 5_000, ...unpaid } }, 'key_expired'],
  ['fenced', { routes: [SCOPED], key: { ip_allow: ['10.0.0.0/8'] } }, 'key_address_refused'],
  ['of other routes', { routes: [SCOPED], key: { routes: ['rte_9'] } }, 'key_route_refused'],
  [
    'archived',
    { routes: [SCOPED], key: { customer: { ...customer, state: 'archived' } } },
    'customer_archived',
  ],
  ['without the scope', { routes: [SCOPED], key: unpaid }, 'scope_missing'],
  ['unpaid', { routes: [SCOPED], key: { scopes: ['a'], ...unpaid } }, 'subscription_missing'],
  ['in order', { routes: [SCOPED], key: { scopes: ['a', 'b'] } }, '/x'],
  ['of a public route', { routes: [{ public: true, ...SCOPED }], key: { revoked: true } }, '/x'],
];

describe('a path', () => {
  it.each(CASES)('%s', async (_name, asked, expected) => {
    expect(await both(asked)).toEqual([expected, expected]);
  });
});

describe('a key', () => {
  it.each(ORDER)('%s', async (_name, asked, expected) => {
    expect(await both(asked)).toEqual([expected, expected]);
  });
});
