import type { Query } from '../kit/database.ts';

/** The way by which money goes back through Stripe. */
export const STRIPE_METHOD = 'stripe';

/** Invoices of a customer of which Stripe has not been told all, in their order. */
export async function invoicesToTell(sql: Query, customerId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from invoices left join stripe_invoices link on link.invoice_id = invoices.id
     where invoices.customer_id = ${customerId} and state <> 'draft' and total > from_balance
       and finalized_at >= (select began_at from stripe_feed) and not_collected is null
       and case when link.invoice_id is not null
                then link.told <> state or link.status = 'draft' or exists (${unsaid(sql)})
                     or exists (${tooMuch(sql)})
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
// was to have it. Money that came in part by another way lowers what is left to be charged, and so
// does credit that was set off.
const reductions = (sql: Query) => sql`
  select note.id, note.off_due + note.refundable as amount, note.reason as memo
    from credit_notes note
   where note.invoice_id = invoices.id and note.off_due + note.refundable > 0
     and link.status = any(${[...TAKES_NOTES]})
   union all
  select id, kept, 'Paid by ' || method from (${keptOf(sql)}) came
   where kept > 0 and invoices.state = 'open' and link.status in ('draft', 'open')
   union all
  select entry.id, -entry.amount, 'From your credit'
    from customer_balance_entries entry
   where entry.invoice_id = invoices.id and entry.kind = 'set_off'
     and invoices.state = 'open' and link.status in ('draft', 'open')`;

// What of each payment that came another way is still here: what went back that way is taken off
// the newest first, so that they sum to what did not.
const keptOf = (sql: Query) => sql`
  select id, method, amount - least(amount, greatest(gone - later, 0)) as kept
    from (select id, kind, method, amount,
                 coalesce(sum(amount) filter (where kind = 'refund') over (), 0) as gone,
                 coalesce(sum(amount) filter (where kind = 'payment') over (
                   order by id desc rows between unbounded preceding and 1 preceding), 0) as later
            from payments
           where payments.invoice_id = invoices.id
             and (kind = 'payment' or method <> ${STRIPE_METHOD})
             and not exists (select from stripe_money where payment_id = payments.id)) moved
   where kind = 'payment'`;

// Credit notes there that tell of another amount than is still here.
const tooMuch = (sql: Query) => sql`
  select came.id, stripe_calls.stripe_id as note
    from (${keptOf(sql)}) came join stripe_calls on name = 'credit:' || came.id
   where stripe_calls.stripe_id is not null and (params ->> 'amount')::numeric <> kept
     and invoices.state = 'open' and link.status = 'open'`;

/** Credit notes at Stripe of an open invoice by which it asks for too little, the newest first. */
export async function notesTooMuch(
  sql: Query,
  invoiceId: string,
): Promise<{ id: string; note: string }[]> {
  return sql<{ id: string; note: string }[]>`
    select note.* from invoices join stripe_invoices link on link.invoice_id = invoices.id,
           lateral (${tooMuch(sql)}) note
     where invoices.id = ${invoiceId} order by note.id desc`;
}

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

export type RefundOrder = {
  id: string;
  invoice_id: string;
  /** What of it Stripe was not asked for, minor units, and of how many parts it was. */
  left: string;
  parts: number;
};

/** Refunds that were ordered and Stripe has not made, or not all of them. */
export async function refundsToOrder(sql: Query, customerId: string): Promise<RefundOrder[]> {
  return sql<RefundOrder[]>`
    select id, invoice_id, (amount - made.sum)::text as left, made.parts
      from payments,
           lateral (select coalesce(sum(coalesce(part, payments.amount)), 0) as sum,
                           count(*)::int as parts
                      from stripe_money where payment_id = payments.id) made
     where customer_id = ${customerId} and kind = 'refund' and method = ${STRIPE_METHOD}
       and created_at >= (select began_at from stripe_feed) and amount > made.sum
     order by id`;
}
