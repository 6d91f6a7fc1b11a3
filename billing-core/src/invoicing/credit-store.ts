import type { CreditNote } from '../contract/invoice.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { CreditLine } from './credit.ts';
import { numberText } from './model.ts';

export type NewNote = {
  id: string;
  invoice_id: string;
  customer_id: string;
  series: string;
  number: bigint;
  currency: string;
  reason: string;
  tax: bigint;
  total: bigint;
  off_due: bigint;
  to_balance: bigint;
  refundable: bigint;
  created_at: Date;
};

export async function insertNote(
  tx: Tx,
  note: NewNote,
  lines: readonly CreditLine[],
): Promise<void> {
  const stored = Object.fromEntries(
    Object.entries(note).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  );
  await tx`insert into credit_notes ${tx(stored)}`;
  const rows = lines.map((line) => ({
    credit_note_id: note.id,
    invoice_id: note.invoice_id,
    position: line.line,
    amount: line.amount.toString(),
    tax: line.tax.toString(),
  }));
  await tx`insert into credit_note_lines ${tx(rows)}`;
}

type NoteAmounts = 'tax' | 'total' | 'off_due' | 'to_balance' | 'refundable';
type NoteRow = Omit<NewNote, NoteAmounts> &
  Record<NoteAmounts, string> & {
    lines: CreditNote['lines'];
  };

/** The invoice that a note is of; of this customer, where one is given. */
export async function creditedInvoice(
  sql: Query,
  noteId: string,
  customerId?: string,
): Promise<string | undefined> {
  const [row] = await sql<{ invoice_id: string }[]>`
    select invoice_id from credit_notes
     where id = ${noteId}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}`;
  return row?.invoice_id;
}

/** The credit notes of an invoice, in their order. */
export async function notesOf(sql: Query, invoiceId: string): Promise<CreditNote[]> {
  const rows = await sql<NoteRow[]>`
    select id, invoice_id, series, number, currency, reason, tax, total, off_due,
           to_balance, refundable, created_at,
           (select json_agg(json_build_object('position', position, 'amount', amount::text,
                                              'tax', line.tax::text) order by position)
              from credit_note_lines line where credit_note_id = credit_notes.id) as lines
      from credit_notes where invoice_id = ${invoiceId} order by number`;
  return rows.map(({ series, number, created_at, ...row }) => ({
    ...row,
    number: numberText(series, number),
    created_at: created_at.toISOString(),
  }));
}
