import type { Payment } from '../contract/payment.ts';
import type { Query, Tx } from '../kit/database.ts';

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
