import { invoiceById } from '../invoicing/store.ts';
import type { StripeKit } from './kit.ts';
import { once } from './once.ts';

/** Our id in the metadata of a refund of what is void here: it is no refund of an invoice's. */
const VOID = 'tollgate_void';
const GONE: readonly string[] = ['failed', 'canceled'];

const idOf = (object: string | { id: string } | null | undefined): string | undefined =>
  typeof object === 'string' ? object : object?.id;

/**
 * Gives back what Stripe took for an invoice that is void here: all of it that has not gone back.
 * The books have nothing of it, and have nothing of this. Once, however often it is asked for.
 * @returns whether there was anything to give back.
 */
export async function giveBackVoid(
  { sql, stripe, wallClock }: StripeKit,
  { invoiceId, stripeId }: { invoiceId: string; stripeId: string },
): Promise<boolean> {
  if ((await invoiceById(sql, invoiceId))?.state !== 'void') return false;
  const payments = stripe.invoicePayments.list({ invoice: stripeId, status: 'paid', limit: 100 });
  let isAny = false;
  for await (const { payment, amount_paid } of payments) {
    const intent = idOf(payment.payment_intent);
    if (intent === undefined) continue;
    let gone = 0;
    const refunds = stripe.refunds.list({ payment_intent: intent, limit: 100 });
    for await (const { amount, status } of refunds) {
      if (!GONE.includes(status ?? '')) gone += amount;
    }
    const amount = (amount_paid ?? 0) - gone;
    if (amount <= 0) continue;
    isAny = true;
    await once(
      { sql, now: wallClock() },
      {
        // Another one where this one failed, or somebody gave back a part.
        name: `void_refund:${intent}:${amount}`,
        params: { payment_intent: intent, amount, metadata: { [VOID]: invoiceId } },
        make: (params, key) => stripe.refunds.create(params, key),
        find: async () => {
          const list = stripe.refunds.list({ payment_intent: intent, limit: 100 });
          for await (const each of list) {
            const isIt = each.metadata?.[VOID] === invoiceId && each.amount === amount;
            if (isIt && !GONE.includes(each.status ?? '')) return each;
          }
          return undefined;
        },
      },
    );
  }
  return isAny;
}
