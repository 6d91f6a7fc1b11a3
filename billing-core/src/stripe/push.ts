import { pushInvoice } from './push-invoice.ts';
import type { StripeKit } from './kit.ts';
import { erasePayer, takePayer, tellPayer } from './payer.ts';
import { orderRefund } from './refund.ts';
import { isErased, payerOf } from './store.ts';
import { troubleOf } from './trouble.ts';
import { invoicesToTell, refundsToOrder } from './work-store.ts';

/**
 * Where Stripe refuses: whether that is because the customer was deleted there meanwhile, and it
 * was not known here. It is made anew then.
 */
async function wasDeleted(kit: StripeKit, customerId: string, error: unknown): Promise<boolean> {
  if (troubleOf(error) !== 'refused') return false;
  const payer = await payerOf(kit.sql, customerId);
  if (payer === undefined) return false;
  await takePayer(kit, payer.stripe_id);
  return (await payerOf(kit.sql, customerId))?.is_deleted === true;
}

/**
 * Tells Stripe all of a customer that it was not told, in the order in which it became so. It may
 * end anywhere and begin anew, here or elsewhere, and nothing is made twice.
 */
export async function pushCustomer(kit: StripeKit, customerId: string): Promise<void> {
  await pushOnce(kit, customerId).catch(async (error: unknown) => {
    if (!(await wasDeleted(kit, customerId, error))) throw error;
    await pushOnce(kit, customerId);
  });
}

async function pushOnce(kit: StripeKit, customerId: string): Promise<void> {
  const invoices = await invoicesToTell(kit.sql, customerId);
  const refunds = await refundsToOrder(kit.sql, customerId);
  if (await isErased(kit.sql, customerId)) {
    // Money owed is owed to whoever it was: Stripe knows the card, or the bank, that it came from.
    const known = await payerOf(kit.sql, customerId);
    if (known) for (const id of invoices) await pushInvoice(kit, id, known);
    for (const order of refunds) await orderRefund(kit, order);
    return erasePayer(kit, customerId);
  }
  const isKnown = (await payerOf(kit.sql, customerId)) !== undefined;
  // Whoever has nothing to pay is not told of.
  if (!isKnown && invoices.length === 0) return undefined;
  const payer = await tellPayer(kit, customerId);
  for (const id of invoices) await pushInvoice(kit, id, payer);
  for (const order of refunds) await orderRefund(kit, order);
  return undefined;
}
