import type { Kinds } from '../world/kinds.ts';
import { keep, mint, mintWith, type World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { boolean, list, required, said, text, unsettable, url } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { API_VERSION } from '../world/events.ts';

type Endpoint = Kinds['webhook_endpoint'];

const fields = { description: unsettable(text), metadata };

/** https://docs.stripe.com/api/webhook_endpoints */
export const webhookEndpointRoutes: Route[] = [
  route(
    'POST /v1/webhook_endpoints',
    { ...fields, api_version: text, enabled_events: required(list(text)), url: required(url) },
    ({ world, params }) => {
      if ((params.api_version ?? API_VERSION) !== API_VERSION) {
        throw invalid(`This simulator speaks ${API_VERSION} only.`, { param: 'api_version' });
      }
      const endpoint = {
        id: mint(world, 'webhook_endpoint'),
        object: 'webhook_endpoint',
        api_version: params.api_version ?? null,
        application: null,
        created: world.clock.now(),
        description: params.description ?? null,
        enabled_events: params.enabled_events,
        livemode: false,
        metadata: merged({}, params.metadata),
        status: 'enabled',
        url: within(world, params.url),
      } satisfies Endpoint;
      keep(world, 'webhook_endpoint', endpoint);
      const secret = mintWith(world, 'whsec_');
      world.secrets.set(endpoint.id, [{ secret, until: null }]);
      // Shown this once.
      return { ...endpoint, secret };
    },
  ),
  route('GET /v1/webhook_endpoints/:id', {}, ({ world, ids }) =>
    inPath(world, 'webhook_endpoint', ids['id']),
  ),
  route(
    'POST /v1/webhook_endpoints/:id',
    { ...fields, disabled: boolean, enabled_events: list(text), url },
    ({ world, ids, params }) => {
      const endpoint = inPath(world, 'webhook_endpoint', ids['id']);
      endpoint.description = said(params.description, endpoint.description);
      endpoint.enabled_events = params.enabled_events ?? endpoint.enabled_events;
      endpoint.metadata = merged(endpoint.metadata, params.metadata);
      endpoint.url = params.url === undefined ? endpoint.url : within(world, params.url);
      if (params.disabled !== undefined) {
        endpoint.status = params.disabled ? 'disabled' : 'enabled';
      }
      return endpoint;
    },
  ),
  route('DELETE /v1/webhook_endpoints/:id', {}, ({ world, ids }) => {
    const endpoint = inPath(world, 'webhook_endpoint', ids['id']);
    world.tables.webhook_endpoint.delete(endpoint.id);
    world.secrets.delete(endpoint.id);
    return { id: endpoint.id, object: 'webhook_endpoint', deleted: true };
  }),
  route('GET /v1/webhook_endpoints', paging, ({ world, params }) => {
    const rows = world.tables.webhook_endpoint.values();
    return pageOf(world, rows, { page: params, url: '/v1/webhook_endpoints' });
  }),
];

/** Whether a host is this machine. */
export const isLoopback = (host: string): boolean =>
  /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(host);

// What happens here stays on this machine, or among the containers that are named.
function within(world: World, address: string): string {
  const { hostname } = new URL(address);
  if (isLoopback(hostname) || world.names.includes(hostname)) return address;
  throw invalid('This simulator delivers to the loopback interface only.', {
    code: 'url_invalid',
    param: 'url',
  });
}

/**
 * Rolls an endpoint's secret; the old one signs along for so many seconds.
 * https://docs.stripe.com/webhooks#roll-endpoint-secrets
 */
export function rollSecret(world: World, id: string, oldForSeconds: number): string {
  const endpoint = inPath(world, 'webhook_endpoint', id);
  const secret = mintWith(world, 'whsec_');
  const until = world.clock.now() + oldForSeconds;
  const before = (world.secrets.get(endpoint.id) ?? []).map((each) => ({
    ...each,
    until: Math.min(each.until ?? until, until),
  }));
  world.secrets.set(endpoint.id, [{ secret, until: null }, ...before]);
  return secret;
}
