import type { Query } from '../kit/database.ts';

export type DayRange = { from: number; to: number };
type Figures = {
  counted_requests: string;
  counted_quantity: string;
  counted_billable: string;
  ledger_requests: string;
  ledger_quantity: string;
  ledger_billable: string;
};
export type DifferenceRow = Figures & {
  customer_id: string;
  meter_id: string;
  day: number;
  scale: number;
  compared: number;
  differing: number;
};
export type BootDifferenceRow = Figures & { gateway: string; boot: string };

const MINUTES_A_DAY = 1_440;
const MINUTES_AN_HOUR = 60;

const ofCustomer = (sql: Query, customerId: string | undefined) =>
  customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`;

/** What goes by customer, meter and day, wherever in the books it is: each entry in one place. */
function ledgerOf(sql: Query, { from, to }: DayRange, customerId: string | undefined) {
  const customer = ofCustomer(sql, customerId);
  const [first, end] = [from * MINUTES_A_DAY, (to + 1) * MINUTES_A_DAY];
  return sql`
    select customer_id, meter_id, hour / 24 as day, billable, requests, quantity
      from usage_totals
     where ${customer} and hour >= ${first / MINUTES_AN_HOUR} and hour < ${end / MINUTES_AN_HOUR}
    union all
    select customer_id, meter_id, minute / ${MINUTES_A_DAY}::bigint, billable, requests, quantity
      from usage_rollups
     where ${customer} and minute < ${end}
       and minute >= greatest(${first}::bigint, (select folds.minute from hour_folds folds))
    union all
    select customer_id, meter_id, minute / ${MINUTES_A_DAY}::bigint, billable, requests, quantity
      from usage_batches join usage_entries using (gateway_id, boot_id, sequence, received_day)
     where roll_number is null and ${customer} and minute >= ${first} and minute < ${end}`;
}

/** What gateways counted as billable and the ledger has as not billed. */
function unbilledOf(sql: Query, { from, to }: DayRange, customerId: string | undefined) {
  return sql`
    select customer_id, meter_id, day, sum(quantity) as unbilled from usage_unbilled
     where day >= ${from} and day <= ${to} and ${ofCustomer(sql, customerId)} group by 1, 2, 3`;
}

const sides = (sql: Query) => sql`
  coalesce(c.requests, 0)::text as counted_requests,
  coalesce(c.quantity, 0)::text as counted_quantity,
  coalesce(c.billable, 0)::text as counted_billable,
  coalesce(l.requests, 0)::text as ledger_requests,
  coalesce(l.quantity, 0)::text as ledger_quantity,
  coalesce(l.billable, 0)::text as ledger_billable`;

const differ = (sql: Query) => sql`
  (coalesce(c.requests, 0), coalesce(c.quantity, 0), coalesce(c.billable, 0))
    <> (coalesce(l.requests, 0), coalesce(l.quantity, 0), coalesce(l.billable, 0))`;

const sums = (sql: Query) => sql`
  sum(requests) as requests, sum(quantity) as quantity,
  coalesce(sum(quantity) filter (where billable), 0) as billable`;

/**
 * A request that is billed once was counted as billable by its gateway: the ledger's side has it
 * so, too, whether it is billed or not.
 *
 * Where gateways counted something else than the ledger has, newest day first; with each row how
 * many were compared and differ in all. One statement: a batch that arrives meanwhile is in both
 * or in none. Without a difference one row says so, of no customer.
 */
export async function readDifferences(
  sql: Query,
  { range, customerId, limit }: { range: DayRange; customerId: string | undefined; limit: number },
): Promise<DifferenceRow[]> {
  return sql<DifferenceRow[]>`
    with ledger as (
      select customer_id, meter_id, day, requests, quantity,
             billable + coalesce(unbilled, 0) as billable
        from (select customer_id, meter_id, day, ${sums(sql)}
                from (${ledgerOf(sql, range, customerId)}) parts group by 1, 2, 3) summed
        left join (${unbilledOf(sql, range, customerId)}) unbilled
          using (customer_id, meter_id, day)),
    counted as (
      select customer_id, meter_id, day, sum(requests) as requests, sum(quantity) as quantity,
             sum(billable_quantity) as billable
        from gateway_counts
       where day >= ${range.from} and day <= ${range.to} 
         and ${ofCustomer(sql, customerId)} group by 1, 2, 3),
    compared as (
      select customer_id, meter_id, day, ${differ(sql)} as differs, ${sides(sql)}
        from counted c full join ledger l using (customer_id, meter_id, day)),
    tally as (
      select count(*)::int as compared, count(*) filter (where differs)::int as differing
        from compared)
    select tally.*, d.*, d.day::int as day, coalesce(meters.scale, 0)::int as scale
      from tally left join compared d on d.differs left join meters on meters.id = d.meter_id
     order by d.day desc, d.customer_id, d.meter_id limit ${limit}`;
}

export type MonthCounts = {
  customer_id: string;
  currency: string;
  /** In UTC: 2026-11. */
  period: string;
  counted: string;
  ledger: string;
};

/** What gateways counted and what the ledger has of each customer and month, in requests. */
export async function readMonthCounts(sql: Query, range: DayRange): Promise<MonthCounts[]> {
  const month = sql`to_char(date '1970-01-01' + day::integer, 'YYYY-MM')`;
  return sql<MonthCounts[]>`
    with ledger as (
      select customer_id, ${month} as period, sum(requests) as requests
        from (${ledgerOf(sql, range, undefined)}) parts group by 1, 2),
    counted as (
      select customer_id, ${month} as period, sum(requests) as requests
        from gateway_counts where day >= ${range.from} and day <= ${range.to} group by 1, 2)
    select customer_id, currency, period, coalesce(counted.requests, 0)::text as counted,
           coalesce(ledger.requests, 0)::text as ledger
      from counted full join ledger using (customer_id, period)
      join customers on customers.id = customer_id
     order by customer_id, period`;
}

/** The boots behind a difference. */
export async function readBootDifferences(
  sql: Query,
  { customer_id, meter_id, day }: Pick<DifferenceRow, 'customer_id' | 'meter_id' | 'day'>,
): Promise<BootDifferenceRow[]> {
  const first = day * MINUTES_A_DAY;
  return sql<BootDifferenceRow[]>`
    with ledger as (
      select gateway_id, boot_id, sum(requests) as requests, sum(quantity) as quantity,
             coalesce(sum(quantity) filter (where billable or unbilled is not null), 0) as billable
        from usage_entries
       where customer_id = ${customer_id} and meter_id = ${meter_id}
         and minute >= ${first} and minute < ${first + MINUTES_A_DAY} group by 1, 2),
    counted as (
      select gateway_id, boot_id, sum(requests) as requests, sum(quantity) as quantity,
             sum(billable_quantity) as billable
        from gateway_counts
       where customer_id = ${customer_id} and meter_id = ${meter_id} and day = ${day}
       group by 1, 2)
    select gateway_id as gateway, boot_id as boot, ${sides(sql)}
      from counted c full join ledger l using (gateway_id, boot_id)
     where ${differ(sql)} order by 1, 2`;
}
