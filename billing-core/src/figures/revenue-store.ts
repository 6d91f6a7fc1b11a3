import type { RevenueQuery, RevenueRow } from '../contract/figures.ts';
import type { Query } from '../kit/database.ts';
import { creditedLines, finalIn, invoicedLines, madeIn, type Days } from './document-lines.ts';
import { sharesIn } from './share-store.ts';

type Ask = Days & Pick<RevenueQuery, 'interval' | 'group_by' | 'currency'>;

const linesIn = (sql: Query, days: Days) => sql`
  ${invoicedLines(sql, finalIn(sql, days))} union all ${creditedLines(sql, madeIn(sql, days))}`;

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
  const plain = () => sql`
    select at, currency, ${groupOf(sql, group)} as group_id, invoiced, credited
      from (${linesIn(sql, ask)}) line`;
  const rows = await sql<Row[]>`
    select start, currency, group_id, ${nameOf(sql, group)} as group_name,
           invoiced::text as invoiced, credited::text as credited,
           (invoiced - credited)::text as net
      from (select to_char(date_trunc(${interval}, at at time zone 'UTC'), 'YYYY-MM-DD') as start,
                   currency, group_id, sum(invoiced) as invoiced, sum(credited) as credited
              from (${group === 'route' ? sharesIn(sql, ask) : plain()}) lines
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
              from (${linesIn(sql, both)}) all_lines) lines
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
