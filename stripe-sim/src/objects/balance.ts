import { change } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { keep, mint, timeFor, type World } from '../world/world.ts';
import { inPath, noSuchPath } from '../wire/fault.ts';
import { pageOf, paging, range, within } from '../wire/list.ts';
import { merged, metadata } from '../wire/metadata.ts';
import { currency, integer, required, text, unsettable } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';
import { livingIn } from './customer.ts';
import { percentOf, sum } from './money.ts';

type BalanceTransaction = Kinds['balance_transaction'];
type CustomerEntry = Kinds['customer_balance_transaction'];

/** Ours, so that fees are there to be booked: 2.9 % and 30. https://stripe.com/pricing */
const FEE_PERCENT = 2.9;
const FEE_FIXED = 30;
const PAID_OUT_AFTER_SECONDS = 2 * 24 * 3600;

/**
 * https://docs.stripe.com/api/balance_transactions
 * https://docs.stripe.com/api/customer_balance_transactions
 */
export const balanceRoutes: Route[] = [
  route('GET /v1/balance_transactions/:id', {}, ({ world, ids }) =>
    inPath(world, 'balance_transaction', ids['id']),
  ),
  route(
    'GET /v1/balance_transactions',
    { ...paging, created: range, currency, source: text, type: text },
    ({ world, params }) => {
      const rows = [...world.tables.balance_transaction.values()].filter(
        (each) =>
          (params.currency === undefined || each.currency === params.currency) &&
          (params.source === undefined || each.source === params.source) &&
          (params.type === undefined || each.type === params.type) &&
          within(each.created, params.created),
      );
      return pageOf(world, rows, { page: params, url: '/v1/balance_transactions' });
    },
  ),
  route('GET /v1/balance', {}, ({ world }) => balanceOf(world)),
  route(
    'POST /v1/customers/:id/balance_transactions',
    {
      amount: required(integer),
      currency: required(currency),
      description: unsettable(text),
      metadata,
    },
    ({ world, ids, params }) => {
      const customer = livingIn(world, ids['id']);
      const { amount, description = null } = params;
      const entry = moveCustomerBalance(world, customer.id, {
        amount,
        currency: params.currency,
        type: 'adjustment',
        description,
      });
      entry.metadata = merged({}, params.metadata);
      return entry;
    },
  ),
  route('GET /v1/customers/:id/balance_transactions', paging, ({ world, ids, params }) => {
    const { id } = livingIn(world, ids['id']);
    const rows = [...world.tables.customer_balance_transaction.values()].filter(
      ({ customer }) => customer === id,
    );
    return pageOf(world, rows, { page: params, url: `/v1/customers/${id}/balance_transactions` });
  }),
  route('GET /v1/customers/:customer/balance_transactions/:id', {}, ({ world, ids }) => {
    const entry = inPath(world, 'customer_balance_transaction', ids['id']);
    if (entry.customer === ids['customer']) return entry;
    throw noSuchPath('customer_balance_transaction', entry.id);
  }),
];

/** Books an amount in Stripe's balance. Charges cost a fee; what goes out costs none. */
export function bookBalance(
  world: World,
  booked: Pick<BalanceTransaction, 'amount' | 'currency' | 'type' | 'reporting_category'> & {
    source: string;
    customer: string | null;
  },
): BalanceTransaction {
  const { amount, currency: money, type } = booked;
  const fee = type === 'charge' ? percentOf(amount, FEE_PERCENT) + FEE_FIXED : 0;
  const now = timeFor(world, booked.customer);
  return keep(world, 'balance_transaction', {
    id: mint(world, 'balance_transaction'),
    object: 'balance_transaction',
    amount,
    available_on: now + PAID_OUT_AFTER_SECONDS,
    balance_type: 'payments',
    created: now,
    currency: money,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: money,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: booked.reporting_category,
    source: booked.source,
    status: 'pending',
    type,
  } satisfies BalanceTransaction);
}

function balanceOf(world: World): { object: string; [key: string]: unknown } {
  const all = [...world.tables.balance_transaction.values()];
  const parts = [...new Set(all.map(({ currency: money }) => money))].map((money) => {
    const amount = sum(all.filter((each) => each.currency === money).map(({ net }) => net));
    return { amount, currency: money, source_types: { card: amount } };
  });
  return { object: 'balance', available: [], livemode: false, pending: parts };
}

/**
 * Moves a customer's balance: below zero it is to the customer's credit, and the next invoice takes
 * from it. https://docs.stripe.com/billing/customer/balance
 */
export function moveCustomerBalance(
  world: World,
  id: string,
  moved: Pick<CustomerEntry, 'amount' | 'currency' | 'type'> &
    Partial<Pick<CustomerEntry, 'invoice' | 'credit_note' | 'description'>>,
): CustomerEntry {
  const customer = world.tables.customer.get(id);
  const balance = (customer?.balance ?? 0) + moved.amount;
  if (customer) {
    const patch = { balance, currency: customer.currency ?? moved.currency };
    change(world, customer, { patch, type: 'customer.updated' });
  }
  return keep(world, 'customer_balance_transaction', {
    id: mint(world, 'customer_balance_transaction'),
    object: 'customer_balance_transaction',
    amount: moved.amount,
    checkout_session: null,
    created: timeFor(world, id),
    credit_note: moved.credit_note ?? null,
    currency: moved.currency,
    customer: id,
    customer_account: null,
    description: moved.description ?? null,
    ending_balance: balance,
    invoice: moved.invoice ?? null,
    livemode: false,
    metadata: {},
    type: moved.type,
  } satisfies CustomerEntry);
}
