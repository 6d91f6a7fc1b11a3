import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { setTimer } from '../world/timers.ts';
import { clockOf, keep, mint, mintWith, timeFor, type World } from '../world/world.ts';
import { cardOf, declineOf } from './cards.ts';
import { makeCharge } from './charge.ts';
import { attach } from './payment-method.ts';

type PaymentIntent = Kinds['payment_intent'];
type PaymentMethod = Kinds['payment_method'];

export const DISPUTE_TASK = 'charge.dispute';

/** What came of an attempt to take money. */
export type Outcome =
  | { is: 'succeeded'; charge: Kinds['charge'] }
  | { is: 'requires_action' }
  | { is: 'failed'; error: ReturnType<typeof declineOf> & { charge: string } };

/** Makes a PaymentIntent. https://docs.stripe.com/api/payment_intents */
export function makePaymentIntent(
  world: World,
  given: {
    amount: number;
    currency: string;
    customer: string | null;
    description: string | null;
    metadata?: Record<string, string>;
  },
): PaymentIntent {
  const id = mint(world, 'payment_intent');
  const intent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: given.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: mintWith(world, `${id}_secret_`),
    confirmation_method: 'automatic',
    created: timeFor(world, given.customer),
    currency: given.currency,
    customer: given.customer,
    customer_account: null,
    description: given.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: given.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_group: null,
  } satisfies PaymentIntent;
  keep(world, 'payment_intent', intent);
  emit(world, 'payment_intent.created', { object: intent });
  return intent;
}

/**
 * Tries to take the money with a payment method, which does what its test card does.
 * https://docs.stripe.com/payments/paymentintents/lifecycle
 */
export function tryPayment(
  world: World,
  intent: PaymentIntent,
  { method, returnUrl }: { method: PaymentMethod; returnUrl?: string | undefined },
): Outcome {
  const test = cardOf(world.cards.get(method.id));
  intent.payment_method = method.id;
  if (test.does === 'decline' || test.does === 'decline_charge') {
    return failPayment(world, intent, { method, error: declineOf(test) });
  }
  // A card of the second kind was authenticated when it was saved.
  const isSetUp = test.does === 'authenticate_setup' && method.customer !== null;
  if (test.does === 'authenticate' || (test.does === 'authenticate_setup' && !isSetUp)) {
    intent.status = 'requires_action';
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: returnUrl ?? null,
        url: `${world.baseUrl}/_sim/authenticate/${intent.id}`,
      },
    };
    emit(world, 'payment_intent.requires_action', { object: intent });
    return { is: 'requires_action' };
  }
  return succeedPayment(world, intent, method);
}

/** Takes the money. */
export function succeedPayment(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
): Outcome {
  const test = cardOf(world.cards.get(method.id));
  const charge = makeCharge(world, intent, { method });
  if (intent.setup_future_usage !== null && intent.customer !== null) {
    attach(world, method, intent.customer);
  }
  Object.assign(intent, {
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    status: 'succeeded',
  } satisfies Partial<PaymentIntent>);
  emit(world, 'payment_intent.succeeded', { object: intent });
  if (test.does === 'dispute') {
    const clock = clockOf(world, intent.customer);
    const at = timeFor(world, intent.customer);
    setTimer(world, { at, task: DISPUTE_TASK, subject: charge.id, clock });
  }
  return { is: 'succeeded', charge };
}

/** Writes down that an attempt failed; the intent wants another payment method. */
export function failPayment(
  world: World,
  intent: PaymentIntent,
  { method, error }: { method: PaymentMethod; error: ReturnType<typeof declineOf> },
): Outcome {
  const charge = makeCharge(world, intent, { method, error });
  const told = { ...error, charge: charge.id };
  Object.assign(intent, {
    last_payment_error: {
      ...told,
      payment_method: structuredClone(method),
    } as unknown as NonNullable<PaymentIntent['last_payment_error']>,
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  } satisfies Partial<PaymentIntent>);
  emit(world, 'payment_intent.payment_failed', { object: intent });
  return { is: 'failed', error: told };
}

/** What a customer who was not authenticated is answered with. */
export const NOT_AUTHENTICATED: ReturnType<typeof declineOf> = {
  type: 'card_error',
  code: 'payment_intent_authentication_failure',
  message: 'The provided PaymentMethod has failed authentication.',
};

/** Cancels what took no money. https://docs.stripe.com/api/payment_intents/cancel */
export function cancelPayment(
  world: World,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') return intent;
  const patch: Partial<PaymentIntent> = {
    canceled_at: timeFor(world, intent.customer),
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  };
  return change(world, intent, { patch, type: 'payment_intent.canceled' });
}
