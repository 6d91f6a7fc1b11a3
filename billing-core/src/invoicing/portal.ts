import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { invoice, invoiceSummary, portalInvoicesQuery } from '../contract/invoice.ts';
import { pageOf } from '../contract/page.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { readInvoice } from './http.ts';
import { shownSummary } from './shown.ts';
import { listInvoices } from './store.ts';

const tags = ['Portal'];

const list = createRoute({
  method: 'get',
  path: '/invoices',
  tags,
  summary: 'List invoices',
  request: { query: portalInvoicesQuery },
  responses: { 200: json(pageOf(invoiceSummary)), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/invoices/{invoice_id}',
  tags,
  summary: 'Get an invoice',
  request: { params: z.object({ invoice_id: id('inv') }) },
  responses: { 200: json(invoice), ...PROBLEMS },
});

/** Under /portal/v1/customers/{customer_id}: its invoices, but for drafts. */
export function portalInvoicesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const query = { ...c.req.valid('query'), customer_id: c.var.customer.id, drafts: false };
    const rows = await listInvoices(c.var.query, query);
    const shape = { limit: query.limit, key: (row: { id: string }) => row.id, item: shownSummary };
    return c.json(pageFrom(rows, shape), 200);
  });
  app.openapi(get, async (c) => {
    const { invoice_id } = c.req.valid('param');
    return c.json(await readInvoice(c.var.query, invoice_id, c.var.customer.id), 200);
  });
  return app;
}
