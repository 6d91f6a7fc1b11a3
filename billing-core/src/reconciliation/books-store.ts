import type { InvoiceState } from '../contract/invoice.ts';
import type { Query } from '../kit/database.ts';
import { CARRIED_METHOD } from '../stripe/carried.ts';
import { TAKES_NOTES } from '../stripe/work-store.ts';
import type { OurInvoice } from './model.ts';

const AMOUNTS = [
  'total',
  'paid',
  'refunded',
  'wentBack',
  'credited',
  'remaining',
  'over',
  'inAll',
] as const;
type Amount = (typeof AMOUNTS)[number];
type Stored = Omit<OurInvoice, Amount> & Record<Amount, string> & { state: InvoiceState };

/** The month in which what an invoice bills ends, or else in which it became final. */
const periodOf = (sql: Query) => sql`
  to_char(coalesce(period_end - interval '1 minute', finalized_at) at time zone 'UTC', 'YYYY-MM')`;

/**
 * What lowers an invoice at Stripe: but credit notes that it takes later, or never, as the invoice
 * was written off or voided there before it heard of them.
 */
const creditedThere = (sql: Query) => sql`
  coalesce((select sum(off_due + refundable) from credit_notes
             where invoice_id = invoices.id
               and (link.status = any(${[...TAKES_NOTES]})
                    or exists (select from stripe_calls
                                where name = 'credit:' || credit_notes.id
                                  and stripe_calls.state = 'done'))), 0)
  + coalesce((select sum((params ->> 'amount')::numeric)
                from (select id from payments where invoice_id = invoices.id
                       union all
                      select id from customer_balance_entries
                       where invoice_id = invoices.id and kind = 'set_off') told
                join stripe_calls on stripe_calls.name = 'credit:' || told.id
                 and stripe_calls.state = 'done'), 0)`;

/** Final invoices since then that Stripe collects, as Stripe should have them; or one of them. */
export async function ourInvoices(
  sql: Query,
  since: Date,
  id?: string | undefined,
): Promise<OurInvoice[]> {
  const rows = await sql<Stored[]>`
    select invoices.id, invoices.customer_id as "customerId", state, link.stripe_id as "stripeId",
           currency, ${periodOf(sql)} as period, (total - from_balance)::text as total,
           coalesce(money.paid, 0)::text as paid, coalesce(money.refunded, 0)::text as refunded,
           coalesce((select sum(amount) from payments
                      where invoice_id = invoices.id and kind = 'refund'
                        and method <> ${CARRIED_METHOD}), 0)::text
             as "wentBack",
           (total - from_balance - set_off - invoices.paid - invoices.credited + to_balance)::text
             as remaining,
           invoices.paid::text as "inAll",
           greatest(invoices.paid + from_balance + set_off - total - coalesce(
             (select sum(amount) from customer_balance_entries
               where invoice_id = invoices.id and kind = 'overpaid'), 0), 0)::text as over,
           (${creditedThere(sql)})::text as credited,
           exists (select from stripe_queue where customer_id = invoices.customer_id
                                              and not is_stuck) as "isMoving"
      from invoices
      left join stripe_invoices link on link.invoice_id = invoices.id
      left join lateral (
        select coalesce(sum(amount) filter (where kind = 'payment'
                 and (moved.intent is not null or method = ${CARRIED_METHOD})), 0)
               - coalesce(sum(amount) filter (where kind = 'refund'
                 and method = ${CARRIED_METHOD}), 0) as paid,
               sum(coalesce(moved.part, amount)) filter (where kind = 'refund'
                 and moved.intent is not null and undone.stripe_id is null) as refunded
          from stripe_money moved join payments on payments.id = payment_id
          left join stripe_money undone on undone.undoes = moved.stripe_id
         where moved.invoice_id = invoices.id) money on true
     where state <> 'draft' and total > from_balance and not_collected is null
       and ${id === undefined ? sql`true` : sql`invoices.id = ${id}`}
       and finalized_at >= greatest(${since}, (select began_at from stripe_feed))`;
  return rows.map((row) => ({
    ...row,
    ...(Object.fromEntries(AMOUNTS.map((name) => [name, BigInt(row[name])])) as Record<
      Amount,
      bigint
    >),
  }));
}

/** Those of these invoices that there are. */
export async function knownOf(sql: Query, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select id from invoices where id = any(${[...ids]})`;
  return new Set(rows.map(({ id }) => id));
}

/** A line or an invoice of which two books should say the same. */
export type Pair = {
  customer_id: string;
  invoice_id: string;
  currency: string;
  period: string;
  position: number;
  here: string;
  there: string;
};

/** Quantities of usage lines, and what the entries of the ledger that they name come to. */
export async function lineQuantities(sql: Query, since: Date): Promise<Pair[]> {
  return sql<Pair[]>`
    select invoices.customer_id, invoice_id, meter_id as currency, ${periodOf(sql)} as period,
           position,
           trim_scale(line.quantity)::text as here,
           trim_scale(coalesce(ledger.quantity, 0)
             / power(10::numeric, (terms #>> '{meter,scale}')::integer))::text as there
      from invoice_lines line join invoices on invoices.id = invoice_id,
           lateral (select sum(entry.quantity) as quantity
                      from usage_entries entry
                      join usage_batches using (gateway_id, boot_id, sequence)
                     where entry.customer_id = invoices.customer_id
                       and entry.meter_id = line.meter_id and billable
                       and minute >= from_minute and minute < to_minute
                       and roll_number > line.roll_after
                       and roll_number <= line.roll_until) ledger
     where line.meter_id is not null and invoices.state <> 'draft' and finalized_at >= ${since}`;
}

/** Amounts of lines, and what their exact amounts come to, rounded. */
export async function lineAmounts(sql: Query, since: Date): Promise<Pair[]> {
  return sql<Pair[]>`
    select customer_id, invoice_id, currency, ${periodOf(sql)} as period, position,
           amount::text as here,
           round(exact_amount)::text as there
      from invoice_lines join invoices on invoices.id = invoice_id
     where state <> 'draft' and finalized_at >= ${since}`;
}

/** Totals of invoices, and what their lines come to. */
export async function invoiceTotals(sql: Query, since: Date): Promise<Pair[]> {
  return sql<Pair[]>`
    select customer_id, id as invoice_id, currency, ${periodOf(sql)} as period,
           -1 as position, total::text as here,
           (select coalesce(sum(gross), 0) from invoice_lines where invoice_id = invoices.id)::text
             as there
      from invoices where state <> 'draft' and finalized_at >= ${since}`;
}
