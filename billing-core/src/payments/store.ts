import type { Payment, PortalPayment } from '../contract/payment.ts';
import type { PageQuery } from '../contract/page.ts';
import { numberText } from '../invoicing/model.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type PaymentRow = Omit<Payment, 'received_at' | 'created_at'> & {
  received_at: Date;
  created_at: Date;
};

export type NewPaymentRow = PaymentRow & { customer_id: string; created_by: string };

export async function insertPayment(tx: Tx, row: NewPaymentRow): Promise<void> {
  await tx`insert into payments ${tx(row)}`;
}

export const shownPayment = (row: PaymentRow): Payment => ({
  ...row,
  received_at: row.received_at.toISOString(),
  created_at: row.created_at.toISOString(),
});

/** What came and went back for an invoice, in its order. */
export async function shownPayments(sql: Query, invoiceId: string): Promise<Payment[]> {
  const rows = await sql<PaymentRow[]>`
    select id, invoice_id, kind, currency, amount, method, reference, received_at, created_at
      from payments where invoice_id = ${invoiceId} order by id`;
  return rows.map(shownPayment);
}

type ListedRow = PaymentRow & { series: string; number: bigint };

/** What came from this customer and went back, of whatever invoice; newest first. */
export async function listPayments(
  sql: Query,
  customerId: string,
  query: PageQuery & { kind?: Payment['kind'] | undefined },
): Promise<PortalPayment[]> {
  const after = afterCursor(query, 'pay');
  const rows = await sql<ListedRow[]>`
    select entry.id, entry.invoice_id, entry.kind, entry.currency, entry.amount, entry.method,
           entry.reference, entry.received_at, entry.created_at, series, number
      from payments entry join invoices on invoices.id = entry.invoice_id
     where entry.customer_id = ${customerId}
       and ${after === null ? sql`true` : sql`entry.id < ${after}`}
       and ${query.kind === undefined ? sql`true` : sql`entry.kind = ${query.kind}`}
     order by entry.id desc limit ${query.limit + 1}`;
  return rows.map(({ series, number, ...row }) => ({
    ...shownPayment(row),
    invoice_number: numberText(series, number),
  }));
}
