import type Stripe from 'stripe';
import { carriedOf, chargedFor } from './carried.ts';
import { OURS } from './invoice-form.ts';

/** What Stripe has of one of its invoices that is made of one of ours; minor units. */
export type TheirInvoice = {
  stripeId: string;
  invoiceId: string;
  status: string;
  total: bigint;
  /** Through Stripe, or settled by the balance there; not what it was told came another way. */
  paid: bigint;
  /** Of that, through Stripe. */
  came: bigint;
  refunded: bigint;
  credited: bigint;
  /** Of this invoice alone, without what of others is charged with it. */
  remaining: bigint;
};

const idOf = (object: string | { id: string } | null | undefined): string =>
  typeof object === 'string' ? object : (object?.id ?? '');

class Sums extends Map<string, bigint> {
  add(key: string, amount: number): void {
    this.set(key, this.of(key) + BigInt(amount));
  }
  of(key: string): bigint {
    return this.get(key) ?? 0n;
  }
}

/** Nothing is done by asking again. */
const READING = { maxNetworkRetries: 3 };

/** All that Stripe has of our invoices made there since then (s), read as lists, not one by one. */
export async function readBooks(stripe: Stripe, since: number): Promise<TheirInvoice[]> {
  const page = { created: { gte: since }, limit: 100 };
  const [paid, refunded, credited] = [new Sums(), new Sums(), new Sums()];
  const invoiceOf = new Map<string, string>();
  for await (const { invoice, amount_paid, payment } of stripe.invoicePayments.list(
    { limit: 100, status: 'paid' },
    READING,
  )) {
    paid.add(idOf(invoice), amount_paid ?? 0);
    const intent = idOf(payment.payment_intent);
    if (intent !== '') invoiceOf.set(intent, idOf(invoice));
  }
  for await (const { payment_intent, amount, status } of stripe.refunds.list(page, READING)) {
    const invoice = invoiceOf.get(idOf(payment_intent));
    const isGone = status !== 'failed' && status !== 'canceled';
    if (invoice !== undefined && isGone) refunded.add(invoice, amount);
  }
  for await (const { invoice, amount, status } of stripe.creditNotes.list(page, READING)) {
    if (status === 'issued') credited.add(idOf(invoice), amount);
  }
  const found: TheirInvoice[] = [];
  for await (const invoice of stripe.invoices.list(page, READING)) {
    const { id, metadata, status, total } = invoice;
    const invoiceId = metadata?.[OURS.invoice];
    if (invoiceId === undefined) continue;
    const came = paid.of(id) + carriedOf(invoice);
    const sums = {
      came: paid.of(id),
      paid: came,
      refunded: refunded.of(id),
      credited: credited.of(id),
    };
    const about = { stripeId: id, invoiceId, status: status ?? 'draft' };
    const remaining = BigInt(invoice.amount_remaining) - chargedFor(invoice);
    found.push({ ...about, total: BigInt(total), ...sums, remaining });
  }
  return found;
}
