// `npm run bench:figures -- [--invoices 100000 --repeats 20]`: what the admin's pages Home and
// Revenue ask of billing-core, over so many invoices of two years.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { REVENUE_GROUPS, revenueQuery } from '../billing-core/src/contract/figures.ts';
import { figuresNow } from '../billing-core/src/figures/home.ts';
import {
  recurringPlans,
  recurringSubscriptions,
} from '../billing-core/src/figures/recurring-store.ts';
import { revenueOf } from '../billing-core/src/figures/revenue.ts';
import { keepAllShares } from '../billing-core/src/figures/shares.ts';
import { unbilledNow } from '../billing-core/src/figures/unbilled.ts';
import { DAY_MS } from '../billing-core/src/kit/clock.ts';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { seedMonth } from '../billing-core/test/invoicing/month.ts';
import { openCluster } from './cluster.ts';
import { machine, quantile } from './machine.ts';
import { say } from './say.ts';

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '100000' },
    repeats: { type: 'string', default: '20' },
  },
});
/** As of the page Usage: what somebody waits for without noticing. */
const BAR_MS = 300;
const MONTHS = 25;
const CUSTOMERS = Math.round(Number(values.invoices) / MONTHS);
/** Of each month, in which a customer used a meter by each of two routes. */
const HOURS = 5;
/** One invoice in so many has a credit note, and one in so many was not paid. */
const [CREDITED, OPEN] = [50, 40];

/** Invoices of the months before this time, each with a fee and two lines of usage. */
async function generate(sql: Sql, now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    // What triggers keep costs more than the rest, and is no part of what is measured.
    await tx`set local session_replication_role = replica`;
    await tx`
      insert into invoices (id, customer_id, subscription_id, state, reason, series, number,
                            currency, customer, period_start, period_end, roll_after, roll_until,
                            closed_by, subtotal, tax, total, paid, due_at, created_at,
                            finalized_at, paid_at)
      select 'inv_' || lpad(n::text, 24, '0'), 'cus_' || who, 'sub_' || who,
             case when n % ${OPEN} = 0 then 'open' else 'paid' end, 'period', 'INV', n, 'USD',
             jsonb_build_object('name', 'Customer ' || who, 'address', repeat('street ', 20)),
             ends - interval '1 month', ends, 0, 1, 'watermark', 43100, 8189, 51289,
             case when n % ${OPEN} = 0 then 0 else 51289 end, ends + interval '14 days', ends,
             ends, case when n % ${OPEN} = 0 then null else ends + interval '3 days' end
        from (select n, lpad((n % ${CUSTOMERS} + 1)::text, 24, '0') as who,
                     to_timestamp(${now / 1_000}) - (n / ${CUSTOMERS})::int * interval '1 month'
                       - n % 1440 * interval '1 minute' as ends
                from generate_series(1, ${CUSTOMERS * MONTHS - 1}) n) made`;
    await tx`
      insert into invoice_lines (invoice_id, position, kind, subscription_id, description,
                                 starts_at, ends_at, plan_version_id, price_id, charge_id, terms,
                                 meter_id, quantity, events, from_minute, to_minute, roll_after,
                                 roll_until, exact_amount, amount, tax, gross)
      select id, at, case at when 0 then 'fee' else 'usage' end, subscription_id, 'Line ' || at,
             period_start, period_end, 'plv_month',
             case at when 0 then 'prc_fee' else 'prc_' || meter end,
             case at when 0 then id end, jsonb_build_object('price', repeat('{tier}', 60)),
             meter, case when meter is null then null else 100000 end,
             case when meter is null then null else 100 end,
             case when meter is null then null else minute end,
             case when meter is null then null else minute + 43200 end,
             case when meter is null then null else 0 end,
             case when meter is null then null else 1 end, 14366, 14366, 2729, 17095
        from (select *, extract(epoch from period_start)::bigint / 60 as minute
                from invoices) invoice,
             (values (0, null), (1, 'mtr_requests'), (2, 'mtr_tokens')) line (at, meter)`;
    await tx`
      insert into usage_hours
      select customer_id, extract(epoch from period_start)::bigint / 3600 + 24 * hour, meter,
             'key_' || substr(customer_id, 5), 'rte_' || route, 'ok', true, 10, 10000 * route, 1
        from invoices, generate_series(1, ${HOURS}) hour, generate_series(1, 2) route,
             unnest(array['mtr_requests', 'mtr_tokens']) meter
        on conflict do nothing`;
    await tx`
      insert into credit_notes (id, invoice_id, customer_id, series, number, currency, reason, tax,
                                total, off_due, to_balance, refundable, created_at)
      select 'crn_' || substr(id, 5), id, customer_id, 'CN', number, 'USD', 'An outage', 160, 1000,
             0, 1000, 0, finalized_at + interval '5 days'
        from invoices where number % ${CREDITED} = 0`;
    await tx`
      insert into credit_note_lines (credit_note_id, invoice_id, position, amount, tax)
      select id, invoice_id, 1, 1000, 160 from credit_notes`;
  });
  await sql`set statement_timeout = 0`;
  await sql`vacuum analyze`;
}

/** Asks again and again. Out: whether 99 of 100 answers were there in time. */
async function time(what: string, ask: () => Promise<unknown>): Promise<boolean> {
  const times: number[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const from = performance.now();
    JSON.stringify(await ask());
    times.push(performance.now() - from);
  }
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(1));
  const held = quantile(times, 0.99) < BAR_MS;
  say(`  ${what}: p50 ${p50}, p99 ${p99} ms${held ? '' : `, OVER ${BAR_MS} ms`}`);
  return held;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);

say(machine());
const cluster = await openCluster();
const sql = openDatabase(cluster.url, 1);
try {
  const began = performance.now();
  const now = await seedMonth(sql, { customers: CUSTOMERS, hours: HOURS });
  await generate(sql, now);
  const [size] = await sql`
    select (select count(*)::int from invoices) as invoices,
           (select count(*)::int from invoice_lines) as lines,
           (select count(*)::int from usage_hours) as hours`;
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  say(`${JSON.stringify(size)}, ${CUSTOMERS} customers, made in ${seconds} s`);
  const context = { query: sql, now };
  const kept = performance.now();
  await keepAllShares(sql, { now });
  say(`  shares of routes kept in ${((performance.now() - kept) / 1_000).toFixed(1)} s`);
  let held = await time('Home', () => figuresNow(sql, now));
  for (const days of [30, 365]) {
    for (const group_by of REVENUE_GROUPS) {
      const from = dayOf(now - days * DAY_MS);
      const interval = days > 90 ? 'month' : 'day';
      const asked = revenueQuery.parse({ from, to: dayOf(now + DAY_MS), interval, group_by });
      const ask = () => revenueOf(context, asked);
      held = (await time(`Revenue of ${days} days by ${group_by}`, ask)) && held;
    }
  }
  held = (await time('Monthly recurring, by plan', () => recurringPlans(sql, now))) && held;
  const ask = () => recurringSubscriptions(sql, now, { limit: 50 });
  held = (await time('Monthly recurring, by subscription', ask)) && held;
  const unbilled = () => unbilledNow(sql, now);
  const from = performance.now();
  await unbilled();
  say(`  Not billed yet, everybody rated: ${((performance.now() - from) / 1_000).toFixed(2)} s`);
  process.exitCode = held ? 0 : 1;
} finally {
  await sql.end();
  await cluster.stop();
}
