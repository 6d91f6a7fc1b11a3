import type { JSONValue } from 'postgres';
import type { Query, Tx } from '../kit/database.ts';

export type Card = { brand: string; last4: string; exp_month: number; exp_year: number };

/** What Stripe is told of a customer. */
export type Told = { name: string; email: string; address: string; taxNumber: string };
export type PayerRow = {
  customer_id: string;
  stripe_id: string;
  told: Told;
  card: Card | null;
  is_deleted: boolean;
};

const payerColumns = (sql: Query) => sql`customer_id, stripe_id, told, card, is_deleted`;

export async function payerOf(sql: Query, customerId: string): Promise<PayerRow | undefined> {
  const [row] = await sql<PayerRow[]>`
    select ${payerColumns(sql)} from stripe_customers where customer_id = ${customerId}`;
  return row;
}

export async function payerAt(sql: Query, stripeId: string): Promise<PayerRow | undefined> {
  const [row] = await sql<PayerRow[]>`
    select ${payerColumns(sql)} from stripe_customers where stripe_id = ${stripeId}`;
  return row;
}

/** Whether the customer is in no book by name any more. */
export async function isErased(sql: Query, customerId: string): Promise<boolean> {
  const rows = await sql`select from erasures where customer_id = ${customerId}`;
  return rows.length > 0;
}

/** A customer that was deleted at Stripe can be made anew, under another key. */
export async function forgetPayer(tx: Tx, customerId: string): Promise<void> {
  await tx`delete from stripe_customers where customer_id = ${customerId} and is_deleted`;
  await tx`update stripe_calls set state = 'refused', stripe_id = null
    where name = ${`customer:${customerId}`}`;
}

type NewPayer = { customerId: string; stripeId: string; told: Told };

/** What of a customer Stripe knows by now. */
export async function savePayer(
  sql: Query,
  { customerId, stripeId, told }: NewPayer,
): Promise<void> {
  await sql`
    insert into stripe_customers (customer_id, stripe_id, told)
    values (${customerId}, ${stripeId}, ${sql.json(told)})
    on conflict (customer_id) do update set told = excluded.told`;
}

export async function saveCard(
  sql: Query,
  stripeId: string,
  { card, isDeleted }: { card: Card | null; isDeleted: boolean },
): Promise<void> {
  await sql`update stripe_customers
    set card = ${card === null ? null : sql.json(card as JSONValue)}, is_deleted = ${isDeleted}
    where stripe_id = ${stripeId}`;
}

/** What Stripe is to know of a customer now: letters go to who sees to its bills. */
export async function toldOf(sql: Query, customerId: string): Promise<Told | undefined> {
  const [row] = await sql<Told[]>`
    select name, billing_address as address, tax_number as "taxNumber",
           coalesce((select addresses[1] from notice_settings
                      where customer_id = customers.id),
                    (select email from memberships join users on users.id = user_id
                      where customer_id = customers.id and memberships.role in ('owner', 'billing')
                      order by memberships.role desc, memberships.id limit 1),
                    '') as email
      from customers where id = ${customerId}`;
  return row;
}

export type LinkRow = {
  invoice_id: string;
  customer_id: string;
  stripe_id: string;
  status: string;
  told: string;
  hosted_url: string | null;
  failure: string;
};

const linkColumns = (sql: Query) =>
  sql`invoice_id, customer_id, stripe_id, status, told, hosted_url, failure`;

export async function linkOf(sql: Query, invoiceId: string): Promise<LinkRow | undefined> {
  const [row] = await sql<LinkRow[]>`
    select ${linkColumns(sql)} from stripe_invoices where invoice_id = ${invoiceId}`;
  return row;
}

export async function linkAt(sql: Query, stripeId: string): Promise<LinkRow | undefined> {
  const [row] = await sql<LinkRow[]>`
    select ${linkColumns(sql)} from stripe_invoices where stripe_id = ${stripeId}`;
  return row;
}

export async function saveLink(
  sql: Query,
  link: Pick<LinkRow, 'invoice_id' | 'customer_id' | 'stripe_id'>,
): Promise<void> {
  await sql`insert into stripe_invoices ${sql(link)} on conflict do nothing`;
}

/**
 * What was made of an invoice at Stripe is not there any more: it can be made anew, under other
 * keys, as these would bring the old answers.
 */
export async function forgetLink(tx: Tx, invoiceId: string): Promise<void> {
  await tx`delete from stripe_invoices where invoice_id = ${invoiceId}`;
  await tx`update stripe_calls set state = 'refused', stripe_id = null
    where name in (${`invoice:${invoiceId}`}, ${`send:${invoiceId}`}, ${outsideCall(invoiceId)})
       or starts_with(name, ${`lines:${invoiceId}:`})
       or name in (select 'credit:' || id from credit_notes where invoice_id = ${invoiceId}
                   union all
                   select 'credit:' || id from payments where invoice_id = ${invoiceId})`;
}

/** A credit note is void there: what it told of can be told anew, under another key. */
export async function forgetNote(sql: Query, id: string, note: string): Promise<void> {
  await sql`update stripe_calls set state = 'refused', stripe_id = null
    where name = ${`credit:${id}`} and stripe_id = ${note}`;
}

/** The call by which Stripe is told that an invoice was settled outside of it. */
export const outsideCall = (invoiceId: string): string => `outside:${invoiceId}`;

export async function saveTold(sql: Query, invoiceId: string, told: string): Promise<void> {
  await sql`update stripe_invoices set told = ${told} where invoice_id = ${invoiceId}`;
}

export type Seen = { status: string; hostedUrl: string | null; failure: string };

/** What an invoice is at Stripe. What was read earlier and comes later undoes no end. */
export async function saveSeen(
  sql: Query,
  invoiceId: string,
  { status, hostedUrl, failure }: Seen,
): Promise<void> {
  await sql`
    update stripe_invoices set status = ${status}, hosted_url = ${hostedUrl}, failure = ${failure}
     where invoice_id = ${invoiceId}
       and (status not in ('paid', 'void') or ${status} in ('paid', 'void'))
       and not (status <> 'draft' and ${status} = 'draft')`;
}

export type MoneyRow = {
  stripe_id: string;
  payment_id: string;
  invoice_id: string;
  intent: string | null;
};

export async function isRecorded(sql: Query, stripeId: string): Promise<boolean> {
  const rows = await sql`select from stripe_money where stripe_id = ${stripeId}`;
  return rows.length > 0;
}

/** What is known of money that moved at Stripe, with its amount. */
export async function moneyAt(
  sql: Query,
  stripeId: string,
): Promise<{ kind: 'payment' | 'refund'; amount: bigint } | undefined> {
  const [row] = await sql<{ kind: 'payment' | 'refund'; amount: string }[]>`
    select kind, coalesce(part, amount)::text as amount
      from stripe_money join payments on payments.id = payment_id
     where stripe_id = ${stripeId}`;
  return row && { kind: row.kind, amount: BigInt(row.amount) };
}

/** How far a refund is, in Stripe's word. */
export async function saveMoneyStatus(sql: Query, stripeId: string, status: string): Promise<void> {
  await sql`update stripe_money set status = ${status}
    where stripe_id = ${stripeId} and status <> ${status}`;
}

export async function insertMoney(
  sql: Query,
  row: MoneyRow & { undoes?: string; status?: string; part?: string },
): Promise<void> {
  await sql`insert into stripe_money ${sql(row)}`;
}

/** The invoice that a PaymentIntent of Stripe's paid. */
export async function invoicePaidBy(sql: Query, intent: string): Promise<string | undefined> {
  const [row] = await sql<{ invoice_id: string }[]>`
    select invoice_id from stripe_money where intent = ${intent} order by stripe_id limit 1`;
  return row?.invoice_id;
}

/** The PaymentIntents that paid an invoice, the first one first. */
export async function intentsOf(sql: Query, invoiceId: string): Promise<string[]> {
  const rows = await sql<{ intent: string }[]>`
    select intent from stripe_money join payments on payments.id = payment_id
     where stripe_money.invoice_id = ${invoiceId} and intent is not null and kind = 'payment'
     order by payments.id`;
  return rows.map(({ intent }) => intent);
}
