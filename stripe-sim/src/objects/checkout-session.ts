import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { clearTimers, setTimer } from '../world/timers.ts';
import { clockOf, keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  currency,
  hash,
  list,
  natural,
  oneOf,
  required,
  text,
  unsettable,
  url,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { livingParam } from './customer.ts';
import { cancelSetup, makeSetupIntent } from './setup-intent.ts';

type Session = Kinds['checkout.session'];

export const EXPIRE_TASK = 'checkout.expire';
const DAY_SECONDS = 24 * 3600;
const SHORTEST_SECONDS = 1800;

const created = {
  allowed_payment_method_types: list(text),
  cancel_url: url,
  client_reference_id: text,
  currency,
  customer: text,
  customer_email: text,
  expires_at: natural,
  locale: text,
  metadata,
  mode: required(oneOf('setup', 'payment', 'subscription')),
  setup_intent_data: hash({ description: unsettable(text), metadata }),
  success_url: required(url),
  ui_mode: oneOf('hosted_page'),
};

/** https://docs.stripe.com/api/checkout/sessions */
export const checkoutRoutes: Route[] = [
  route('POST /v1/checkout/sessions', created, ({ world, params }) => create(world, params)),
  route('GET /v1/checkout/sessions/:id', {}, ({ world, ids }) =>
    inPath(world, 'checkout.session', ids['id']),
  ),
  route('POST /v1/checkout/sessions/:id', { metadata }, ({ world, ids, params }) => {
    const session = inPath(world, 'checkout.session', ids['id']);
    session.metadata = merged(session.metadata ?? {}, params.metadata);
    return session;
  }),
  route('POST /v1/checkout/sessions/:id/expire', {}, ({ world, ids }) =>
    expire(world, inPath(world, 'checkout.session', ids['id'])),
  ),
  route(
    'GET /v1/checkout/sessions',
    {
      ...paging,
      created: range,
      customer: text,
      status: oneOf('open', 'complete', 'expired'),
    },
    ({ world, params }) => {
      const rows = [...world.tables['checkout.session'].values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          (params.status === undefined || each.status === params.status) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/checkout/sessions' });
    },
  ),
];

function create(world: World, params: Values<typeof created>): Session {
  if (params.mode !== 'setup') {
    throw invalid('This simulator has Checkout in setup mode only.', { param: 'mode' });
  }
  const customer = params.customer === undefined ? null : livingParam(world, params.customer);
  const now = timeFor(world, customer?.id);
  const expiresAt = params.expires_at ?? now + DAY_SECONDS;
  if (expiresAt < now + SHORTEST_SECONDS || expiresAt > now + DAY_SECONDS) {
    throw invalid('`expires_at` must be between 30 minutes and 24 hours from now.', {
      param: 'expires_at',
    });
  }
  const intent = makeSetupIntent(world, {
    customer: customer?.id,
    description: params.setup_intent_data?.description,
    metadata: params.setup_intent_data?.metadata,
  });
  const id = mint(world, 'checkout.session');
  const session: Session = {
    ...blank(id, now),
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    currency: params.currency ?? null,
    customer: customer?.id ?? null,
    customer_details: detailsOf(customer ?? undefined, params.customer_email),
    customer_email: params.customer_email ?? null,
    expires_at: expiresAt,
    metadata: merged({}, params.metadata),
    setup_intent: intent.id,
    success_url: params.success_url,
    url: `${world.baseUrl}/c/pay/${id}`,
  };
  const clock = clockOf(world, customer?.id);
  setTimer(world, { at: expiresAt, task: EXPIRE_TASK, subject: id, clock });
  return keep(world, 'checkout.session', session);
}

const detailsOf = (
  customer: Kinds['customer'] | undefined,
  email: string | undefined,
): Session['customer_details'] => ({
  address: customer?.address ?? null,
  business_name: null,
  email: customer?.email ?? email ?? null,
  individual_name: null,
  name: customer?.name ?? null,
  phone: customer?.phone ?? null,
  tax_exempt: customer?.tax_exempt ?? 'none',
  tax_ids: null,
});

/** What a session does when its card is saved. */
export function complete(world: World, session: Session): void {
  clearTimers(world, EXPIRE_TASK, session.id);
  session.status = 'complete';
  session.url = null;
  emit(world, 'checkout.session.completed', { object: session });
}

/** Ends a session that nobody completed. Throws 400. */
export function expire(world: World, session: Session): Session {
  if (session.status !== 'open') {
    throw invalid(`Only Checkout Sessions with a status of open can be expired: ${session.status}`);
  }
  clearTimers(world, EXPIRE_TASK, session.id);
  const intent = world.tables.setup_intent.get(session.setup_intent ?? '');
  if (intent && intent.status !== 'succeeded') cancelSetup(world, intent);
  const patch: Partial<Session> = { status: 'expired', url: null };
  return change(world, session, { patch, type: 'checkout.session.expired' });
}

/** What a timer does with a session that is still open. */
export function expireById(world: World, id: string): void {
  const session = world.tables['checkout.session'].get(id);
  if (session?.status === 'open') expire(world, session);
}

const blank = (id: string, now: number): Session => ({
  ...nothingSold(),
  id,
  object: 'checkout.session',
  after_expiration: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  cancel_url: null,
  client_reference_id: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  created: now,
  currency: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer: null,
  customer_account: null,
  customer_creation: null,
  customer_details: null,
  customer_email: null,
  expires_at: now,
  livemode: false,
  locale: null,
  metadata: {},
  mode: 'setup',
  payment_method_collection: 'always',
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ['card'],
  payment_status: 'no_payment_required',
  setup_intent: null,
  status: 'open',
  success_url: null,
  ui_mode: 'hosted_page',
  url: null,
  wallet_options: null,
});

const nothingSold = () =>
  ({
    adaptive_pricing: null,
    allow_promotion_codes: null,
    amount_subtotal: null,
    amount_total: null,
    currency_conversion: null,
    discounts: null,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    managed_payments: null,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    submit_type: null,
    subscription: null,
    total_details: null,
  }) satisfies Partial<Session>;
