import { emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, mintWith, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  boolean,
  hash,
  list,
  oneOf,
  required,
  text,
  unsettable,
  url,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { livingParam } from './customer.ts';

type Configuration = Kinds['billing_portal.configuration'];
type Session = Kinds['billing_portal.session'];

const onOff = hash({ enabled: required(boolean) });
const settings = {
  business_profile: hash({
    headline: unsettable(text),
    privacy_policy_url: url,
    terms_of_service_url: url,
  }),
  default_return_url: unsettable(url),
  features: hash({
    customer_update: hash({
      allowed_updates: unsettable(list(oneOf('address', 'email', 'name', 'phone', 'tax_id'))),
      enabled: required(boolean),
    }),
    invoice_history: onOff,
    payment_method_update: onOff,
  }),
  metadata,
  name: unsettable(text),
};
const created = {
  configuration: text,
  customer: required(text),
  flow_data: hash({
    after_completion: hash({
      redirect: hash({ return_url: required(url) }),
      type: required(oneOf('portal_homepage', 'redirect')),
    }),
    type: required(oneOf('payment_method_update', 'customer_update')),
  }),
  locale: text,
  return_url: url,
};

/**
 * https://docs.stripe.com/api/customer_portal/sessions
 * https://docs.stripe.com/api/customer_portal/configurations
 */
export const portalRoutes: Route[] = [
  route('POST /v1/billing_portal/configurations', settings, ({ world, params }) => {
    const configuration = makeConfiguration(world, params);
    emit(world, 'billing_portal.configuration.created', { object: configuration });
    return configuration;
  }),
  route('GET /v1/billing_portal/configurations/:id', {}, ({ world, ids }) =>
    inPath(world, 'billing_portal.configuration', ids['id']),
  ),
  route('GET /v1/billing_portal/configurations', paging, ({ world, params }) => {
    const rows = world.tables['billing_portal.configuration'].values();
    return pageOf(world, rows, { page: params, url: '/v1/billing_portal/configurations' });
  }),
  route('POST /v1/billing_portal/sessions', created, ({ world, params }) => create(world, params)),
];

function makeConfiguration(world: World, params: Partial<Values<typeof settings>>): Configuration {
  const { features } = params;
  return keep(world, 'billing_portal.configuration', {
    id: mint(world, 'billing_portal.configuration'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: {
      headline: params.business_profile?.headline ?? null,
      privacy_policy_url: params.business_profile?.privacy_policy_url ?? null,
      terms_of_service_url: params.business_profile?.terms_of_service_url ?? null,
    },
    created: world.clock.now(),
    default_return_url: params.default_return_url ?? null,
    features: {
      customer_update: {
        allowed_updates: features?.customer_update?.allowed_updates ?? [],
        enabled: features?.customer_update?.enabled ?? false,
      },
      invoice_history: { enabled: features?.invoice_history?.enabled ?? false },
      payment_method_update: {
        enabled: features?.payment_method_update?.enabled ?? false,
        payment_method_configuration: null,
      },
      ...noSubscriptions(),
    },
    is_default: world.tables['billing_portal.configuration'].size === 0,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: merged({}, params.metadata),
    name: params.name ?? null,
    updated: world.clock.now(),
  });
}

const noSubscriptions = (): Pick<
  Configuration['features'],
  'subscription_cancel' | 'subscription_pause' | 'subscription_update'
> => ({
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: [] },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
});

// An account has one from the start, with everything switched on.
function configurationFor(world: World, id: string | undefined): Configuration {
  if (id !== undefined) {
    return inParam(world, 'billing_portal.configuration', { id, param: 'configuration' });
  }
  const all = [...world.tables['billing_portal.configuration'].values()];
  const on = { enabled: true };
  return (
    all.find(({ is_default }) => is_default) ??
    makeConfiguration(world, {
      features: {
        customer_update: { ...on, allowed_updates: ['address', 'email', 'name', 'tax_id'] },
        invoice_history: on,
        payment_method_update: on,
      },
    })
  );
}

function create(world: World, params: Values<typeof created>): Session {
  const customer = livingParam(world, params.customer);
  const configuration = configurationFor(world, params.configuration);
  const flow = params.flow_data;
  if (flow?.type === 'payment_method_update' && !isOn(configuration, 'payment_method_update')) {
    throw invalid('The configuration does not allow payment_method_update.', {
      param: 'flow_data[type]',
    });
  }
  const back = flow?.after_completion?.redirect?.return_url;
  const session = keep(world, 'billing_portal.session', {
    id: mint(world, 'billing_portal.session'),
    object: 'billing_portal.session',
    configuration: configuration.id,
    created: timeFor(world, customer.id),
    customer: customer.id,
    customer_account: null,
    flow: flow
      ? {
          after_completion: {
            hosted_confirmation: null,
            redirect: back === undefined ? null : { return_url: back },
            type: flow.after_completion?.type ?? 'portal_homepage',
          },
          customer_update: null,
          subscription_cancel: null,
          subscription_pause: null,
          subscription_update: null,
          subscription_update_confirm: null,
          type: flow.type,
        }
      : null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: params.return_url ?? configuration.default_return_url,
    url: `${world.baseUrl}/p/session/${mintWith(world, 'test_')}`,
  } satisfies Session);
  emit(world, 'billing_portal.session.created', { object: session });
  return session;
}

/** Whether a portal lets customers do something. */
export const isOn = (
  { features }: Configuration,
  feature: 'customer_update' | 'invoice_history' | 'payment_method_update',
): boolean => features[feature].enabled;
