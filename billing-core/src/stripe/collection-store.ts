import type { Collection } from '../contract/dispute.ts';
import type { Query } from '../kit/database.ts';
import { STRIPE_METHOD } from './work-store.ts';

/**
 * What of an invoice can be given back through Stripe: what came by its first payment there, less
 * what went back of it or was ordered to; nothing while a bank asks for it.
 */
export async function refundableOf(sql: Query, invoiceId: string): Promise<bigint> {
  const [row] = await sql<{ left: string }[]>`
    with first as (
      select intent from stripe_money join payments on payments.id = payment_id
       where stripe_money.invoice_id = ${invoiceId} and intent is not null and kind = 'payment'
       order by payments.id limit 1)
    select (case when exists (select from stripe_disputes join first using (intent)
                               where status <> 'won' and status not like 'warning%') then 0
       else coalesce((select sum(case kind when 'payment' then amount else -amount end)
                        from stripe_money moved join first using (intent)
                        join payments on payments.id = payment_id
                       where not exists (select from stripe_money undone
                                          where undone.undoes = moved.stripe_id)), 0)
          - coalesce((select sum(amount) from payments
                       where invoice_id = ${invoiceId} and kind = 'refund'
                         and method = ${STRIPE_METHOD}
                         and created_at >= (select began_at from stripe_feed)
                         and not exists (select from stripe_money
                                          where payment_id = payments.id)), 0) end)::text as left`;
  const left = BigInt(row?.left ?? '0');
  return left > 0n ? left : 0n;
}

/** How far each refund of an invoice is that goes through Stripe. */
export async function refundsNow(sql: Query, invoiceId: string): Promise<Collection['refunds']> {
  return sql<Collection['refunds'][number][]>`
    select payments.id as payment_id, stripe_id,
           case when status in ('failed', 'canceled') then 'failed'
                when status = 'succeeded' then 'succeeded' else 'pending' end as state
      from payments left join stripe_money on payment_id = payments.id
     where payments.invoice_id = ${invoiceId} and kind = 'refund' and method = ${STRIPE_METHOD}
     order by payments.id`;
}

/** Why Stripe could not be told of a customer, the last time. */
export async function troubleWith(sql: Query, customerId: string): Promise<string> {
  const [row] = await sql<{ said: string }[]>`
    select said from stripe_queue where customer_id = ${customerId}`;
  return row?.said ?? '';
}
