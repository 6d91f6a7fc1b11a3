import { lockBalances } from '../invoicing/final-store.ts';
import { invoiceById } from '../invoicing/store.ts';
import { pushInvoice } from './push-invoice.ts';
import { OURS, wireAmount } from './invoice-form.ts';
import { inDoing, type StripeKit } from './kit.ts';
import { once } from './once.ts';
import { takePayer, tellPayer } from './payer.ts';
import { insertMoney, intentsOf, isRecorded, linkOf, payerOf } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { troubleOf } from './trouble.ts';
import { undo } from './undo.ts';
import { invoicesToTell, refundsToOrder, STRIPE_METHOD, type RefundOrder } from './work-store.ts';

/**
 * Stripe does not make it, nor will it: the books take it back, and it is said to have failed. It
 * can be ordered anew, or given back another way.
 */
async function takeBack(kit: StripeKit, order: RefundOrder): Promise<void> {
  const { id: payment_id, invoice_id } = order;
  const stripe_id = `refused:${payment_id}`;
  await inDoing(kit, async (doing) => {
    const seen = await invoiceById(doing.tx, invoice_id);
    if (seen === undefined) return;
    await lockBalances(doing.tx, [seen.customer_id]);
    const row = await invoiceById(doing.tx, invoice_id);
    if (row === undefined || (await isRecorded(doing.tx, stripe_id))) return;
    const money = { stripe_id, payment_id, invoice_id, intent: null, status: 'failed' };
    await insertMoney(doing.tx, money);
    // Of what is void by now nothing can be owed: that it was paid there is for somebody to see.
    if (row.state === 'void') return;
    await undo(doing, row, { stripeId: stripe_id, method: STRIPE_METHOD, at: doing.now });
  });
}

/** Orders a refund that was written down here as one that goes through Stripe. */
async function orderRefund(kit: StripeKit, order: RefundOrder): Promise<void> {
  const { sql, log } = kit;
  const [intent] = await intentsOf(sql, order.invoice_id);
  const made = intent && (await madeRefund(kit, order, intent));
  if (intent === undefined || made === undefined) {
    log.error({ refund: order.id, invoice: order.invoice_id }, 'Stripe refused a refund');
    await takeBack(kit, order);
  } else {
    await inDoing(kit, async ({ tx }) => {
      if (await isRecorded(tx, made)) return;
      const { id: payment_id, invoice_id } = order;
      await insertMoney(tx, { stripe_id: made, payment_id, invoice_id, intent, status: 'pending' });
    });
  }
  // How far it is by now; what comes later, an event says.
  const link = await linkOf(sql, order.invoice_id);
  if (link !== undefined) await takeInvoice(kit, link.stripe_id);
}

/** Out: its id at Stripe; undefined: Stripe refuses it. */
async function madeRefund(
  { sql, stripe, wallClock }: StripeKit,
  order: RefundOrder,
  intent: string,
): Promise<string | undefined> {
  return once(
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
  ).catch((error: unknown) => {
    if (troubleOf(error) === 'refused') return undefined;
    throw error;
  });
}

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
  const isKnown = (await payerOf(kit.sql, customerId)) !== undefined;
  // Whoever has nothing to pay is not told of.
  if (!isKnown && invoices.length === 0) return;
  const payer = await tellPayer(kit, customerId);
  for (const id of invoices) await pushInvoice(kit, id, payer);
  for (const order of refunds) await orderRefund(kit, order);
}
