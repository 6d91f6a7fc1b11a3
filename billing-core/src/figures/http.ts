import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  currencyQuery,
  figures,
  recurringFigures,
  recurringPlansList,
  recurringQuery,
  recurringSubscription,
  revenueFigures,
  revenueQuery,
  unbilledCustomers,
  unbilledFigures,
} from '../contract/figures.ts';
import { minorDigits } from '../contract/currency.ts';
import { pageOf } from '../contract/page.ts';
import { CSV_BEGINS, csvHeaders, csvLine } from '../kit/csv.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { figuresNow } from './home.ts';
import { recurringPlans, recurringSubscriptions, recurringTotals } from './recurring-store.ts';
import { meterUsesHttp } from './meter-uses-http.ts';
import { revenueOf } from './revenue.ts';
import { unbilledNow } from './unbilled.ts';

const tags = ['Figures'];

const home = createRoute({
  method: 'get',
  path: '/figures',
  tags,
  summary: 'Get the figures of now',
  description: 'Currencies are never added up; what is unknown is null. docs/figures.md.',
  responses: { 200: json(figures), ...PROBLEMS },
});
const recurring = createRoute({
  method: 'get',
  path: '/figures/recurring',
  tags,
  summary: 'Get the monthly recurring revenue by plan',
  responses: { 200: json(recurringFigures), ...PROBLEMS },
});
const plans = createRoute({
  method: 'get',
  path: '/figures/recurring/plans',
  tags,
  summary: 'List plans with their monthly recurring revenue',
  request: { query: currencyQuery },
  responses: { 200: json(recurringPlansList), ...PROBLEMS },
});
const subscriptions = createRoute({
  method: 'get',
  path: '/figures/recurring/subscriptions',
  tags,
  summary: 'List subscriptions with their monthly recurring revenue',
  request: { query: recurringQuery },
  responses: { 200: json(pageOf(recurringSubscription)), ...PROBLEMS },
});
const unbilled = createRoute({
  method: 'get',
  path: '/figures/unbilled',
  tags,
  summary: 'Get what is on no invoice yet',
  description: 'By what invoices are made with, before coupons and taxes. Live.',
  responses: { 200: json(unbilledFigures), ...PROBLEMS },
});
const customers = createRoute({
  method: 'get',
  path: '/figures/unbilled/customers',
  tags,
  summary: 'List customers with what is on no invoice yet',
  description: 'All of them, the largest amounts of each currency first.',
  request: { query: currencyQuery },
  responses: { 200: json(unbilledCustomers), ...PROBLEMS },
});
const revenue = createRoute({
  method: 'get',
  path: '/figures/revenue',
  tags,
  summary: 'Get revenue over time',
  description: 'Invoiced less credited, without tax, by the day (UTC) of the document.',
  request: { query: revenueQuery },
  responses: { 200: json(revenueFigures), ...PROBLEMS },
});
const file = createRoute({
  method: 'get',
  path: '/figures/revenue.csv',
  tags,
  summary: 'Get revenue over time as CSV',
  description: 'Amounts are in minor units; `minor_digits` says how many digits those have.',
  request: { query: revenueQuery },
  responses: {
    200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
    ...PROBLEMS,
  },
});

const COLUMNS = [
  'start',
  'group_id',
  'group',
  'currency',
  'minor_digits',
  'invoiced',
  'credited',
  'net',
];

const inCurrency = <Row extends { currency: string }>(
  rows: readonly Row[],
  currency: string | undefined,
): Row[] => rows.filter((row) => currency === undefined || row.currency === currency);

/** /v1/figures: for admins. */
export function figuresHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(home, async (c) => c.json(await figuresNow(c.var.query, c.var.now), 200));
  app.openapi(recurring, async (c) => {
    const { query, now } = c.var;
    const as_of = new Date(now).toISOString();
    const totals = await recurringTotals(query, now);
    return c.json({ as_of, totals, plans: await recurringPlans(query, now) }, 200);
  });
  app.openapi(plans, async (c) => {
    const rows = await recurringPlans(c.var.query, c.var.now);
    return c.json({ data: inCurrency(rows, c.req.valid('query').currency) }, 200);
  });
  app.openapi(customers, async (c) => {
    const { query, now } = c.var;
    const { customers: rows } = await unbilledNow(query, now, Number.POSITIVE_INFINITY);
    return c.json({ data: inCurrency(rows, c.req.valid('query').currency) }, 200);
  });
  app.openapi(subscriptions, async (c) => {
    const page = c.req.valid('query');
    const rows = await recurringSubscriptions(c.var.query, c.var.now, page);
    const key = (row: { subscription_id: string }): string => row.subscription_id;
    return c.json(pageFrom(rows, { limit: page.limit, key, item: (row) => row }), 200);
  });
  app.openapi(unbilled, async (c) => c.json(await unbilledNow(c.var.query, c.var.now), 200));
  app.openapi(revenue, async (c) => c.json(await revenueOf(c.var, c.req.valid('query')), 200));
  app.openapi(file, async (c) => {
    const { rows, from, to, group_by } = await revenueOf(c.var, c.req.valid('query'));
    const lines = rows.map(({ start, group, currency, invoiced, credited, net }) => [
      start,
      group.id,
      group.name,
      currency,
      String(minorDigits(currency)),
      invoiced,
      credited,
      net,
    ]);
    const text = CSV_BEGINS + [COLUMNS, ...lines].map(csvLine).join('');
    return c.body(text, 200, csvHeaders(`revenue-by-${group_by}-${from}-${to}`));
  });
  app.route('/', meterUsesHttp());
  return app;
}
