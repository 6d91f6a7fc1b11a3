import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { collector, paymentPage, paymentPageWanted } from '../contract/collector.ts';
import { id } from '../contract/field.ts';
import { requireMay } from '../customers/model.ts';
import { invoiceById } from '../invoicing/store.ts';
import type { Sql } from '../kit/database.ts';
import { notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import type { Collector } from './collector.ts';

const tags = ['Portal'];

const state = createRoute({
  method: 'get',
  path: '/collector',
  tags,
  summary: 'Get who collects',
  description: 'Whether invoices are paid by card, and by which.',
  responses: { 200: json(collector), ...PROBLEMS },
});
const page = createRoute({
  method: 'post',
  path: '/payment-pages',
  tags,
  summary: 'Open a page of the collector',
  description: 'Where a card is given, where cards are seen to, or where one invoice is paid.',
  request: jsonBody(paymentPageWanted),
  responses: { 201: json(paymentPage, 'Created'), ...PROBLEMS },
});
const charge = createRoute({
  method: 'post',
  path: '/invoices/{invoice_id}/charge',
  tags,
  summary: 'Pay an invoice now',
  description: 'With the card that is charged. What becomes of it is in the invoice.',
  request: { params: z.object({ invoice_id: id('inv') }) },
  responses: { 204: { description: 'Paid' }, ...PROBLEMS },
});

/**
 * Under /portal/v1/customers/{customer_id}. It is mounted apart from all that writes in one
 * transaction: it waits for somebody else, and writes nothing that has to hold with an answer.
 */
export function collectorHttp(collecting: Collector, sql: Sql): OpenAPIHono<Api> {
  const app = api();
  app.openapi(state, async (c) => c.json(await collecting.stateOf(c.var.customer.id), 200));
  app.openapi(page, async (c) => {
    requireMay(c.var.customer.role, 'payment.write');
    const url = await collecting.pageFor(c.var.customer.id, c.req.valid('json'));
    return c.json({ url }, 201);
  });
  app.openapi(charge, async (c) => {
    requireMay(c.var.customer.role, 'payment.write');
    const { invoice_id: id } = c.req.valid('param');
    const theirs = (await invoiceById(sql, id))?.customer_id === c.var.customer.id;
    if (!theirs) throw notFound('invoice');
    await collecting.charge(c.var.customer.id, id);
    return c.body(null, 204);
  });
  return app;
}
