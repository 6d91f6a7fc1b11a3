import type { PendingQuery, Row } from 'postgres';
import type { Query } from '../kit/database.ts';

/** A range of days of UTC (ms), the end exclusive. */
export type Days = { from: number; to: number };
/** A condition on `invoice`, or on `note`. */
type Condition = PendingQuery<Row[]>;
type Lines = PendingQuery<Row[]>;

/** What counts: final and not void. */
export const isCounted = (sql: Query) => sql`invoice.state in ('open', 'paid', 'uncollectible')`;

/** Invoices that became final in a range, and credit notes that were made in it. */
export const finalIn = (sql: Query, { from, to }: Days) =>
  sql`invoice.finalized_at >= ${new Date(from)} and invoice.finalized_at < ${new Date(to)}`;
export const madeIn = (sql: Query, { from, to }: Days) =>
  sql`note.created_at >= ${new Date(from)} and note.created_at < ${new Date(to)}`;

/** Lines of such invoices, without tax. */
export const invoicedLines = (sql: Query, which: Condition) => sql`
  select line.*, invoice.id as document_id, invoice.customer_id, invoice.currency,
         invoice.finalized_at as at, line.gross - line.tax as invoiced, 0::numeric as credited
    from invoices invoice join invoice_lines line on line.invoice_id = invoice.id
   where ${isCounted(sql)} and ${which}`;

/** What such credit notes took back of lines, of invoices that count. */
export const creditedLines = (sql: Query, which: Condition) => sql`
  select line.*, note.id as document_id, invoice.customer_id, invoice.currency,
         note.created_at as at, 0::numeric as invoiced, credit.amount - credit.tax as credited
    from credit_notes note
    join credit_note_lines credit on credit.credit_note_id = note.id
    join invoice_lines line
      on line.invoice_id = credit.invoice_id and line.position = credit.position
    join invoices invoice on invoice.id = note.invoice_id
   where ${isCounted(sql)} and ${which}`;

/** Billable use that a line is about: whole hours as far as they are folded, and minutes. */
const usageOfLine = (sql: Query) => sql`
  select route_id, quantity from hour_folds folds, usage_hours hours
   where hours.customer_id = line.customer_id and hours.meter_id = line.meter_id and billable
     and hour >= (line.from_minute + 59) / 60 and hour < least(line.to_minute, folds.minute) / 60
  union all
  select route_id, quantity from hour_folds folds, usage_rollups minutes
   where minutes.customer_id = line.customer_id and minutes.meter_id = line.meter_id and billable
     and minutes.minute >= line.from_minute and minutes.minute < line.to_minute
     and (minutes.minute < (line.from_minute + 59) / 60 * 60
          or minutes.minute >= greatest((line.from_minute + 59) / 60,
                                        least(line.to_minute, folds.minute) / 60) * 60)`;

/**
 * The same line once for each route that had a part in its usage, as the ledger has it now: the
 * amounts are divided by quantity, and rounded so that the parts add up to the line.
 */
export const dividedLines = (sql: Query, lines: Lines) => sql`
  select document_id, invoice_id, at, currency,
         case kind when 'fee' then 'fees' when 'manual' then 'manual'
              else coalesce(route_id, 'none') end as group_id,
         round(invoiced * upto / whole) - round(invoiced * (upto - part) / whole) as invoiced,
         round(credited * upto / whole) - round(credited * (upto - part) / whole) as credited
    from (select line.document_id, line.invoice_id, line.at, line.kind, line.currency,
                 line.invoiced, line.credited, shares.route_id,
                 coalesce(shares.part, 1) as part, coalesce(shares.upto, 1) as upto,
                 coalesce(shares.whole, 1) as whole
            from (${lines}) line
            left join lateral (
              select route_id, part, sum(part) over (order by route_id) as upto,
                     sum(part) over () as whole
                from (select route_id, sum(quantity) as part
                        from (${usageOfLine(sql)}) used group by 1) parts
               where part > 0) shares on true) divided`;
