import type { World } from '../world/world.ts';
import { inPath } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { boolean, list, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

/** https://docs.stripe.com/api/events */
export const eventRoutes: Route[] = [
  route('GET /v1/events/:id', {}, ({ world, ids }) => inPath(world, 'event', ids['id'])),
  route(
    'GET /v1/events',
    { ...paging, created: range, delivery_success: boolean, type: text, types: list(text) },
    ({ world, params }) => {
      const types = params.types ?? (params.type === undefined ? undefined : [params.type]);
      const rows = [...world.tables.event.values()].filter(
        (each) =>
          (types === undefined || types.some((type) => matches(type, each.type))) &&
          (params.delivery_success === undefined ||
            (each.pending_webhooks === 0 && !world.undelivered.has(each.id)) ===
              params.delivery_success) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/events' });
    },
  ),
];

// A type is asked for by its name, or as a family such as `invoice.*`.
const matches = (asked: string, type: string): boolean =>
  asked === '*' || asked === type || (asked.endsWith('.*') && type.startsWith(asked.slice(0, -1)));

/** Out: an account that stands for the one and only. https://docs.stripe.com/api/accounts */
export const accountRoutes: Route[] = [
  route('GET /v1/account', {}, ({ world }) => accountOf(world)),
];

const accountOf = (world: World): { object: string; [key: string]: unknown } => ({
  id: `acct_${world.seed.replaceAll(/\W/g, '')}`,
  object: 'account',
  business_profile: { name: 'Tollgate', url: null },
  charges_enabled: true,
  country: 'US',
  default_currency: 'usd',
  details_submitted: true,
  email: null,
  payouts_enabled: true,
  settings: { dashboard: { display_name: 'Tollgate (local)', timezone: 'Etc/UTC' } },
  type: 'standard',
});
