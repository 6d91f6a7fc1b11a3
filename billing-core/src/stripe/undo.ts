import type { InvoiceRow } from '../invoicing/store.ts';
import type { Doing } from '../kit/audit.ts';
import { recordCollected } from '../payments/actions.ts';
import { insertMoney, isRecorded, moneyAt } from './store.ts';

/** What takes an entry back is known by what it takes back: it is written down once. */
const undoing = (stripeId: string): string => `${stripeId}:undone`;

/**
 * Takes back the entry of money that went back, where that money is here again: a refund that the
 * bank returned, a dispute that was won after it had been lost. Once, however often it is asked
 * for. Out: whether it was this time.
 */
export async function undo(
  doing: Doing,
  row: InvoiceRow,
  { stripeId, method, at }: { stripeId: string; method: string; at: number },
): Promise<boolean> {
  const money = await moneyAt(doing.tx, stripeId);
  if (money === undefined || (await isRecorded(doing.tx, undoing(stripeId)))) {
    return false;
  }
  const payment = await recordCollected(doing, row.id, {
    kind: 'payment',
    amount: money.amount,
    method,
    reference: stripeId,
    receivedAt: at,
  });
  await insertMoney(doing.tx, {
    stripe_id: undoing(stripeId),
    payment_id: payment.id,
    invoice_id: row.id,
    // No payment of Stripe's: nothing more can be given back of it than of the first.
    intent: null,
    undoes: stripeId,
  });
  return true;
}
