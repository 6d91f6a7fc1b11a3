import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { insertBalanceEntries, lockBalances } from './final-store.ts';
import { dueOf } from './model.ts';
import { invoiceById, lockInvoices, moveInvoice, type InvoiceRow } from './store.ts';

/**
 * What came beyond what an invoice says, and did not become credit. Not what a credit note left to
 * be given back. Minor units.
 */
export async function overpaidOf(sql: Query, invoiceId: string): Promise<bigint> {
  const row = found(await invoiceById(sql, invoiceId), 'invoice');
  const [credit] = await sql<{ sum: string }[]>`
    select coalesce(sum(amount), 0)::text as sum from customer_balance_entries
     where invoice_id = ${invoiceId} and kind = 'overpaid'`;
  const taken = row.from_balance + row.set_off;
  const over = row.paid + taken - row.total - BigInt(credit?.sum ?? '0');
  const back = -dueOf(row);
  const least = over < back ? over : back;
  return least > 0n ? least : 0n;
}

/**
 * Makes what was paid beyond an invoice the customer's credit: the next invoices take it. Throws
 * `state_conflict` where nothing is.
 */
export async function creditOverpaid(doing: Doing, id: string): Promise<InvoiceRow> {
  const { tx, actor, now, requestId } = doing;
  const { customer_id, currency } = found(await invoiceById(tx, id), 'invoice');
  await lockBalances(tx, [customer_id]);
  const row = found((await lockInvoices(tx, [id]))[0], 'invoice');
  const amount = row.state === 'paid' ? await overpaidOf(tx, id) : 0n;
  if (amount === 0n) throw new Fault('state_conflict', { detail: 'Nothing was paid too much' });
  const moved = { ...row, to_balance: row.to_balance + amount };
  await moveInvoice(tx, id, moved);
  const entry = { id: newId('bal', now), customer_id, currency, invoice_id: id, amount };
  await insertBalanceEntries(tx, [{ ...entry, kind: 'overpaid' }], now);
  const detail = { customer_id, amount: amount.toString() };
  const action = 'invoice.credit_overpaid';
  await audit(tx, { actor, action, subjectId: id, now, requestId, detail });
  await appendChange(tx, 'invoice', id);
  return moved;
}
