import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import {
  lineEntries as entriesSchema,
  lineEntriesQuery,
  lineMinutesQuery,
  lineSteps,
} from '../contract/invoice-usage.ts';
import { pageQuery } from '../contract/page.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { lineEntries, lineHours, lineMinutes, lineRange, type LineRange } from './drill.ts';
import { invoiceById } from './store.ts';

const path = '/invoices/{invoice_id}/lines/{position}';
const params = z.object({
  invoice_id: id('inv'),
  position: z.string().regex(/^(0|[1-9]\d{0,5})$/, 'is not the position of a line'),
});
type Params = z.infer<typeof params>;

const routes = (tags: string[]) => ({
  hours: createRoute({
    method: 'get',
    path: `${path}/hours`,
    tags,
    summary: 'List the hours of a usage line',
    description: 'From the entries of the ledger that it bills; together they are its quantity.',
    request: { params, query: pageQuery },
    responses: { 200: json(lineSteps), ...PROBLEMS },
  }),
  minutes: createRoute({
    method: 'get',
    path: `${path}/minutes`,
    tags,
    summary: 'List the minutes of a usage line',
    request: { params, query: lineMinutesQuery },
    responses: { 200: json(lineSteps), ...PROBLEMS },
  }),
  entries: createRoute({
    method: 'get',
    path: `${path}/entries`,
    tags,
    summary: 'List the ledger entries of a usage line',
    request: { params, query: lineEntriesQuery },
    responses: { 200: json(entriesSchema), ...PROBLEMS },
  }),
});

/** The range of a line of an invoice; on the customer side of its own invoices, but for drafts. */
async function rangeOf(
  c: ApiContext,
  { invoice_id, position }: Params,
): Promise<LineRange | undefined> {
  const { query, customer } = c.var;
  const row = await invoiceById(query, invoice_id);
  const isTheirs = row?.customer_id === customer?.id && row?.state !== 'draft';
  const seen = found(customer === undefined || isTheirs ? row : undefined, 'invoice');
  return lineRange(query, seen, Number(position));
}

function drillHttp(tags: string[]): OpenAPIHono<Api> {
  const app = api();
  const { hours, minutes, entries } = routes(tags);
  app.openapi(hours, async (c) => {
    const range = await rangeOf(c, c.req.valid('param'));
    return c.json(await lineHours(c.var.query, range, c.req.valid('query')), 200);
  });
  app.openapi(minutes, async (c) => {
    const range = await rangeOf(c, c.req.valid('param'));
    return c.json(await lineMinutes(c.var.query, range, c.req.valid('query')), 200);
  });
  app.openapi(entries, async (c) => {
    const range = await rangeOf(c, c.req.valid('param'));
    return c.json(await lineEntries(c.var.query, range, c.req.valid('query')), 200);
  });
  return app;
}

/** /v1/invoices/…/lines/…: where the quantity of a line is in the ledger. */
export const invoiceUsageHttp = (): OpenAPIHono<Api> => drillHttp(['Invoices']);

/** The same of a customer's own invoices, under /portal/v1/customers/{customer_id}. */
export const portalInvoiceUsageHttp = (): OpenAPIHono<Api> => drillHttp(['Portal']);
