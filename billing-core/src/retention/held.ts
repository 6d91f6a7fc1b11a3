import type { HELD_BY } from '../contract/retention.ts';
import type { Query } from '../kit/database.ts';

export type HeldBy = (typeof HELD_BY)[number];
/** From this day on the ledger is needed, and for what. */
export type Held = { day: string; by: HeldBy };

/** As far back as a comparison of the books looks, and a day. */
const COMPARED_DAYS = 93;

/**
 * The first day of the ledger that somebody reads still, undefined where none is. Of what an
 * invoice was made of all days are read, however long ago its period began. Minutes and periods are
 * by the customer's clock, days by when usage arrived: a clock only ever goes forward, so nothing
 * arrived earlier than what it is ahead by now. A gateway's clock can be ahead, so a day more is
 * kept.
 */
export async function heldFrom(sql: Query): Promise<Held | undefined> {
  const [row] = await sql<Held[]>`
    with needed (by, at) as (
      select 'not_rolled', min(received_day)::timestamptz
        from usage_batches where roll_number is null
      union all
      select 'open_period', min(billed_until - clock_ms * interval '1 millisecond')
        from billing_cycles join customers
          on customers.id = billing_cycles.customer_id
       where due_at is not null or has_fees or is_stuck
      union all
      select 'unpaid_invoice', to_timestamp(min(from_minute - clock_ms / 60000) * 60)
        from invoices join invoice_lines on invoice_id = invoices.id
        join customers on customers.id = invoices.customer_id
       where invoices.state in ('draft', 'open', 'uncollectible')
      union all
      select 'open_dispute', to_timestamp(min(from_minute - clock_ms / 60000) * 60)
        from stripe_disputes dispute join invoice_lines using (invoice_id)
        join customers on customers.id = dispute.customer_id
       where closed_at is null
      union all
      select 'reconciliation', to_timestamp(min(from_minute - clock_ms / 60000) * 60)
        from invoices join invoice_lines on invoice_id = invoices.id
        join customers on customers.id = invoices.customer_id
       where invoices.state <> 'draft'
         and finalized_at >= now() - make_interval(days => ${COMPARED_DAYS}))
    select (at at time zone 'UTC')::date - 1 || '' as day, by from needed
     where at is not null order by at limit 1`;
  return row;
}
