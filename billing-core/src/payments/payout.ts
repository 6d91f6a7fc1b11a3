import type { NewPayout } from '../contract/balance.ts';
import { exchangeCredit, recordPayout } from '../invoicing/set-off.ts';
import type { Doing } from '../kit/audit.ts';
import { Fault } from '../kit/fault.ts';
import { recordPayment } from './actions.ts';
import type { Collector } from './collector.ts';

type Refunds = Collector['refunds'];

function ofWhichInvoice(method: string): Fault {
  const message = `is needed: ${method} gives back only what was paid through it`;
  return new Fault('invalid_request', { errors: [{ path: 'invoice_id', message }] });
}

/**
 * Pays out what a customer has to its credit: by hand, of no invoice; or as a refund of a paid
 * invoice, on which the credit takes the place of the money. Out: the id of the entry by which the
 * credit is less. Throws `not_found`; `customer_owes` while it owes an invoice; `state_conflict`
 * for more than there is to its credit, or than can go back of that invoice; `invalid_request` for
 * a collector's method without an invoice.
 */
export async function payOut(
  doing: Doing,
  customerId: string,
  { invoice_id: id, refunds, ...wanted }: NewPayout & { refunds?: Refunds },
): Promise<string> {
  const { amount, method, reference } = wanted;
  const isThrough = method === refunds?.method;
  if (id === undefined) {
    if (isThrough) throw ofWhichInvoice(method);
    return recordPayout(doing, customerId, wanted);
  }
  const taken = await exchangeCredit(
    doing,
    { id, customerId },
    {
      wanted: amount === undefined ? undefined : BigInt(amount),
      refundable: isThrough ? refunds?.refundable : undefined,
    },
  );
  await recordPayment(doing, id, {
    kind: 'refund',
    amount: taken.amount.toString(),
    method,
    reference,
    ...(refunds && { refunds }),
  });
  return taken.entryId;
}
