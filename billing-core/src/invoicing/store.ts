import type { InvoiceState } from '../contract/invoice.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Slice } from '../contract/rated-line.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';
import type { CustomerCopy, LineTerms, Owed } from './model.ts';
import type { DiscountTotal, TaxTotal } from './totals.ts';

type Told<Value> = { [Name in keyof Value]: Value[Name] extends bigint ? string : Value[Name] };

export type InvoiceRow = Owed & {
  id: string;
  customer_id: string;
  subscription_id: string | null;
  state: InvoiceState;
  reason: 'period' | 'fees' | 'late' | 'threshold' | 'manual';
  series: string | null;
  number: bigint | null;
  currency: string;
  customer: CustomerCopy;
  issuer: string;
  footer: string;
  period_start: Date | null;
  period_end: Date | null;
  roll_after: bigint | null;
  roll_until: bigint | null;
  closed_by: 'watermark' | 'grace' | null;
  not_awaited: string[];
  subtotal: bigint;
  discount: bigint;
  tax: bigint;
  discounts: Told<DiscountTotal>[];
  taxes: Told<TaxTotal>[];
  note: string;
  /** Why it is not collected, and is to be paid another way; null: it is. */
  not_collected: string | null;
  due_at: Date | null;
  created_at: Date;
  finalized_at: Date | null;
  paid_at: Date | null;
  ended_at: Date | null;
};

const AMOUNTS = [
  'subtotal',
  'discount',
  'tax',
  'total',
  'from_balance',
  'set_off',
  'to_balance',
  'credited',
  'paid',
] as const;
type Amounts = Pick<InvoiceRow, (typeof AMOUNTS)[number]>;
type Stored = Omit<InvoiceRow, keyof Amounts> & Record<keyof Amounts, string>;

/** Numeric columns arrive as text. */
function invoiceOf(row: Stored): InvoiceRow {
  const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, BigInt(row[name])]));
  return { ...row, ...(amounts as Amounts) };
}

const columns = (sql: Query) => sql`
  id, customer_id, subscription_id, state, reason, series, number, currency, customer, issuer,
  footer, period_start, period_end, roll_after, roll_until, closed_by, not_awaited, subtotal,
  discount, tax, total, discounts, taxes, from_balance, set_off, to_balance, credited, paid, note,
  not_collected, due_at, created_at, finalized_at, paid_at, ended_at`;

export type InvoiceList = PageQuery & {
  customer_id?: string | undefined;
  state?: InvoiceState | undefined;
  only?: 'not_collected' | undefined;
  currency?: string | undefined;
  /** Only those that were to be paid before it. */
  overdueAt?: Date | undefined;
  /** Customers see none of those that are not sent yet. */
  drafts: boolean;
};

/** Invoices by page, newest first, one row more than asked. */
export async function listInvoices(sql: Query, list: InvoiceList): Promise<InvoiceRow[]> {
  const after = afterCursor(list, 'inv');
  const { customer_id: customerId, state, only, currency, overdueAt } = list;
  const rows = await sql<Stored[]>`
    select ${columns(sql)} from invoices
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}
       and ${state === undefined ? sql`true` : sql`state = ${state}`}
       and ${only === undefined ? sql`true` : sql`not_collected is not null`}
       and ${currency === undefined ? sql`true` : sql`currency = ${currency}`}
       and ${overdueAt === undefined ? sql`true` : sql`state = 'open' and due_at < ${overdueAt}`}
       and ${list.drafts ? sql`true` : sql`state <> 'draft'`}
     order by id desc limit ${list.limit + 1}`;
  return rows.map(invoiceOf);
}

export async function invoiceById(sql: Query, id: string): Promise<InvoiceRow | undefined> {
  const [row] = await sql<Stored[]>`select ${columns(sql)} from invoices where id = ${id}`;
  return row && invoiceOf(row);
}

/** These invoices, locked in one order until the transaction ends. */
export async function lockInvoices(tx: Tx, ids: readonly string[]): Promise<InvoiceRow[]> {
  const rows = await tx<Stored[]>`
    select ${columns(tx)} from invoices where id = any(${[...ids]}) order by id
       for no key update`;
  return rows.map(invoiceOf);
}

export type LineRow = {
  position: number;
  kind: 'fee' | 'usage' | 'late_usage' | 'manual';
  description: string;
  starts_at: Date | null;
  ends_at: Date | null;
  plan_version_id: string | null;
  price_id: string | null;
  terms: LineTerms;
  meter_id: string | null;
  quantity: string | null;
  from_minute: bigint | null;
  to_minute: bigint | null;
  roll_after: bigint | null;
  roll_until: bigint | null;
  exact_amount: string;
  amount: string;
  slices: Slice[];
  discount: string;
  tax: string;
  gross: string;
  credited: string;
  credited_tax: string;
};

/** The lines of an invoice in their order, with what of each has been credited. */
export async function linesOf(sql: Query, invoiceId: string): Promise<LineRow[]> {
  return sql<LineRow[]>`
    select line.position, kind, description, starts_at, ends_at, plan_version_id, price_id, terms,
           meter_id, trim_scale(quantity)::text as quantity, from_minute, to_minute, roll_after,
           roll_until, exact_amount::text, line.amount, slices, discount, line.tax, gross,
           coalesce(sum(credit.amount), 0)::text as credited,
           coalesce(sum(credit.tax), 0)::text as credited_tax
      from invoice_lines line left join credit_note_lines credit using (invoice_id, position)
     where invoice_id = ${invoiceId}
     group by line.invoice_id, line.position order by line.position`;
}

/** What changes of an invoice that is open: money came, or it ended. */
export type Fate = Pick<
  InvoiceRow,
  'state' | 'credited' | 'paid' | 'set_off' | 'to_balance' | 'paid_at' | 'ended_at'
>;

export async function moveInvoice(tx: Tx, id: string, fate: Fate): Promise<void> {
  const { state, credited, paid, set_off, to_balance, paid_at, ended_at } = fate;
  await tx`update invoices
    set state = ${state}, credited = ${credited.toString()}, paid = ${paid.toString()},
        set_off = ${set_off.toString()}, to_balance = ${to_balance.toString()},
        paid_at = ${paid_at}, ended_at = ${ended_at}
    where id = ${id}`;
}

/** How many invoices the customer owes still, whether anybody expects it or not. */
export async function countOwed(sql: Query, customerId: string): Promise<number> {
  const [row] = await sql<[{ owed: number }]>`
    select count(*)::int as owed from invoices
     where customer_id = ${customerId} and state in ('open', 'uncollectible')`;
  return row.owed;
}

export async function deleteDraft(tx: Tx, id: string): Promise<void> {
  await tx`delete from invoices where id = ${id} and state = 'draft'`;
}

/** Invoices that a customer was sent, the oldest first. */
export async function sentInvoices(sql: Query, customerId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from invoices where customer_id = ${customerId} and state <> 'draft' order by id`;
  return rows.map(({ id }) => id);
}
