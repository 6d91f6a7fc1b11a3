import type { Collection } from '../contract/dispute.ts';
import type { Query } from '../kit/database.ts';
import { STRIPE_METHOD } from './work-store.ts';

export type IntentLeft = { intent: string; left: bigint };

/**
 * What came for an invoice by each payment at Stripe and did not go back, the first payment first.
 * None of what a bank asks for.
 */
export async function leftByIntent(sql: Query, invoiceId: string): Promise<IntentLeft[]> {
  const rows = await sql<{ intent: string; left: string }[]>`
    select intent,
           sum(case kind when 'payment' then 1 else -1 end * coalesce(part, amount))::text as left
      from stripe_money moved join payments on payments.id = payment_id
     where moved.invoice_id = ${invoiceId} and intent is not null
       and not exists (select from stripe_money undone where undone.undoes = moved.stripe_id)
       and not exists (select from stripe_disputes
                        where stripe_disputes.intent = moved.intent
                          and status <> 'won' and status not like 'warning%')
     group by intent order by min(payments.id)`;
  return rows
    .map(({ intent, left }) => ({ intent, left: BigInt(left) }))
    .filter(({ left }) => left > 0n);
}

/**
 * What of an invoice can be given back through Stripe: what came by its payments there, less what
 * went back of them or was ordered to; nothing of one while a bank asks for it.
 */
export async function refundableOf(sql: Query, invoiceId: string): Promise<bigint> {
  const came = (await leftByIntent(sql, invoiceId)).reduce((all, { left }) => all + left, 0n);
  const [row] = await sql<{ ordered: string }[]>`
    select coalesce(sum(amount - made.sum), 0)::text as ordered
      from payments,
           lateral (select coalesce(sum(coalesce(part, payments.amount)), 0) as sum
                      from stripe_money where payment_id = payments.id) made
     where invoice_id = ${invoiceId} and kind = 'refund' and method = ${STRIPE_METHOD}
       and created_at >= (select began_at from stripe_feed)`;
  const left = came - BigInt(row?.ordered ?? '0');
  return left > 0n ? left : 0n;
}

/** How far each refund of an invoice is that goes through Stripe; failed where a part of it is. */
export async function refundsNow(sql: Query, invoiceId: string): Promise<Collection['refunds']> {
  return sql<Collection['refunds'][number][]>`
    select payments.id as payment_id, min(stripe_id) as stripe_id,
           case when bool_or(status in ('failed', 'canceled')) then 'failed'
                when bool_and(status = 'succeeded')
                     and sum(coalesce(part, amount)) >= amount then 'succeeded'
                else 'pending' end as state
      from payments left join stripe_money on payment_id = payments.id
     where payments.invoice_id = ${invoiceId} and kind = 'refund' and method = ${STRIPE_METHOD}
     group by payments.id order by payments.id`;
}

/** Why Stripe could not be told of a customer, the last time. */
export async function troubleWith(sql: Query, customerId: string): Promise<string> {
  const [row] = await sql<{ said: string }[]>`
    select said from stripe_queue where customer_id = ${customerId}`;
  return row?.said ?? '';
}
