import type { DunningStepKind, UnpaidAction } from '../contract/dunning.ts';
import type { Tx } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { recordNotice, type NewNotice } from '../notices/record.ts';
import { exact } from '../rating/decimal.ts';
import { money } from '../rating/words.ts';
import { dueOf, numberText } from './model.ts';
import { invoiceById } from './store.ts';

/** A step that was taken, of which the customer is told. */
type Told = { kind: DunningStepKind; action: UnpaidAction | null; at: number };
type Words = Pick<NewNotice, 'kind' | 'title' | 'body'>;

function wordsOf({ kind, action }: Told, number: string, due: string): Words {
  const owed = `${due} of it are still to be paid.`;
  if (kind === 'effect' && action === 'block') {
    const title = `Requests are refused: invoice ${number} is not paid`;
    return { kind: 'access_ended', title, body: `${owed} Requests pass again once it is paid.` };
  }
  if (kind === 'effect' && action === 'limit') {
    const title = `Requests are limited: invoice ${number} is not paid`;
    return { kind: 'access_ended', title, body: `${owed} The limit ends once it is paid.` };
  }
  const title =
    kind === 'past_due' ? `Invoice ${number} is past due` : `Invoice ${number} is not paid yet`;
  return { kind: 'payment_reminder', title, body: owed };
}

/** Tells the customer of a step, once each, in the transaction that takes it. */
export async function tellOf(
  tx: Tx,
  step: { id: string; invoice_id: string; customer_id: string },
  told: Told,
): Promise<void> {
  const invoice = found(await invoiceById(tx, step.invoice_id), 'invoice');
  const number = numberText(invoice.series ?? '', invoice.number ?? 0n);
  const due = money(exact(dueOf(invoice)), invoice.currency);
  await recordNotice(tx, {
    customerId: step.customer_id,
    ...wordsOf(told, number, due),
    // Which step it is says the step itself: each is taken once.
    subject: step.id,
    path: `/invoices/${invoice.id}`,
    detail: { invoice_id: invoice.id, step: told.kind, due: dueOf(invoice).toString() },
    at: told.at,
  });
}
