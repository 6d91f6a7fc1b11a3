import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { collection, collector, paymentPage, paymentPageWanted } from '../contract/collector.ts';
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
const invoiceParams = z.object({ invoice_id: id('inv') });
const outcome = createRoute({
  method: 'get',
  path: '/invoices/{invoice_id}/collection',
  tags,
  summary: 'Get what came of collecting an invoice',
  description: 'Such as why the card was declined.',
  request: { params: invoiceParams },
  responses: { 200: json(collection), ...PROBLEMS },
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
  request: { params: invoiceParams },
  responses: { 204: { description: 'Paid' }, ...PROBLEMS },
});

/**
 * Under /portal/v1/customers/{customer_id}. It is mounted apart from all that writes in one
 * transaction: it waits for somebody else, and writes nothing that has to hold with an answer.
 */
export function collectorHttp(collecting: Collector, sql: Sql): OpenAPIHono<Api> {
  const app = api();
  const requireTheirs = async (invoiceId: string, customerId: string): Promise<void> => {
    const row = await invoiceById(sql, invoiceId);
    if (row?.customer_id !== customerId || row.state === 'draft') throw notFound('invoice');
  };
  app.openapi(outcome, async (c) => {
    const { invoice_id } = c.req.valid('param');
    await requireTheirs(invoice_id, c.var.customer.id);
    return c.json(await collecting.collectionOf(c.var.customer.id, invoice_id), 200);
  });
  app.openapi(state, async (c) => c.json(await collecting.stateOf(c.var.customer.id), 200));
  app.openapi(page, async (c) => {
    requireMay(c.var.customer.role, 'payment.write');
    const url = await collecting.pageFor(c.var.customer.id, c.req.valid('json'));
    return c.json({ url }, 201);
  });
  app.openapi(charge, async (c) => {
    requireMay(c.var.customer.role, 'payment.write');
    const { invoice_id } = c.req.valid('param');
    await requireTheirs(invoice_id, c.var.customer.id);
    await collecting.charge(c.var.customer.id, invoice_id);
    return c.body(null, 204);
  });
  return app;
}
