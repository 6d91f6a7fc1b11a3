import type { RevenueQuery, RevenueRow } from '../contract/figures.ts';
import type { Query } from '../kit/database.ts';

/** A range of days of UTC (ms), the end exclusive. */
export type Days = { from: number; to: number };
type Ask = Days & Pick<RevenueQuery, 'interval' | 'group_by' | 'currency'>;

/** Lines of final invoices that were not void, in a range of the days that they became final. */
const invoicedLines = (sql: Query, { from, to }: Days) => sql`
  select line.*, invoice.customer_id, invoice.currency, invoice.finalized_at as at,
         line.gross - line.tax as invoiced, 0::numeric as credited
    from invoices invoice join invoice_lines line on line.invoice_id = invoice.id
   where invoice.state in ('open', 'paid', 'uncollectible')
     and invoice.finalized_at >= ${new Date(from)} and invoice.finalized_at < ${new Date(to)}`;

/** What credit notes of such days took back of lines, of invoices that were not void. */
const creditedLines = (sql: Query, { from, to }: Days) => sql`
  select line.*, invoice.customer_id, invoice.currency, note.created_at as at,
         0::numeric as invoiced, credit.amount - credit.tax as credited
    from credit_notes note
    join credit_note_lines credit on credit.credit_note_id = note.id
    join invoice_lines line
      on line.invoice_id = credit.invoice_id and line.position = credit.position
    join invoices invoice on invoice.id = note.invoice_id
   where invoice.state in ('open', 'paid', 'uncollectible')
     and note.created_at >= ${new Date(from)} and note.created_at < ${new Date(to)}`;

/**
 * The same line once for each route that had a part in its usage, as the ledger has it now: the
 * amounts are divided by quantity, and rounded so that the parts add up to the line.
 */
const byRoute = (sql: Query, lines: ReturnType<typeof invoicedLines>) => sql`
  select at, currency,
         case kind when 'fee' then 'fees' when 'manual' then 'manual'
              else coalesce(route_id, 'none') end as group_id,
         round(invoiced * upto / whole) - round(invoiced * (upto - part) / whole) as invoiced,
         round(credited * upto / whole) - round(credited * (upto - part) / whole) as credited
    from (select line.at, line.kind, line.currency, line.invoiced, line.credited, shares.route_id,
                 coalesce(shares.part, 1) as part, coalesce(shares.upto, 1) as upto,
                 coalesce(shares.whole, 1) as whole
            from (${lines}) line
            left join lateral (
              select route_id, part, sum(part) over (order by route_id) as upto,
                     sum(part) over () as whole
                from (select route_id, sum(quantity) as part
                        from (${usageOfLine(sql)}) used group by 1) parts
               where part > 0) shares on true) divided`;

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

function groupOf(sql: Query, group: RevenueQuery['group_by']) {
  const apart = sql`when kind = 'manual' then 'manual' when kind = 'fee' then 'fees'`;
  if (group === 'customer') return sql`customer_id`;
  if (group === 'meter') return sql`case ${apart} else meter_id end`;
  if (group === 'kind') return sql`case ${apart} else 'usage' end`;
  return sql`coalesce((select plan_id from plan_versions
                        where plan_versions.id = plan_version_id), 'manual')`;
}

/** The name of a group; the groups that have none of their own are named by who shows them. */
function nameOf(sql: Query, group: RevenueQuery['group_by']) {
  if (group === 'kind') return sql`group_id`;
  const table = { meter: 'meters', plan: 'plans', route: 'routes', customer: 'customers' }[group];
  return sql`coalesce((select name from ${sql(table)} named where named.id = group_id), group_id)`;
}

type Row = Omit<RevenueRow, 'group'> & { group_id: string; group_name: string };

/** What was invoiced and credited, by step, currency and group; steps without any are left out. */
export async function revenueRows(sql: Query, ask: Ask): Promise<RevenueRow[]> {
  const { interval, group_by: group, currency } = ask;
  const plain = (lines: ReturnType<typeof invoicedLines>) => sql`
    select at, currency, ${groupOf(sql, group)} as group_id, invoiced, credited
      from (${lines}) line`;
  const grouped = (lines: ReturnType<typeof invoicedLines>) =>
    group === 'route' ? byRoute(sql, lines) : plain(lines);
  const rows = await sql<Row[]>`
    select start, currency, group_id, ${nameOf(sql, group)} as group_name,
           invoiced::text as invoiced, credited::text as credited,
           (invoiced - credited)::text as net
      from (select to_char(date_trunc(${interval}, at at time zone 'UTC'), 'YYYY-MM-DD') as start,
                   currency, group_id, sum(invoiced) as invoiced, sum(credited) as credited
              from (${grouped(invoicedLines(sql, ask))} union all
                    ${grouped(creditedLines(sql, ask))}) lines
             where ${currency === undefined ? sql`true` : sql`currency = ${currency}`}
             group by 1, 2, 3) summed
     where invoiced <> 0 or credited <> 0
     order by start, currency, summed.invoiced desc, group_id`;
  return rows.map(({ group_id, group_name, ...row }) => ({
    ...row,
    group: { id: group_id, name: group_name },
  }));
}

export type UsageRevenue = { currency: string; amount: string; before: string };

/** Net usage of the days before `now` (ms), and of as many before those, by currency. */
export async function usageRevenue(
  sql: Query,
  { now, lengthMs }: { now: number; lengthMs: number },
): Promise<UsageRevenue[]> {
  const both = { from: now - 2 * lengthMs, to: now };
  const middle = new Date(now - lengthMs);
  return sql<UsageRevenue[]>`
    select currency, coalesce(sum(net) filter (where at >= ${middle}), 0)::text as amount,
           coalesce(sum(net) filter (where at < ${middle}), 0)::text as before
      from (select currency, at, kind, invoiced - credited as net
              from (${invoicedLines(sql, both)} union all ${creditedLines(sql, both)}) all_lines
           ) lines
     where kind in ('usage', 'late_usage') group by 1 order by 1`;
}

export type PastDue = { currency: string; amount: string; invoices: number };

/** What was to be paid before `now` (ms) and is not, by currency. */
export const pastDue = (sql: Query, now: number): Promise<PastDue[]> =>
  sql<PastDue[]>`
    select currency, sum(due)::text as amount, count(*)::int as invoices
      from (select currency, total - from_balance - credited + to_balance - paid as due
              from invoices where state = 'open' and due_at < ${new Date(now)}) open
     where due > 0 group by 1 order by 1`;
