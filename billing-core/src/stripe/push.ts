import { pushInvoice } from './push-invoice.ts';
import { OURS, wireAmount } from './invoice-form.ts';
import { inDoing, type StripeKit } from './kit.ts';
import { once } from './once.ts';
import { tellPayer } from './payer.ts';
import { insertMoney, intentsOf, isRecorded, linkOf, payerOf } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { Mismatch } from './trouble.ts';
import { invoicesToTell, refundsToOrder, type RefundOrder } from './work-store.ts';

/** Orders a refund that was written down here as one that goes through Stripe. */
async function orderRefund(kit: StripeKit, order: RefundOrder): Promise<void> {
  const { sql, stripe, wallClock } = kit;
  const [intent] = await intentsOf(sql, order.invoice_id);
  if (intent === undefined) throw new Mismatch(`${order.invoice_id} was not paid through Stripe`);
  const stripeId = await once(
    { sql, now: wallClock() },
    {
      name: `refund:${order.id}`,
      params: {
        payment_intent: intent,
        amount: wireAmount(BigInt(order.amount)),
        metadata: { [OURS.refund]: order.id },
      },
      make: (params, key) => stripe.refunds.create(params, key),
      find: async () => {
        const list = stripe.refunds.list({ payment_intent: intent, limit: 100 });
        for await (const each of list) if (each.metadata?.[OURS.refund] === order.id) return each;
        return undefined;
      },
    },
  );
  await inDoing(kit, async ({ tx }) => {
    if (await isRecorded(tx, stripeId)) return;
    const { id: payment_id, invoice_id } = order;
    const money = { stripe_id: stripeId, payment_id, invoice_id, intent };
    await insertMoney(tx, { ...money, status: 'pending' });
  });
  // How far it is by now; what comes later, an event says.
  const link = await linkOf(sql, order.invoice_id);
  if (link !== undefined) await takeInvoice(kit, link.stripe_id);
}

/**
 * Tells Stripe all of a customer that it was not told, in the order in which it became so. It may
 * end anywhere and begin anew, here or elsewhere, and nothing is made twice.
 */
export async function pushCustomer(kit: StripeKit, customerId: string): Promise<void> {
  const invoices = await invoicesToTell(kit.sql, customerId);
  const refunds = await refundsToOrder(kit.sql, customerId);
  const isKnown = (await payerOf(kit.sql, customerId)) !== undefined;
  // Whoever has nothing to pay is not told of.
  if (!isKnown && invoices.length === 0) return;
  const payer = await tellPayer(kit, customerId);
  for (const id of invoices) await pushInvoice(kit, id, payer);
  for (const order of refunds) await orderRefund(kit, order);
}
