import type { RecurringFigures, RecurringSubscription } from '../contract/figures.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

/**
 * Subscriptions that are paid for at this time (ms), each with what a month of its flat fees comes
 * to, rounded once. What was to happen by then counts, whether or not somebody wrote it down.
 */
const recurringAt = (sql: Query, now: number) => {
  const at = sql`${new Date(now)}::timestamptz`;
  return sql`
    select live.id, live.customer_id, version.plan_id, version.currency, version.interval_months,
           round((fees.amount + add_ons.amount) / version.interval_months) as amount,
           round((fees.amount + add_ons.amount) / version.interval_months)
             - round(fees.amount / version.interval_months) as add_ons
      from (select id, customer_id,
                   case when pending_kind = 'change' and pending_at <= ${at}
                        then pending_plan_version_id else plan_version_id end as version_id
              from subscriptions
             where canceled_at is null and started_at <= ${at}
               and (trial_ends_at is null or trial_ends_at <= ${at})
               and not coalesce(pending_kind in ('cancel', 'pause') and pending_at <= ${at}, false)
               and (paused_at is null
                    or coalesce(pending_kind = 'resume' and pending_at <= ${at}, false))) live
      join plan_versions version on version.id = live.version_id
     cross join lateral (
       select coalesce(sum(price.amount), 0) as amount from prices price
        where price.plan_version_id = live.version_id and price.model = 'flat') fees
     cross join lateral (
       select coalesce(sum(price.amount * item.quantity), 0) as amount
         from subscription_items item
         join plan_versions bought on bought.id = item.plan_version_id
         join prices price on price.plan_version_id = bought.id and price.model = 'flat'
        where item.subscription_id = live.id and bought.charged = 'recurring'
          and item.starts_at <= ${at} and (item.ends_at is null or item.ends_at > ${at})) add_ons`;
};

export type RecurringTotal = { currency: string; amount: string; subscriptions: number };

/** By currency, also where it comes to nothing. */
export const recurringTotals = (sql: Query, now: number): Promise<RecurringTotal[]> =>
  sql<RecurringTotal[]>`
    select currency, sum(amount)::text as amount, count(*)::int as subscriptions
      from (${recurringAt(sql, now)}) recurring group by 1 order by 1`;

type PlanRow = RecurringTotal & { plan_id: string; name: string };

/** By plan and currency, the largest first. */
export async function recurringPlans(sql: Query, now: number): Promise<RecurringFigures['plans']> {
  const rows = await sql<PlanRow[]>`
    select currency, plan_id, plans.name, sum(amount)::text as amount,
           count(*)::int as subscriptions
      from (${recurringAt(sql, now)}) recurring join plans on plans.id = plan_id
     group by 1, 2, 3 order by currency, sum(amount) desc, plan_id`;
  return rows.map(({ plan_id, name, ...row }) => ({ ...row, plan: { id: plan_id, name } }));
}

type Row = Omit<RecurringSubscription, 'customer' | 'plan'> & {
  customer_id: string;
  customer_name: string;
  plan_id: string;
  plan_name: string;
};
type List = PageQuery & { plan_id?: string | undefined; currency?: string | undefined };

/** One by one, newest first, one row more than asked. */
export async function recurringSubscriptions(
  sql: Query,
  now: number,
  list: List,
): Promise<RecurringSubscription[]> {
  const after = afterCursor(list, 'sub');
  const { plan_id: plan, currency } = list;
  const rows = await sql<Row[]>`
    select recurring.id as subscription_id, customer_id, customers.name as customer_name, plan_id,
           plans.name as plan_name, recurring.currency, amount::text, add_ons::text,
           interval_months
      from (${recurringAt(sql, now)}) recurring
      join customers on customers.id = customer_id
      join plans on plans.id = plan_id
     where ${after === null ? sql`true` : sql`recurring.id < ${after}`}
       and ${plan === undefined ? sql`true` : sql`plan_id = ${plan}`}
       and ${currency === undefined ? sql`true` : sql`recurring.currency = ${currency}`}
     order by recurring.id desc limit ${list.limit + 1}`;
  return rows.map(({ customer_id, customer_name, plan_id, plan_name, ...row }) => ({
    ...row,
    customer: { id: customer_id, name: customer_name },
    plan: { id: plan_id, name: plan_name },
  }));
}
