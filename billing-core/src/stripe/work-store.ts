import type { Query } from '../kit/database.ts';

/** Invoices of a customer of which Stripe has not been told all, in their order. */
export async function invoicesToTell(sql: Query, customerId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from invoices left join stripe_invoices link on link.invoice_id = invoices.id
     where invoices.customer_id = ${customerId} and state <> 'draft' and total > from_balance
       and finalized_at >= (select began_at from stripe_feed) and not_collected is null
       and case when link.invoice_id is not null
                then link.told <> state or link.status = 'draft' or exists (${unsaid(sql)})
                -- What was settled before Stripe heard of it is none of its business, unless
                -- it may have heard.
                else state in ('open', 'uncollectible')
                  or exists (select from stripe_calls where name = 'invoice:' || invoices.id) end
     order by series, number`;
  return rows.map(({ id }) => id);
}

/** What lowers an invoice that Stripe has, and Stripe was not told. */
const unsaid = (sql: Query) => sql`
  select from (${reductions(sql)}) reduction
   where not exists (select from stripe_calls
                      where name = 'credit:' || reduction.id and stripe_id is not null)`;

/**
 * What an invoice can be at Stripe for what lowers it to be told. One that is written off there
 * takes no credit note until it is paid. https://docs.stripe.com/api/credit_notes/create
 */
export const TAKES_NOTES: readonly string[] = ['draft', 'open', 'paid'];

// A note's part that became the customer's credit stays with us: Stripe has that money, or never
// was to have it. Money that came in part by another way lowers what is left to be charged.
const reductions = (sql: Query) => sql`
  select note.id, note.off_due + note.refundable as amount, note.reason as memo
    from credit_notes note
   where note.invoice_id = invoices.id and note.off_due + note.refundable > 0
     and link.status = any(${[...TAKES_NOTES]})
   union all
  select payment.id, payment.amount, 'Paid by ' || payment.method
    from payments payment
   where payment.invoice_id = invoices.id and payment.kind = 'payment'
     and invoices.state = 'open' and link.status in ('draft', 'open')
     and not exists (select from stripe_money where payment_id = payment.id)`;

export type Reduction = { id: string; amount: string; memo: string };

/** What lowers this invoice and Stripe was not told, in its order. */
export async function reductionsToTell(sql: Query, invoiceId: string): Promise<Reduction[]> {
  return sql<Reduction[]>`
    select reduction.* from invoices join stripe_invoices link on link.invoice_id = invoices.id,
           lateral (${reductions(sql)}) reduction
     where invoices.id = ${invoiceId}
       and not exists (select from stripe_calls
                        where name = 'credit:' || reduction.id and stripe_id is not null)
     order by reduction.id`;
}

export type RefundOrder = { id: string; invoice_id: string; amount: string };

/** The way by which money goes back through Stripe. */
export const STRIPE_METHOD = 'stripe';

/** Refunds that were ordered and Stripe has not made. */
export async function refundsToOrder(sql: Query, customerId: string): Promise<RefundOrder[]> {
  return sql<RefundOrder[]>`
    select id, invoice_id, amount from payments
     where customer_id = ${customerId} and kind = 'refund' and method = ${STRIPE_METHOD}
       and created_at >= (select began_at from stripe_feed)
       and not exists (select from stripe_money where payment_id = payments.id)
     order by id`;
}
