import type Stripe from 'stripe';
import type { InvoiceRow } from '../invoicing/store.ts';
import type { Doing } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { recordCollected } from '../payments/actions.ts';
import { callNamed, firstCall } from './call-store.ts';
import type { StripeKit } from './kit.ts';
import { once } from './once.ts';
import { insertMoney } from './store.ts';

/**
 * What Stripe moves between an invoice and its customer's balance there (docs/adr/0029): an amount
 * below the smallest charge, which the next invoice is charged with, or a credit made by hand.
 */

/** The way by which such an amount is settled here. */
export const CARRIED_METHOD = 'carried at stripe';

type Balances = Pick<
  Stripe.Invoice,
  'status' | 'starting_balance' | 'ending_balance' | 'amount_paid_off_stripe'
>;

/** What finalizing moved to the customer's balance, minor units; below zero: from there. */
const movedBy = ({ starting_balance, ending_balance }: Balances): bigint =>
  ending_balance === null ? 0n : BigInt(ending_balance) - BigInt(starting_balance);

/**
 * What of an invoice its customer's balance at Stripe settles; below zero what is charged with it
 * for others, once that has come through Stripe.
 */
export function carriedOf(invoice: Balances): bigint {
  const { status, amount_paid_off_stripe: beside } = invoice;
  // A balance that was applied goes back when the invoice is voided.
  if (status === 'void' || status === 'draft') return 0n;
  const moved = movedBy(invoice);
  const hasCome = status === 'paid' && (beside ?? 0) === 0;
  return moved > 0n || hasCome ? moved : 0n;
}

/** What an invoice is charged with for others. */
export function chargedFor(invoice: Balances): bigint {
  const moved = movedBy(invoice);
  return moved < 0n ? -moved : 0n;
}

const CARRIED = '%:carried:%';

async function booked(sql: Query, invoiceId: string): Promise<{ sum: bigint; count: number }> {
  const [row] = await sql<{ sum: string; count: number }[]>`
    select coalesce(sum(case kind when 'payment' then amount else -amount end), 0)::text as sum,
           count(*)::int as count
      from stripe_money join payments on payments.id = payment_id
     where stripe_money.invoice_id = ${invoiceId} and stripe_id like ${CARRIED}`;
  return { sum: BigInt(row?.sum ?? '0'), count: row?.count ?? 0 };
}

/** Books what of an invoice Stripe carries, as far as it is not booked. The customer is locked. */
export async function settleCarried(
  doing: Doing,
  row: InvoiceRow,
  invoice: Stripe.Invoice,
): Promise<void> {
  const { sum, count } = await booked(doing.tx, row.id);
  const wanted = carriedOf(invoice) - sum;
  const left = wanted < -row.paid ? -row.paid : wanted;
  if (left === 0n) return;
  const payment = await recordCollected(doing, row.id, {
    kind: left > 0n ? 'payment' : 'refund',
    amount: left > 0n ? left : -left,
    method: CARRIED_METHOD,
    reference: invoice.id,
    receivedAt: doing.now,
  });
  const stripe_id = `${invoice.id}:carried:${count + 1}`;
  await insertMoney(doing.tx, {
    stripe_id,
    payment_id: payment.id,
    invoice_id: row.id,
    intent: null,
  });
}

const BALANCE = 'tollgate_balance';
const nameOf = ({ id }: InvoiceRow): string => `balance:${id}`;

function balanceParams(row: InvoiceRow, invoice: Stripe.Invoice) {
  return {
    amount: Number(-movedBy(invoice)),
    currency: invoice.currency,
    description: 'Carried on: this invoice was settled otherwise',
    metadata: { [BALANCE]: row.id },
  };
}

/** To be asked for before an invoice is told to be paid beside Stripe. */
export async function keepCarried(
  { sql, wallClock }: StripeKit,
  row: InvoiceRow,
  invoice: Stripe.Invoice,
): Promise<void> {
  if (movedBy(invoice) >= 0n) return;
  const params = balanceParams(row, invoice);
  await firstCall(sql, nameOf(row), { params, now: wallClock() });
}

/**
 * Puts the customer's balance at Stripe right: what an invoice was to be charged with for others
 * and was not, as it was paid beside Stripe, is left for the next one; and what was carried of one
 * that is void here is asked of nobody. Once each.
 */
export async function putBack(
  { sql, stripe, wallClock }: StripeKit,
  row: InvoiceRow,
  invoice: Stripe.Invoice,
): Promise<void> {
  const customer = typeof invoice.customer === 'string' ? invoice.customer : invoice.customer?.id;
  if (customer === undefined || invoice.status !== 'paid' || movedBy(invoice) === 0n) return;
  const wasTold = (await callNamed(sql, nameOf(row))) !== undefined;
  const isBeside = wasTold && (invoice.amount_paid_off_stripe ?? 0) > 0;
  if (!isBeside && row.state !== 'void') return;
  await once(
    { sql, now: wallClock() },
    {
      name: nameOf(row),
      params: balanceParams(row, invoice),
      make: (params, key) => stripe.customers.createBalanceTransaction(customer, params, key),
      find: async () => {
        const list = stripe.customers.listBalanceTransactions(customer, { limit: 100 });
        for await (const each of list) if (each.metadata?.[BALANCE] === row.id) return each;
        return undefined;
      },
    },
  );
}
