import { lockBalances } from '../invoicing/final-store.ts';
import { dueOf } from '../invoicing/model.ts';
import { invoiceById } from '../invoicing/store.ts';
import { mayWait } from '../kit/database.ts';
import { TIMEOUT_MS } from './client.ts';
import type { StripeKit } from './kit.ts';
import type { LinkRow } from './store.ts';
import { notesTooMuch, reductionsToTell } from './work-store.ts';

/**
 * Charges the card of the customer, if the invoice is owed here and Stripe knows all that lowers
 * it. Whoever ends it, pays it or lowers it meanwhile waits for the answer, as each locks the
 * customer: else a void invoice could be charged, or one twice. Out: whether it was asked to.
 * Throws what Stripe says.
 */
export async function chargeDue({ sql, stripe }: StripeKit, link: LinkRow): Promise<boolean> {
  return sql.begin(async (tx) => {
    await lockBalances(tx, [link.customer_id]);
    const row = await invoiceById(tx, link.invoice_id);
    if (row?.state !== 'open' || dueOf(row) <= 0n) return false;
    if ((await reductionsToTell(tx, row.id)).length > 0) return false;
    if ((await notesTooMuch(tx, row.id)).length > 0) return false;
    await mayWait(tx, 2 * TIMEOUT_MS);
    await stripe.invoices.pay(link.stripe_id);
    return true;
  });
}
