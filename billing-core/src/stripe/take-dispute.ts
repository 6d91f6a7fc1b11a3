import type Stripe from 'stripe';
import { lockBalances } from '../invoicing/final-store.ts';
import { invoiceById } from '../invoicing/store.ts';
import type { Doing } from '../kit/audit.ts';
import { recordCollected } from '../payments/actions.ts';
import { DISPUTE_METHOD, saveDispute } from './dispute-store.ts';
import { inDoing, type StripeKit } from './kit.ts';
import { insertMoney, invoicePaidBy, isRecorded, linkAt, linkOf, type LinkRow } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { Mismatch } from './trouble.ts';
import { undo } from './undo.ts';

const idOf = (object: string | { id: string } | null | undefined): string | undefined =>
  typeof object === 'string' ? object : object?.id;

const CLOSED: readonly string[] = ['won', 'lost', 'warning_closed', 'prevented'];

/** Our invoice that a payment was for, with that payment in the books: whichever came first. */
async function linkPaidBy(kit: StripeKit, intent: string): Promise<LinkRow | undefined> {
  const known = await invoicePaidBy(kit.sql, intent);
  if (known !== undefined) return linkOf(kit.sql, known);
  const asked = { type: 'payment_intent' as const, payment_intent: intent };
  const { data } = await kit.stripe.invoicePayments.list({ payment: asked, limit: 1 });
  const link = await linkAt(kit.sql, idOf(data[0]?.invoice) ?? '');
  if (link !== undefined) await takeInvoice(kit, link.stripe_id);
  return link;
}

const timeOf = (seconds: number | null | undefined): Date | null =>
  typeof seconds === 'number' ? new Date(seconds * 1_000) : null;

/**
 * The money of a lost dispute went back: it is owed again. No more than was paid of the invoice in
 * money can have.
 */
async function takeOut(doing: Doing, link: LinkRow, dispute: Stripe.Dispute): Promise<void> {
  const row = await invoiceById(doing.tx, link.invoice_id);
  if (row === undefined || row.state === 'void' || row.state === 'draft') return;
  if (await isRecorded(doing.tx, dispute.id)) return;
  if (dispute.currency.toUpperCase() !== row.currency) {
    throw new Mismatch(`${dispute.id} is in ${dispute.currency}, its invoice in ${row.currency}`);
  }
  const amount = BigInt(dispute.amount) < row.paid ? BigInt(dispute.amount) : row.paid;
  if (amount <= 0n) return;
  const payment = await recordCollected(doing, row.id, {
    kind: 'refund',
    amount,
    method: DISPUTE_METHOD,
    reference: dispute.id,
    receivedAt: doing.now,
  });
  const about = { stripe_id: dispute.id, payment_id: payment.id, invoice_id: row.id };
  await insertMoney(doing.tx, { ...about, intent: null });
}

async function follow(doing: Doing, link: LinkRow, dispute: Stripe.Dispute): Promise<void> {
  await lockBalances(doing.tx, [link.customer_id]);
  const { evidence_details: evidence } = dispute;
  await saveDispute(doing.tx, {
    stripe_id: dispute.id,
    invoice_id: link.invoice_id,
    customer_id: link.customer_id,
    intent: idOf(dispute.payment_intent) ?? '',
    currency: dispute.currency.toUpperCase(),
    amount: dispute.amount.toString(),
    reason: dispute.reason,
    status: dispute.status,
    due_by: timeOf(evidence.due_by),
    has_evidence: evidence.has_evidence,
    opened_at: new Date(dispute.created * 1_000),
    closed_at: CLOSED.includes(dispute.status) ? new Date(doing.now) : null,
  });
  if (dispute.status === 'lost') return takeOut(doing, link, dispute);
  if (dispute.status !== 'won') return;
  const row = await invoiceById(doing.tx, link.invoice_id);
  const about = { stripeId: dispute.id, method: DISPUTE_METHOD, at: doing.now };
  if (row !== undefined) await undo(doing, row, about);
}

/**
 * Takes over what a dispute is at Stripe now. While the bank has not decided, the books stay as
 * they are; when it is lost, its money goes out of them (docs/adr/0026-disputes.md). Of a payment
 * that is no invoice's of ours, nothing.
 */
export async function takeDispute(kit: StripeKit, id: string): Promise<void> {
  const dispute = await kit.stripe.disputes.retrieve(id);
  const intent = idOf(dispute.payment_intent);
  const link = intent === undefined ? undefined : await linkPaidBy(kit, intent);
  if (link === undefined) return;
  await inDoing(kit, (doing) => follow(doing, link, dispute));
}
