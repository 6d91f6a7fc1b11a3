import type { Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { inPath, invalid, StripeFault } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import {
  boolean,
  currency,
  natural,
  oneOf,
  required,
  said,
  text,
  unsettable,
} from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { attempt } from './collect.ts';
import { livingParam } from './customer.ts';
import { invoiceOfIntent } from './invoice-payment.ts';
import { cancelPayment, makePaymentIntent, type Outcome, tryPayment } from './payment-intent.ts';
import { methodNamed } from './payment-method.ts';

type PaymentIntent = Kinds['payment_intent'];

const confirming = {
  off_session: boolean,
  payment_method: text,
  return_url: text,
  setup_future_usage: oneOf('off_session', 'on_session'),
};

/** https://docs.stripe.com/api/payment_intents */
export const paymentIntentRoutes: Route[] = [
  route(
    'POST /v1/payment_intents',
    {
      ...confirming,
      amount: required(natural),
      confirm: boolean,
      currency: required(currency),
      customer: text,
      description: unsettable(text),
      metadata,
    },
    ({ world, params }) => {
      const customer =
        params.customer === undefined ? null : livingParam(world, params.customer).id;
      const intent = makePaymentIntent(world, {
        amount: params.amount,
        currency: params.currency,
        customer,
        description: params.description ?? null,
        metadata: merged({}, params.metadata),
      });
      return params.confirm === true ? confirm(world, intent, params) : intent;
    },
  ),
  route('GET /v1/payment_intents/:id', {}, ({ world, ids }) =>
    inPath(world, 'payment_intent', ids['id']),
  ),
  route(
    'POST /v1/payment_intents/:id',
    { description: unsettable(text), metadata },
    ({ world, ids, params }) => {
      const intent = inPath(world, 'payment_intent', ids['id']);
      intent.description = said(params.description, intent.description);
      intent.metadata = merged(intent.metadata, params.metadata);
      return intent;
    },
  ),
  route('POST /v1/payment_intents/:id/confirm', confirming, ({ world, ids, params }) =>
    confirm(world, inPath(world, 'payment_intent', ids['id']), params),
  ),
  route(
    'POST /v1/payment_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    ({ world, ids, params }) => {
      const intent = inPath(world, 'payment_intent', ids['id']);
      if (invoiceOfIntent(world, intent.id)) {
        throw invalid('You cannot cancel the PaymentIntent of an invoice: void the invoice.', {
          code: 'payment_intent_unexpected_state',
        });
      }
      if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
      return cancelPayment(world, intent, params.cancellation_reason ?? null);
    },
  ),
  route(
    'GET /v1/payment_intents',
    { ...paging, created: range, customer: text },
    ({ world, params }) => {
      const rows = [...world.tables.payment_intent.values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/payment_intents' });
    },
  ),
];

/** Takes the money; of an invoice's intent it pays the invoice. Throws 402 when it is declined. */
function confirm(
  world: World,
  intent: PaymentIntent,
  params: {
    payment_method?: string | undefined;
    return_url?: string | undefined;
    setup_future_usage?: 'off_session' | 'on_session' | undefined;
  },
): PaymentIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
  const id = params.payment_method ?? intent.payment_method;
  if (id === null) {
    throw invalid('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  const method = methodNamed(world, id, 'payment_method');
  const usage = params.setup_future_usage;
  if (usage) intent.setup_future_usage = usage;
  const invoice = invoiceOfIntent(world, intent.id);
  const outcome: Outcome | { is: 'no_method' } = invoice
    ? attempt(world, invoice, { method, isAutomatic: false })
    : tryPayment(world, intent, { method, returnUrl: params.return_url });
  if (outcome.is === 'failed') {
    throw new StripeFault(402, { ...outcome.error, payment_intent: structuredClone(intent) });
  }
  return intent;
}

const unexpected = ({ status }: PaymentIntent): StripeFault =>
  invalid(`This PaymentIntent's status is ${status}, which does not allow this.`, {
    code: 'payment_intent_unexpected_state',
  });
