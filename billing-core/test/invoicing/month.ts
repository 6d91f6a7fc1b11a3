import type { Sql } from '../../src/kit/database.ts';

/** January of 2027, in UTC. */
export const MONTH = { start: Date.UTC(2027, 0, 1), end: Date.UTC(2027, 1, 1) };
const HOUR_MS = 3_600_000;
const METERS = ['mtr_requests', 'mtr_bytes', 'mtr_tokens'] as const;
/** Units that a customer used of each meter in each hour, and what one costs in minor units. */
const PER_HOUR = 1_000;
const UNIT_AMOUNT = '0.2';
const FEE = 2_900;
const SEEDED_AT_ONCE = 10_000;

export type Month = { customers: number; hours: number };

/** What each invoice of the month comes to, in minor units. */
export const totalOfMonth = ({ hours }: Month): number =>
  FEE + METERS.length * Math.round(hours * PER_HOUR * Number(UNIT_AMOUNT));

async function seedVersion(sql: Sql): Promise<void> {
  await sql`insert into meters (id, slug, name, unit)
    values ('mtr_bytes', 'bytes', 'Bytes', 'byte'), ('mtr_tokens', 'tokens', 'Tokens', 'token')`;
  await sql`insert into plans (id, slug, name) values ('pln_month', 'month', 'Monthly')`;
  await sql`insert into plan_versions (id, plan_id, number, currency)
    values ('plv_month', 'pln_month', 1, 'USD')`;
  await sql`insert into prices (id, plan_version_id, position, model, amount, billed)
    values ('prc_fee', 'plv_month', 0, 'flat', ${FEE}, 'in_advance')`;
  await sql`
    insert into prices (id, plan_version_id, position, model, meter_id, unit_amount)
    select 'prc_' || meter, 'plv_month', at, 'per_unit', meter, ${UNIT_AMOUNT}
      from unnest(${[...METERS]}::text[]) with ordinality meters (meter, at)`;
  await sql`update plan_versions set state = 'published', published_at = now()
    where id = 'plv_month'`;
}

/**
 * Customers with a subscription each that has been on since the month began, and used three meters
 * in so many of its hours; as the roller would have left it, made by SQL. Out: the time at which
 * the month can be closed.
 */
export async function seedMonth(sql: Sql, { customers, hours }: Month): Promise<number> {
  const start = new Date(MONTH.start);
  const now = MONTH.end + HOUR_MS;
  await seedVersion(sql);
  await sql`
    insert into customers (id, key_ref, name)
    select 'cus_' || lpad(n::text, 24, '0'), lpad(n::text, 10, '0'), 'Customer ' || n
      from generate_series(1, ${customers}::int) n`;
  // A piece at a time: on a busy machine all of it takes longer than a statement may.
  for (let from = 0; from < customers; from += SEEDED_AT_ONCE) {
    const [after, until] = [from, from + SEEDED_AT_ONCE].map(
      (n) => `cus_${String(n).padStart(24, '0')}`,
    ) as [string, string];
    await sql`
      insert into subscriptions (id, customer_id, plan_version_id, time_zone, started_at,
                                 anchor_at, created_at)
      select 'sub_' || substr(id, 5), id, 'plv_month', 'UTC', ${start}, ${start}, ${start}
        from customers where id > ${after} and id <= ${until}`;
    await sql`
      insert into subscription_phases (subscription_id, number, plan_version_id, starts_at,
                                       anchor_at)
      select id, 1, plan_version_id, started_at, started_at from subscriptions
       where customer_id > ${after} and customer_id <= ${until}`;
  }
  const first = Math.floor(MONTH.start / HOUR_MS);
  const step = Math.floor((MONTH.end - MONTH.start) / HOUR_MS / hours);
  for (let hour = 0; hour < hours; hour++) {
    await sql`
      insert into usage_totals (customer_id, hour, meter_id, outcome, billable, requests, quantity)
      select id, ${first + hour * step}, meter, 'ok', true, 1, ${PER_HOUR}
        from customers, unnest(${[...METERS]}::text[]) meter`;
  }
  await sql`update hour_folds set minute = ${Math.floor(now / 60_000)}`;
  return now;
}

/** What the invoices of the month are, all in all. */
export async function sumsOfMonth(sql: Sql) {
  const [row] = await sql<[{ invoices: number; lines: number; numbers: number; total: string }]>`
    select count(*)::int as invoices, count(distinct number)::int as numbers,
           coalesce(sum(total), 0)::text as total,
           (select count(*) from invoice_lines where kind = 'usage')::int as lines
      from invoices where reason = 'period'`;
  return row;
}
