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

const NOT_FOUND = 404;
const isGone = ({ status }: Pick<Stripe.Refund, 'status'>): boolean =>
  status !== 'failed' && status !== 'canceled';

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
    if (invoice !== undefined && isGone({ status })) refunded.add(invoice, amount);
  }
  for await (const { invoice, amount, status } of stripe.creditNotes.list(page, READING)) {
    if (status === 'issued') credited.add(idOf(invoice), amount);
  }
  const found: TheirInvoice[] = [];
  for await (const invoice of stripe.invoices.list(page, READING)) {
    const { id } = invoice;
    const sums = { came: paid.of(id), refunded: refunded.of(id), credited: credited.of(id) };
    found.push(...theirsOf(invoice, sums));
  }
  return found;
}

/** None where it is not made of one of ours. */
function theirsOf(
  invoice: Stripe.Invoice,
  sums: Pick<TheirInvoice, 'came' | 'refunded' | 'credited'>,
): TheirInvoice[] {
  const invoiceId = invoice.metadata?.[OURS.invoice];
  if (invoiceId === undefined) return [];
  const about = { stripeId: invoice.id, invoiceId, status: invoice.status ?? 'draft' };
  const paid = sums.came + carriedOf(invoice);
  const remaining = BigInt(invoice.amount_remaining) - chargedFor(invoice);
  return [{ ...about, total: BigInt(invoice.total), ...sums, paid, remaining }];
}

/** The same of one invoice; none where Stripe has it no more. */
export async function readOne(stripe: Stripe, id: string): Promise<TheirInvoice[]> {
  const invoice = await stripe.invoices.retrieve(id).catch((error: unknown) => {
    if ((error as Stripe.errors.StripeError).statusCode === NOT_FOUND) return undefined;
    throw error;
  });
  if (invoice === undefined) return [];
  const sums = new Sums();
  const paid = { invoice: id, status: 'paid', limit: 100 } as const;
  for await (const { amount_paid, payment } of stripe.invoicePayments.list(paid)) {
    sums.add('came', amount_paid ?? 0);
    const payment_intent = idOf(payment.payment_intent);
    if (payment_intent === '') continue;
    for await (const refund of stripe.refunds.list({ payment_intent, limit: 100 })) {
      if (isGone(refund)) sums.add('refunded', refund.amount);
    }
  }
  for await (const { amount, status } of stripe.creditNotes.list({ invoice: id, limit: 100 })) {
    if (status === 'issued') sums.add('credited', amount);
  }
  const [came, refunded, credited] = [sums.of('came'), sums.of('refunded'), sums.of('credited')];
  return theirsOf(invoice, { came, refunded, credited });
}
