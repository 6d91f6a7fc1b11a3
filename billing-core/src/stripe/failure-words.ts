import { dueOf, numberText } from '../invoicing/model.ts';
import type { InvoiceRow } from '../invoicing/store.ts';
import type { NewNotice } from '../notices/record.ts';
import { timeText } from '../notices/words.ts';
import { exact } from '../rating/decimal.ts';
import { money } from '../rating/words.ts';

/** Pure: what a customer is told whose invoice could not be charged. */

export type Failure = {
  /** In Stripe's words; empty: nothing went wrong. */
  said: string;
  /** The bank wants the customer to confirm it. */
  needsAction: boolean;
  /** Which attempt of Stripe's schedule it was. */
  attempt: number;
  /** When Stripe tries again by itself, epoch ms; null: not any more. */
  nextAt: number | null;
};

export const NO_FAILURE: Failure = { said: '', needsAction: false, attempt: 0, nextAt: null };

/**
 * The notice of an attempt that failed. Of what is tried by hand between two attempts of Stripe's
 * schedule nothing more is told: whoever tries sees what comes of it.
 */
export function failureNotice(
  row: InvoiceRow,
  { said, needsAction, attempt, nextAt }: Failure,
  { stripeId, at }: { stripeId: string; at: number },
): NewNotice {
  const number = numberText(row.series ?? '', row.number ?? 0n);
  const due = money(exact(dueOf(row)), row.currency);
  const again =
    nextAt === null
      ? 'It is not tried again by itself.'
      : `It is tried again on ${timeText(nextAt, 'UTC')}.`;
  const title = needsAction
    ? `Your bank asks you to confirm the payment of invoice ${number}`
    : `Invoice ${number} could not be charged`;
  const body = needsAction
    ? `${due} could not be charged to your card: your bank wants you to confirm the payment.
Open the invoice and pay on Stripe’s page, where you are asked for it.`
    : `${due} could not be charged to your card: ${said.replace(/\.?$/, '.')}
Pay now on the page of the invoice, with this card or another one. ${again}`;
  return {
    customerId: row.customer_id,
    kind: 'payment_failed',
    subject: `${stripeId}:${attempt}`,
    title,
    body,
    path: `/invoices/${row.id}`,
    detail: {
      invoice_id: row.id,
      due: dueOf(row).toString(),
      currency: row.currency,
      attempt: String(attempt),
      said,
      needs_action: String(needsAction),
      ...(nextAt !== null && { next_at: new Date(nextAt).toISOString() }),
    },
    at,
  };
}
