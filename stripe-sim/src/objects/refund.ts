import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { setTimer } from '../world/timers.ts';
import { clockOf, keep, mint, timeFor, type World } from '../world/world.ts';
import { inParam, inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { natural, oneOf, text, type Values } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { bookBalance } from './balance.ts';
import { cardOf } from './cards.ts';

type Charge = Kinds['charge'];
type Refund = Kinds['refund'];

export const REFUND_TASK = 'refund.fail';

const created = {
  amount: natural,
  charge: text,
  metadata,
  payment_intent: text,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
};

/** https://docs.stripe.com/api/refunds */
export const refundRoutes: Route[] = [
  route('POST /v1/refunds', created, ({ world, params }) => create(world, params)),
  route('GET /v1/refunds/:id', {}, ({ world, ids }) => inPath(world, 'refund', ids['id'])),
  route('POST /v1/refunds/:id', { metadata }, ({ world, ids, params }) => {
    const refund = inPath(world, 'refund', ids['id']);
    const patch = { metadata: merged(refund.metadata ?? {}, params.metadata) };
    return change(world, refund, { patch, type: 'refund.updated' });
  }),
  route(
    'GET /v1/refunds',
    { ...paging, charge: text, created: range, payment_intent: text },
    ({ world, params }) => {
      const rows = [...world.tables.refund.values()].filter(
        (each) =>
          (params.charge === undefined || each.charge === params.charge) &&
          (params.payment_intent === undefined || each.payment_intent === params.payment_intent) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/refunds' });
    },
  ),
  route('GET /v1/charges/:id/refunds', paging, ({ world, ids, params }) => {
    const { id } = inPath(world, 'charge', ids['id']);
    const rows = [...world.tables.refund.values()].filter(({ charge }) => charge === id);
    return pageOf(world, rows, { page: params, url: `/v1/charges/${id}/refunds` });
  }),
];

function create(world: World, params: Values<typeof created>): Refund {
  const charge = chargeFor(world, params);
  return makeRefund(world, charge, {
    amount: params.amount ?? charge.amount - charge.amount_refunded,
    reason: params.reason ?? null,
    metadata: merged({}, params.metadata),
  });
}

function chargeFor(world: World, params: Values<typeof created>): Charge {
  if (params.charge !== undefined) {
    return inParam(world, 'charge', { id: params.charge, param: 'charge' });
  }
  if (params.payment_intent === undefined) {
    throw invalid('One of the following params should be provided: payment_intent or charge.');
  }
  const intent = inParam(world, 'payment_intent', {
    id: params.payment_intent,
    param: 'payment_intent',
  });
  const charge = world.tables.charge.get(intent.latest_charge ?? '');
  if (charge && intent.status === 'succeeded') return charge;
  throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`);
}

/**
 * Gives money back, at most what was charged and not given back before. Throws 400.
 * https://docs.stripe.com/refunds
 */
export function makeRefund(
  world: World,
  charge: Charge,
  given: { amount: number; reason: Refund['reason']; metadata?: Record<string, string> },
): Refund {
  const left = charge.amount - charge.amount_refunded;
  if (!charge.paid) throw invalid('This charge was not paid.', { code: 'charge_not_refundable' });
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  if (charge.disputed) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  if (given.amount > left || given.amount <= 0) {
    throw invalid(
      `Refund amount (${given.amount}) must be positive and at most the unrefunded amount on the ` +
        `charge (${left})`,
      { param: 'amount' },
    );
  }
  const id = mint(world, 'refund');
  const refund = keep(world, 'refund', {
    ...blank(world, charge),
    id,
    amount: given.amount,
    metadata: given.metadata ?? {},
    reason: given.reason,
    balance_transaction: book(world, charge, { id, amount: -given.amount, type: 'refund' }),
  });
  emit(world, 'refund.created', { object: refund });
  charge.amount_refunded += given.amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  emit(world, 'charge.refunded', { object: charge });
  if (cardOf(world.cards.get(charge.payment_method ?? '')).does === 'refund_fails') {
    const at = timeFor(world, charge.customer);
    setTimer(world, { at, task: REFUND_TASK, subject: id, clock: clockOf(world, charge.customer) });
  }
  return refund;
}

function blank(world: World, charge: Charge): Omit<Refund, 'id' | 'amount'> {
  return {
    object: 'refund',
    balance_transaction: null,
    charge: charge.id,
    created: timeFor(world, charge.customer),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

const book = (
  world: World,
  charge: Charge,
  { id, amount, type }: { id: string; amount: number; type: 'refund' | 'refund_failure' },
): string =>
  bookBalance(world, {
    amount,
    currency: charge.currency,
    type,
    reporting_category: type,
    source: id,
    customer: charge.customer,
  }).id;

/**
 * What a timer does with a refund that the bank sends back.
 * https://docs.stripe.com/refunds#failed-refunds
 */
export function failRefund(world: World, id: string): void {
  const refund = world.tables.refund.get(id);
  const charge = world.tables.charge.get(refund?.charge ?? '');
  if (!refund || !charge) return;
  const booked = book(world, charge, { id, amount: refund.amount, type: 'refund_failure' });
  refund.failure_balance_transaction = booked;
  refund.failure_reason = 'expired_or_canceled_card';
  refund.status = 'failed';
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
  emit(world, 'refund.failed', { object: refund });
  emit(world, 'charge.refund.updated', { object: refund });
}
