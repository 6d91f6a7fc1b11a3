import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import {
  customerTotals,
  difference,
  differencesQuery,
  rowsBehind,
  totalsQuery,
  type CustomerTotals,
  type ShownDifference,
} from '../contract/reconciliation.ts';
import { csvHeaders } from '../kit/csv.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { behind } from './behind.ts';
import { csvOf } from './csv.ts';
import { repairsOf } from './model.ts';
import {
  allDifferencesOf,
  differenceAt,
  differencesOf,
  oneById,
  type DifferenceRow,
} from './store.ts';
import { totalsOf, type TotalsRow } from './totals-store.ts';

const tags = ['Reconciliation'];
const params = z.object({ id: id('rcn') });
const POSITION = /^(0|[1-9]\d{0,6})$/;

const differences = createRoute({
  method: 'get',
  path: '/reconciliations/{id}/differences',
  tags,
  summary: 'List differences of a reconciliation',
  request: { params, query: differencesQuery },
  responses: { 200: json(pageOf(difference)), ...PROBLEMS },
});
const file = createRoute({
  method: 'get',
  path: '/reconciliations/{id}/differences.csv',
  tags,
  summary: 'Get the differences of a reconciliation as CSV',
  description: 'All that are named: at most 1,000 of each stage.',
  request: { params },
  responses: {
    200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
    ...PROBLEMS,
  },
});
const rows = createRoute({
  method: 'get',
  path: '/reconciliations/{id}/differences/{position}/rows',
  tags,
  summary: 'List the rows behind a difference',
  description: 'As they are now: boots, lines, payments, credit notes, what Stripe has.',
  request: {
    params: params.extend({ position: z.string().regex(POSITION, 'is not a position') }),
  },
  responses: { 200: json(rowsBehind), ...PROBLEMS },
});
const totals = createRoute({
  method: 'get',
  path: '/reconciliations/{id}/totals',
  tags,
  summary: 'List what each book has, by customer and month',
  description: 'As it was when the books were compared; what differs comes first.',
  request: { params, query: totalsQuery },
  responses: { 200: json(pageOf(customerTotals)), ...PROBLEMS },
});

export const shownDifference = (row: DifferenceRow): ShownDifference => ({
  position: row.position,
  stage: row.stage,
  kind: row.kind,
  customer:
    row.customer_id === null ? null : { id: row.customer_id, name: row.customer_name ?? '' },
  period: row.period,
  subject_id: row.subject_id,
  here: row.here,
  there: row.there,
  detail: row.detail,
  repair: repairsOf(row)[0] ?? null,
  repairs: repairsOf(row),
  repaired_at: row.repaired_at?.toISOString() ?? null,
  repairing: row.repairing,
  repair_said: row.repair_said,
});

const shownTotals = (row: TotalsRow): CustomerTotals => ({
  customer: { id: row.customer_id, name: row.customer_name },
  period: row.period,
  currency: row.currency,
  differing: row.differing,
  stages: row.stages,
});

const place = ({ position }: { position: number }): string => String(position);

/** /v1/reconciliations/{id}/…: what a comparison found. */
export function foundHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(differences, async (c) => {
    const { id: of } = found(await oneById(c.var.query, c.req.valid('param').id), 'reconciliation');
    const page = c.req.valid('query');
    const all = await differencesOf(c.var.query, of, page);
    return c.json(pageFrom(all, { limit: page.limit, key: place, item: shownDifference }), 200);
  });
  app.openapi(file, async (c) => {
    const { id: of } = found(await oneById(c.var.query, c.req.valid('param').id), 'reconciliation');
    const text = csvOf((await allDifferencesOf(c.var.query, of)).map(shownDifference));
    return c.body(text, 200, csvHeaders(of));
  });
  app.openapi(rows, async (c) => {
    const { id: of, position } = c.req.valid('param');
    const row = found(await differenceAt(c.var.query, of, Number(position)), 'difference');
    return c.json({ data: await behind(c.var.query, row) }, 200);
  });
  app.openapi(totals, async (c) => {
    const { id: of } = found(await oneById(c.var.query, c.req.valid('param').id), 'reconciliation');
    const page = c.req.valid('query');
    const all = await totalsOf(c.var.query, of, page);
    return c.json(pageFrom(all, { limit: page.limit, key: place, item: shownTotals }), 200);
  });
  return app;
}
