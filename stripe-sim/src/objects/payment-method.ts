import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { lettersOf } from '../world/chance.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid, noSuchPath, StripeFault } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  address,
  fullAddress,
  hash,
  natural,
  oneOf,
  required,
  said,
  text,
  unsettable,
  type Values,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { cardNamed, cardNumbered, cardOf, declineOf, type TestCard } from './cards.ts';
import { livingIn, livingParam } from './customer.ts';

type PaymentMethod = Kinds['payment_method'];

const billing = hash({
  address,
  email: unsettable(text),
  name: unsettable(text),
  phone: unsettable(text),
});
const card = hash({ cvc: text, exp_month: natural, exp_year: natural, number: text, token: text });
const created = {
  billing_details: billing,
  card,
  metadata,
  type: required(oneOf('card')),
};
const type = oneOf('card');

/** https://docs.stripe.com/api/payment_methods */
export const paymentMethodRoutes: Route[] = [
  route('POST /v1/payment_methods', created, ({ world, params }) => {
    const test = cardGiven(params.card);
    return makePaymentMethod(world, test, params);
  }),
  route('GET /v1/payment_methods/:id', {}, ({ world, ids }) =>
    inPath(world, 'payment_method', ids['id']),
  ),
  route(
    'POST /v1/payment_methods/:id',
    {
      billing_details: billing,
      card: hash({ exp_month: natural, exp_year: natural }),
      metadata,
    },
    ({ world, ids, params }) => {
      const method = inPath(world, 'payment_method', ids['id']);
      const { exp_month: month, exp_year: year } = params.card ?? {
        exp_month: undefined,
        exp_year: undefined,
      };
      const patch: Partial<PaymentMethod> = {
        billing_details: billingDetails(params.billing_details, method.billing_details),
        metadata: merged(method.metadata ?? {}, params.metadata),
        ...(method.card && {
          card: {
            ...method.card,
            exp_month: month ?? method.card.exp_month,
            exp_year: year ?? method.card.exp_year,
          },
        }),
      };
      return change(world, method, { patch, type: 'payment_method.updated' });
    },
  ),
  route(
    'POST /v1/payment_methods/:id/attach',
    { customer: required(text) },
    ({ world, ids, params }) => {
      const customer = livingParam(world, params.customer);
      const method = methodNamed(world, ids['id'] ?? '', 'id');
      return attach(world, method, customer.id);
    },
  ),
  route('POST /v1/payment_methods/:id/detach', {}, ({ world, ids }) =>
    detach(world, inPath(world, 'payment_method', ids['id'])),
  ),
  route('GET /v1/payment_methods', { ...paging, customer: text, type }, ({ world, params }) => {
    const rows = [...world.tables.payment_method.values()].filter(
      (each) => params.customer !== undefined && each.customer === params.customer,
    );
    return pageOf(world, rows, { page: params, url: '/v1/payment_methods' });
  }),
  route('GET /v1/customers/:id/payment_methods', { ...paging, type }, ({ world, ids, params }) => {
    const { id } = livingIn(world, ids['id']);
    const rows = methodsOf(world, id);
    return pageOf(world, rows, { page: params, url: `/v1/customers/${id}/payment_methods` });
  }),
  route('GET /v1/customers/:customer/payment_methods/:id', {}, ({ world, ids }) => {
    const method = inPath(world, 'payment_method', ids['id']);
    if (method.customer === ids['customer']) return method;
    throw noSuchPath('PaymentMethod', method.id);
  }),
];

/** Out: a customer's payment methods, oldest first. */
export const methodsOf = (world: World, customer: string): PaymentMethod[] =>
  [...world.tables.payment_method.values()].filter((each) => each.customer === customer);

/**
 * Out: the payment method that a parameter names; of pm_card_… a new one is made, as Stripe does.
 * Throws 400.
 */
export function methodNamed(world: World, id: string, param: string): PaymentMethod {
  const test = cardNamed(id);
  if (test && id.startsWith('pm_')) return makePaymentMethod(world, test, {});
  return inParam(world, 'payment_method', { id, param });
}

/** Out: the test card that a form or a token names. Throws 402 for a number of no test card. */
export function cardGiven(given: ReturnType<typeof card> | undefined): TestCard {
  if (given?.token !== undefined) {
    const test = cardNamed(given.token);
    if (test) return test;
    throw invalid(`No such token: '${given.token}'`, { code: 'resource_missing', param: 'card' });
  }
  if (given?.number === undefined) {
    throw invalid('Missing required param: card.', { code: 'parameter_missing', param: 'card' });
  }
  const test = cardNumbered(given.number);
  if (test) return test;
  throw new StripeFault(402, {
    type: 'card_error',
    code: 'incorrect_number',
    message: 'Your card number is incorrect. Only test cards exist here.',
    param: 'number',
  });
}

/** Makes a payment method of a test card. */
export function makePaymentMethod(
  world: World,
  test: TestCard,
  given: Partial<Values<typeof created>>,
): PaymentMethod {
  const method = {
    id: mint(world, 'payment_method'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billingDetails(given.billing_details, undefined),
    card: {
      brand: test.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: given.card?.cvc === undefined ? null : 'pass',
      },
      country: 'US',
      display_brand: test.brand,
      exp_month: given.card?.exp_month ?? 12,
      exp_year: given.card?.exp_year ?? 2034,
      fingerprint: lettersOf(test.number, 16),
      funding: 'credit',
      generated_from: null,
      last4: test.number.slice(-4),
      networks: { available: [test.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.clock.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: merged({}, given.metadata),
    type: 'card',
  } satisfies PaymentMethod;
  world.cards.set(method.id, test.name);
  return keep(world, 'payment_method', method);
}

/**
 * Attaches a payment method to a customer. Throws 402 when its card is declined: most cards that
 * are can't be saved. https://docs.stripe.com/api/payment_methods/attach
 */
export function attach(world: World, method: PaymentMethod, customer: string): PaymentMethod {
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    });
  }
  const test = cardOf(world.cards.get(method.id));
  if (test.does === 'decline') throw new StripeFault(402, declineOf(test));
  method.customer = customer;
  method.created = timeFor(world, customer);
  emit(world, 'payment_method.attached', { object: method });
  return method;
}

/**
 * Takes a payment method from its customer, for good.
 * https://docs.stripe.com/api/payment_methods/detach
 */
export function detach(world: World, method: PaymentMethod): PaymentMethod {
  const customer = world.tables.customer.get(method.customer ?? '');
  if (!customer) {
    throw invalid(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      { code: 'payment_method_unexpected_state' },
    );
  }
  change(world, method, { patch: { customer: null }, type: 'payment_method.detached' });
  if (customer.invoice_settings?.default_payment_method === method.id) {
    const settings = { ...customer.invoice_settings, default_payment_method: null };
    change(world, customer, { patch: { invoice_settings: settings }, type: 'customer.updated' });
  }
  return method;
}

function billingDetails(
  given: ReturnType<typeof billing> | undefined,
  before: PaymentMethod['billing_details'] | undefined,
): PaymentMethod['billing_details'] {
  return {
    address: given?.address === undefined ? (before?.address ?? null) : fullAddress(given.address),
    email: said(given?.email, before?.email ?? null),
    name: said(given?.name, before?.name ?? null),
    phone: said(given?.phone, before?.phone ?? null),
    tax_id: null,
  };
}
