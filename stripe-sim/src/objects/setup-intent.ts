import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, mintWith, timeFor, type World } from '../world/world.ts';
import { inPath, invalid, StripeFault } from '../wire/fault.ts';
import type { Reader } from '../wire/params.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { boolean, hash, list, oneOf, said, text, unsettable, type Values } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { cardOf, declineOf } from './cards.ts';
import { livingParam } from './customer.ts';
import { attach, methodNamed } from './payment-method.ts';

type SetupIntent = Kinds['setup_intent'];

// https://docs.stripe.com/changelog/endive
const noLongerTaken: Reader<never> = (_, param) => {
  throw invalid(`\`${param}\` is no longer supported: use \`allowed_payment_method_types\`.`, {
    code: 'payment_method_types_no_longer_supported',
    param,
  });
};

const fields = {
  description: unsettable(text),
  metadata,
  payment_method: unsettable(text),
};
const created = {
  ...fields,
  allowed_payment_method_types: list(text),
  automatic_payment_methods: hash({
    allow_redirects: oneOf('always', 'never'),
    enabled: boolean,
  }),
  confirm: boolean,
  customer: text,
  payment_method_types: noLongerTaken,
  return_url: text,
  usage: oneOf('off_session', 'on_session'),
};

/** https://docs.stripe.com/api/setup_intents */
export const setupIntentRoutes: Route[] = [
  route('POST /v1/setup_intents', created, ({ world, params }) => {
    const intent = makeSetupIntent(world, params);
    return params.confirm === true ? confirm(world, intent, params) : intent;
  }),
  route('GET /v1/setup_intents/:id', {}, ({ world, ids }) =>
    inPath(world, 'setup_intent', ids['id']),
  ),
  route('POST /v1/setup_intents/:id', fields, ({ world, ids, params }) => {
    const intent = inPath(world, 'setup_intent', ids['id']);
    const method = params.payment_method;
    if (method !== undefined) {
      intent.payment_method = method === null ? null : methodFor(world, method);
      intent.status = method === null ? 'requires_payment_method' : 'requires_confirmation';
    }
    intent.description = said(params.description, intent.description);
    intent.metadata = merged(intent.metadata ?? {}, params.metadata);
    return intent;
  }),
  route(
    'POST /v1/setup_intents/:id/confirm',
    { payment_method: text, return_url: text },
    ({ world, ids, params }) => confirm(world, inPath(world, 'setup_intent', ids['id']), params),
  ),
  route('POST /v1/setup_intents/:id/cancel', { cancellation_reason: text }, ({ world, ids }) =>
    cancelSetup(world, inPath(world, 'setup_intent', ids['id'])),
  ),
  route(
    'GET /v1/setup_intents',
    { ...paging, created: range, customer: text, payment_method: text },
    ({ world, params }) => {
      const rows = [...world.tables.setup_intent.values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          (params.payment_method === undefined || each.payment_method === params.payment_method) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/setup_intents' });
    },
  ),
];

const methodFor = (world: World, id: string): string => methodNamed(world, id, 'payment_method').id;

/** Makes a SetupIntent, for a request or a Checkout session. */
export function makeSetupIntent(
  world: World,
  params: Partial<Values<typeof created>>,
): SetupIntent {
  const customer = params.customer === undefined ? null : livingParam(world, params.customer).id;
  const method = params.payment_method == null ? null : methodFor(world, params.payment_method);
  const id = mint(world, 'setup_intent');
  const intent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: (params.allowed_payment_method_types ??
      null) as SetupIntent['allowed_payment_method_types'],
    application: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    cancellation_reason: null,
    client_secret: mintWith(world, `${id}_secret_`),
    created: timeFor(world, customer),
    customer,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: merged({}, params.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    usage: params.usage ?? 'off_session',
  } satisfies SetupIntent;
  keep(world, 'setup_intent', intent);
  emit(world, 'setup_intent.created', { object: intent });
  return intent;
}

/**
 * Saves a payment method for later. Throws 402 when its card is declined; asks for 3D Secure where
 * the card does. https://docs.stripe.com/payments/setup-intents
 */
export function confirm(
  world: World,
  intent: SetupIntent,
  {
    payment_method,
    return_url,
  }: { payment_method?: string | null | undefined; return_url?: string | undefined },
): SetupIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
  if (payment_method != null) intent.payment_method = methodFor(world, payment_method);
  if (intent.payment_method === null) {
    throw invalid('You cannot confirm this SetupIntent because it is missing a payment method.', {
      code: 'setup_intent_unexpected_state',
    });
  }
  const test = cardOf(world.cards.get(intent.payment_method));
  if (test.does === 'decline') return fail(world, intent, declineOf(test));
  if (test.does === 'authenticate' || test.does === 'authenticate_setup') {
    intent.status = 'requires_action';
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: return_url ?? null,
        url: `${world.baseUrl}/_sim/authenticate/${intent.id}`,
      },
    };
    emit(world, 'setup_intent.requires_action', { object: intent });
    return intent;
  }
  return succeed(world, intent);
}

/** Ends 3D Secure, as the customer did it or did not. */
export function authenticateSetup(world: World, intent: SetupIntent, isDone: boolean): void {
  if (intent.status !== 'requires_action') throw unexpected(intent);
  intent.next_action = null;
  if (isDone) {
    succeed(world, intent);
    return;
  }
  markFailed(world, intent, {
    type: 'invalid_request_error',
    code: 'setup_intent_authentication_failure',
    message: 'The latest attempt to set up the payment method has failed: no authentication.',
  });
}

function succeed(world: World, intent: SetupIntent): SetupIntent {
  const method = world.tables.payment_method.get(intent.payment_method ?? '');
  if (method && intent.customer !== null) attach(world, method, intent.customer);
  intent.status = 'succeeded';
  intent.last_setup_error = null;
  intent.next_action = null;
  emit(world, 'setup_intent.succeeded', { object: intent });
  return intent;
}

function fail(world: World, intent: SetupIntent, error: ReturnType<typeof declineOf>): never {
  markFailed(world, intent, error);
  throw new StripeFault(402, { ...error, setup_intent: structuredClone(intent) });
}

function markFailed(
  world: World,
  intent: SetupIntent,
  error: { type: string; message: string; code?: string },
): void {
  intent.last_setup_error = error as NonNullable<SetupIntent['last_setup_error']>;
  intent.payment_method = null;
  intent.status = 'requires_payment_method';
  emit(world, 'setup_intent.setup_failed', { object: intent });
}

/** Cancels what is not done yet. Throws 400. */
export function cancelSetup(world: World, intent: SetupIntent): SetupIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
  const patch = { status: 'canceled', next_action: null } as const;
  return change(world, intent, { patch, type: 'setup_intent.canceled' });
}

const unexpected = ({ status }: SetupIntent): StripeFault =>
  invalid(`This SetupIntent's status is ${status}, which does not allow this.`, {
    code: 'setup_intent_unexpected_state',
  });
