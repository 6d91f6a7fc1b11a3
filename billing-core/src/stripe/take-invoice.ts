import type Stripe from 'stripe';
import { endInvoice } from '../invoicing/actions.ts';
import { lockBalances } from '../invoicing/final-store.ts';
import { dueOf } from '../invoicing/model.ts';
import { invoiceById, type InvoiceRow } from '../invoicing/store.ts';
import type { Doing } from '../kit/audit.ts';
import { recordNotice } from '../notices/record.ts';
import { recordCollected } from '../payments/actions.ts';
import { failureNotice, NO_FAILURE, type Failure } from './failure-words.ts';
import { callNamed } from './call-store.ts';
import { settleCarried } from './carried.ts';
import { inDoing, type StripeKit } from './kit.ts';
import { OURS } from './invoice-form.ts';
import { tellRefundFailed } from './refund-letter.ts';
import {
  insertMoney,
  isRecorded,
  linkAt,
  outsideCall,
  saveMoneyStatus,
  saveSeen,
  saveTold,
  type LinkRow,
} from './store.ts';
import { undo } from './undo.ts';
import { STRIPE_METHOD } from './work-store.ts';

/** Money that moved at Stripe, as our books want it. */
type Moved = {
  stripeId: string;
  kind: 'payment' | 'refund';
  amount: bigint;
  intent: string | null;
  method: string;
  at: number;
};

const idOf = (object: string | { id: string } | null | undefined): string | null =>
  typeof object === 'string' ? object : (object?.id ?? null);

async function paymentsOf(stripe: Stripe, invoice: string): Promise<Moved[]> {
  const found: Moved[] = [];
  const list = stripe.invoicePayments.list({ invoice, status: 'paid', limit: 100 });
  for await (const { id, amount_paid, payment, status_transitions, created } of list) {
    found.push({
      stripeId: id,
      kind: 'payment',
      amount: BigInt(amount_paid ?? 0),
      intent: idOf(payment.payment_intent),
      method: STRIPE_METHOD,
      at: (status_transitions.paid_at ?? created) * 1_000,
    });
  }
  return found;
}

/** A refund, as far as it is by now. */
type Refund = Moved & { status: string; isOurs: boolean };

const CAME_BACK: readonly string[] = ['failed', 'canceled'];

/** What went back of these payments, or was to. */
async function refundsOf(stripe: Stripe, payments: readonly Moved[]): Promise<Refund[]> {
  const found: Refund[] = [];
  for (const { intent } of payments) {
    if (intent === null) continue;
    for await (const each of stripe.refunds.list({ payment_intent: intent, limit: 100 })) {
      found.push({
        stripeId: each.id,
        kind: 'refund',
        amount: BigInt(each.amount),
        intent,
        method: STRIPE_METHOD,
        at: each.created * 1_000,
        status: each.status ?? 'pending',
        // It is in the books since it was ordered.
        isOurs: each.metadata?.[OURS.refund] !== undefined,
      });
    }
  }
  return found;
}

async function record(doing: Doing, row: InvoiceRow, moved: Moved): Promise<void> {
  const { stripeId, kind, amount, intent, method, at } = moved;
  if (amount === 0n || (await isRecorded(doing.tx, stripeId))) return;
  if (kind === 'refund' && amount > row.paid) {
    throw new Error(`${stripeId} gave back ${amount}, and ${row.paid} is paid: not all is told`);
  }
  const payment = await recordCollected(doing, row.id, {
    kind,
    amount,
    method,
    reference: intent ?? stripeId,
    receivedAt: at,
  });
  const about = { stripe_id: stripeId, payment_id: payment.id, invoice_id: row.id };
  await insertMoney(doing.tx, { ...about, intent });
}

/**
 * Settled at Stripe by a hand there, with money that came by another way. What Stripe has so from
 * us is in the books already, and may have gone back since: it is no money that came.
 */
async function settleBeside(
  doing: Doing,
  { row, told }: { row: InvoiceRow; told: string },
  invoice: Stripe.Invoice,
): Promise<void> {
  const off = BigInt(invoice.amount_paid_off_stripe ?? 0);
  const due = dueOf(row);
  if (off === 0n || row.state !== 'open' || due <= 0n) return;
  if (told === 'paid' || (await callNamed(doing.tx, outsideCall(row.id)))) return;
  const at = (invoice.status_transitions.paid_at ?? invoice.created) * 1_000;
  const beside = { intent: null, method: 'beside stripe', at };
  const amount = off < due ? off : due;
  await record(doing, row, {
    stripeId: `${invoice.id}:beside`,
    kind: 'payment',
    amount,
    ...beside,
  });
}

/** Money that came and went back is written down; what came back of that is taken back. */
async function recordAll(
  doing: Doing,
  fresh: () => Promise<InvoiceRow>,
  { moved, refunds, send }: Read & Pick<StripeKit, 'send'>,
): Promise<void> {
  for (const one of moved) await record(doing, await fresh(), one);
  for (const refund of refunds) {
    const { stripeId, status, isOurs } = refund;
    const cameBack = CAME_BACK.includes(status);
    if (!isOurs && !cameBack) await record(doing, await fresh(), refund);
    await saveMoneyStatus(doing.tx, stripeId, status);
    const about = { stripeId, method: STRIPE_METHOD, at: doing.now };
    const isNews = cameBack && (await undo(doing, await fresh(), about));
    if (isNews) await tellRefundFailed({ send }, doing.tx, stripeId);
  }
}

const IS_OWED = ['open', 'uncollectible'];

async function follow(
  doing: Doing,
  link: LinkRow,
  read: Read & Pick<StripeKit, 'send'>,
): Promise<void> {
  // As everybody locks: the customer first. Who comes second finds the money written down.
  await lockBalances(doing.tx, [link.customer_id]);
  const fresh = async (): Promise<InvoiceRow> => {
    const row = await invoiceById(doing.tx, link.invoice_id);
    if (row === undefined) throw new Error(`no invoice ${link.invoice_id}`);
    return row;
  };
  // What is void here and was paid there is for an admin to see; nothing is owed that money is for.
  if ((await fresh()).state !== 'void') {
    await recordAll(doing, fresh, read);
    await settleCarried(doing, await fresh(), read.invoice);
    await settleBeside(doing, { row: await fresh(), told: link.told }, read.invoice);
  }
  const { state, paid } = await fresh();
  const { status } = read.invoice;
  if (status === 'void' && IS_OWED.includes(state) && paid === 0n) {
    await endInvoice(doing, link.invoice_id, 'void');
  }
  if (status === 'uncollectible' && state === 'open') {
    await endInvoice(doing, link.invoice_id, 'uncollectible');
  }
  const now = await fresh();
  // An end that is the same on both sides is told; an open invoice may still have to be charged.
  if (now.state === status && status !== 'open')
    await saveTold(doing.tx, link.invoice_id, now.state);
  await saveSeen(doing.tx, link.invoice_id, {
    status: status ?? 'draft',
    hostedUrl: read.invoice.hosted_invoice_url ?? null,
    failure: read.failure.said,
  });
  if (read.failure.said === '' || now.state !== 'open') return;
  await recordNotice(
    doing.tx,
    failureNotice(now, read.failure, { stripeId: read.invoice.id, at: doing.now }),
  );
}

type Read = {
  invoice: Stripe.Invoice;
  moved: readonly Moved[];
  refunds: readonly Refund[];
  failure: Failure;
};

/** Why it was not paid, as Stripe says it; nothing once it is paid. */
async function failureOf(stripe: Stripe, invoice: Stripe.Invoice): Promise<Failure> {
  if (invoice.status !== 'open' || !invoice.attempted) return NO_FAILURE;
  const payments = await stripe.invoicePayments.list({ invoice: invoice.id, limit: 1 });
  const intent = idOf(payments.data[0]?.payment.payment_intent);
  if (intent === null) return NO_FAILURE;
  const { status, last_payment_error: error } = await stripe.paymentIntents.retrieve(intent);
  const needsAction = status === 'requires_action';
  const next = invoice.next_payment_attempt;
  return {
    said: needsAction ? 'The bank asks for a confirmation' : (error?.message ?? ''),
    needsAction,
    attempt: invoice.attempt_count,
    nextAt: next === null ? null : next * 1_000,
  };
}

/**
 * Takes over what an invoice is at Stripe now: money that came or went back there, and its end.
 * Whatever told of it, and in whatever order: it is what Stripe answers that counts, and each
 * payment is written down once. An invoice that is not ours is left alone.
 */
export async function takeInvoice(kit: StripeKit, stripeId: string): Promise<void> {
  const { sql, stripe } = kit;
  const link = await linkAt(sql, stripeId);
  if (link === undefined) return;
  const invoice = await stripe.invoices.retrieve(stripeId);
  const moved = invoice.status === 'draft' ? [] : await paymentsOf(stripe, stripeId);
  const refunds = await refundsOf(stripe, moved);
  const failure = await failureOf(stripe, invoice);
  const read = { invoice, moved, refunds, failure, send: kit.send };
  await inDoing(kit, (doing) => follow(doing, link, read));
}
