import { lockBalances } from '../invoicing/final-store.ts';
import { invoiceById } from '../invoicing/store.ts';
import { callNamed } from './call-store.ts';
import { leftByIntent } from './collection-store.ts';
import { OURS, wireAmount } from './invoice-form.ts';
import { inDoing, type StripeKit } from './kit.ts';
import { once } from './once.ts';
import { tellRefundFailed } from './refund-letter.ts';
import { insertMoney, intentsOf, isRecorded, linkOf } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { troubleOf } from './trouble.ts';
import { undo } from './undo.ts';
import { STRIPE_METHOD, type RefundOrder } from './work-store.ts';

/**
 * Stripe does not make the rest of it, nor will it: the books take that back, and it is said to
 * have failed. It can be ordered anew, or given back another way.
 */
async function takeBack(kit: StripeKit, order: RefundOrder, left: bigint): Promise<void> {
  const { id: payment_id, invoice_id } = order;
  const stripe_id = `refused:${payment_id}`;
  await inDoing(kit, async (doing) => {
    const seen = await invoiceById(doing.tx, invoice_id);
    if (seen === undefined) return;
    await lockBalances(doing.tx, [seen.customer_id]);
    const row = await invoiceById(doing.tx, invoice_id);
    if (row === undefined || (await isRecorded(doing.tx, stripe_id))) return;
    const money = { stripe_id, payment_id, invoice_id, intent: null, status: 'failed' };
    await insertMoney(doing.tx, { ...money, part: `${left}` });
    await tellRefundFailed(kit, doing.tx, stripe_id);
    // Of what is void by now nothing can be owed: that it was paid there is for somebody to see.
    if (row.state === 'void') return;
    await undo(doing, row, { stripeId: stripe_id, method: STRIPE_METHOD, at: doing.now });
  });
}

type Part = { stripeId: string; intent: string; amount: bigint };

/** A refund of this order that was made there, and of which we have not heard. */
async function madeUnheard({ sql, stripe }: StripeKit, { id, invoice_id }: RefundOrder) {
  for (const payment_intent of await intentsOf(sql, invoice_id)) {
    for await (const each of stripe.refunds.list({ payment_intent, limit: 100 })) {
      const isIts = each.metadata?.[OURS.refund] === id;
      if (isIts && !(await isRecorded(sql, each.id))) return each;
    }
  }
  return undefined;
}

/** Has Stripe give back as much as came by one payment; undefined: there is none, or it refuses. */
async function madePart(
  kit: StripeKit,
  order: RefundOrder,
  { left, parts }: { left: bigint; parts: number },
): Promise<Part | undefined> {
  const { sql, stripe, wallClock } = kit;
  const name = parts === 0 ? `refund:${order.id}` : `refund:${order.id}:${parts + 1}`;
  const begun = await callNamed(sql, name);
  const [next] = await leftByIntent(sql, order.invoice_id);
  if (next === undefined && begun === undefined) return undefined;
  const amount = next === undefined || next.left > left ? left : next.left;
  const wanted = {
    payment_intent: next?.intent ?? String(begun?.params['payment_intent']),
    amount: wireAmount(amount),
    metadata: { [OURS.refund]: order.id },
  };
  const stripeId = await once(
    { sql, now: wallClock() },
    {
      name,
      params: wanted,
      make: (params, key) => stripe.refunds.create(params, key),
      find: () => madeUnheard(kit, order),
    },
  ).catch((error: unknown) => {
    if (troubleOf(error) === 'refused') return undefined;
    throw error;
  });
  if (stripeId === undefined) return undefined;
  // What was asked for first counts, whatever came meanwhile.
  const { params } = (await callNamed(sql, name)) ?? { params: wanted };
  return {
    stripeId,
    intent: String(params['payment_intent']),
    amount: BigInt(Number(params['amount'])),
  };
}

/**
 * Orders a refund that was written down here as one that goes through Stripe: of the payments that
 * came for its invoice, in their order, each as far as it was not given back.
 */
export async function orderRefund(kit: StripeKit, order: RefundOrder): Promise<void> {
  const { sql, log } = kit;
  const { id: payment_id, invoice_id } = order;
  let left = BigInt(order.left);
  for (let { parts } = order; left > 0n; parts++) {
    const made = await madePart(kit, order, { left, parts });
    if (made === undefined) {
      log.error({ refund: payment_id, invoice: invoice_id }, 'Stripe refused a refund');
      await takeBack(kit, order, left);
      break;
    }
    const { stripeId: stripe_id, intent, amount } = made;
    await inDoing(kit, async ({ tx }) => {
      if (await isRecorded(tx, stripe_id)) return;
      const money = { stripe_id, payment_id, invoice_id, intent, status: 'pending' };
      await insertMoney(tx, { ...money, part: `${amount}` });
    });
    left -= amount;
  }
  // How far it is by now; what comes later, an event says.
  const link = await linkOf(sql, invoice_id);
  if (link !== undefined) await takeInvoice(kit, link.stripe_id);
}
