import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { said, text, unsettable } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { bookBalance } from './balance.ts';
import type { declineOf } from './cards.ts';

type Charge = Kinds['charge'];

/** https://docs.stripe.com/api/charges */
export const chargeRoutes: Route[] = [
  route('GET /v1/charges/:id', {}, ({ world, ids }) => inPath(world, 'charge', ids['id'])),
  route(
    'POST /v1/charges/:id',
    { description: unsettable(text), metadata },
    ({ world, ids, params }) => {
      const charge = inPath(world, 'charge', ids['id']);
      const patch: Partial<Charge> = {
        description: said(params.description, charge.description),
        metadata: merged(charge.metadata, params.metadata),
      };
      return change(world, charge, { patch, type: 'charge.updated' });
    },
  ),
  route(
    'GET /v1/charges',
    { ...paging, created: range, customer: text, payment_intent: text },
    ({ world, params }) => {
      const rows = [...world.tables.charge.values()].filter(
        (each) =>
          (params.customer === undefined || each.customer === params.customer) &&
          (params.payment_intent === undefined || each.payment_intent === params.payment_intent) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/charges' });
    },
  ),
];

/** Makes the charge of an attempt, which succeeded unless there is an error. */
export function makeCharge(
  world: World,
  intent: Kinds['payment_intent'],
  { method, error }: { method: Kinds['payment_method']; error?: ReturnType<typeof declineOf> },
): Charge {
  const isPaid = error === undefined;
  const id = mint(world, 'charge');
  const charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isPaid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null as string | null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: 'TOLLGATE',
    captured: isPaid,
    created: timeFor(world, intent.customer),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: error?.code ?? null,
    failure_message: error?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(error),
    paid: isPaid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { card: cardDetails(method), type: 'card' },
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: isPaid ? `${world.baseUrl}/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  } satisfies Charge;
  if (isPaid) {
    charge.balance_transaction = bookBalance(world, {
      amount: intent.amount,
      currency: intent.currency,
      type: 'charge',
      reporting_category: 'charge',
      source: id,
      customer: intent.customer,
    }).id;
  }
  keep(world, 'charge', charge);
  emit(world, isPaid ? 'charge.succeeded' : 'charge.failed', { object: charge });
  return charge;
}

function outcomeOf(error: ReturnType<typeof declineOf> | undefined): Charge['outcome'] {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: error ? 'declined_by_network' : 'approved_by_network',
    reason: error ? (error.decline_code ?? error.code ?? null) : null,
    risk_level: 'normal',
    risk_score: 1,
    seller_message: error ? 'The bank declined the payment.' : 'Payment complete.',
    type: error ? 'issuer_declined' : 'authorized',
  };
}

function cardDetails(
  method: Kinds['payment_method'],
): NonNullable<NonNullable<Charge['payment_method_details']>['card']> {
  const { card } = method;
  return {
    amount_authorized: null,
    authorization_code: null,
    brand: card?.brand ?? null,
    checks: card?.checks ?? null,
    country: card?.country ?? null,
    electronic_commerce_indicator: null,
    exp_month: card?.exp_month ?? 0,
    exp_year: card?.exp_year ?? 0,
    fingerprint: card?.fingerprint ?? null,
    funding: card?.funding ?? null,
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
