import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { balanceEntry as balanceEntrySchema, newPayout } from '../contract/balance.ts';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import { newPayment, payment, portalPayment, portalPaymentsQuery } from '../contract/payment.ts';
import { balanceEntry } from '../invoicing/balance-http.ts';
import { invoiceById } from '../invoicing/store.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { recordPayment } from './actions.ts';
import type { Collector } from './collector.ts';
import { payOut } from './payout.ts';
import { listPayments, shownPayment, shownPayments } from './store.ts';

const tags = ['Invoices'];
const params = z.object({ id: id('inv') });
const portalParams = z.object({ invoice_id: id('inv') });
const payments = z.object({ data: z.array(payment) });

const list = createRoute({
  method: 'get',
  path: '/invoices/{id}/payments',
  tags,
  summary: 'List payments of an invoice',
  request: { params },
  responses: { 200: json(payments), ...PROBLEMS },
});
const record = createRoute({
  method: 'post',
  path: '/invoices/{id}/payments',
  tags,
  summary: 'Record a payment',
  description: 'That came, in full or in part, or that went back (`kind` refund).',
  request: { params, ...jsonBody(newPayment) },
  responses: { 201: json(payment, 'Created'), ...PROBLEMS },
});
const payOutCredit = createRoute({
  method: 'post',
  path: '/customers/{id}/balance/payouts',
  tags: ['Customers'],
  summary: 'Pay out what a customer has to its credit',
  description:
    'By hand, or as a refund of an invoice that it paid (`invoice_id`). All of it unless said.',
  request: { params: z.object({ id: id('cus') }), ...jsonBody(newPayout) },
  responses: { 201: json(balanceEntrySchema, 'Created'), ...PROBLEMS },
});
const portalList = createRoute({
  method: 'get',
  path: '/invoices/{invoice_id}/payments',
  tags: ['Portal'],
  summary: 'List payments of an invoice',
  request: { params: portalParams },
  responses: { 200: json(payments), ...PROBLEMS },
});

const portalAll = createRoute({
  method: 'get',
  path: '/payments',
  tags: ['Portal'],
  summary: 'List payments',
  description: 'What came and what went back, of all invoices; newest first.',
  request: { query: portalPaymentsQuery },
  responses: { 200: json(pageOf(portalPayment)), ...PROBLEMS },
});

/** /v1/invoices/…/payments: the manual collector, and refunds through the other one. */
export function paymentsHttp({ refunds }: Pick<Collector, 'refunds'>): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const row = found(await invoiceById(c.var.query, c.req.valid('param').id), 'invoice');
    return c.json({ data: await shownPayments(c.var.query, row.id) }, 200);
  });
  app.openapi(record, async (c) => {
    const wanted = { ...c.req.valid('json'), ...(refunds && { refunds }) };
    const row = await recordPayment(c.var, c.req.valid('param').id, wanted);
    return c.json(shownPayment(row), 201);
  });
  app.openapi(payOutCredit, async (c) => {
    const wanted = { ...c.req.valid('json'), ...(refunds && { refunds }) };
    const entryId = await payOut(c.var, c.req.valid('param').id, wanted);
    return c.json(await balanceEntry(c.var.tx, entryId), 201);
  });
  return app;
}

/** Under /portal/v1/customers/{customer_id}: what was paid, in all and of one invoice. */
export function portalPaymentsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalAll, async (c) => {
    const query = c.req.valid('query');
    const rows = await listPayments(c.var.query, c.var.customer.id, query);
    const shape = { limit: query.limit, key: (row: { id: string }) => row.id };
    return c.json(pageFrom(rows, { ...shape, item: (row) => row }), 200);
  });
  app.openapi(portalList, async (c) => {
    const row = await invoiceById(c.var.query, c.req.valid('param').invoice_id);
    const theirs = row?.customer_id === c.var.customer.id && row.state !== 'draft' ? row : null;
    const { id: invoiceId } = found(theirs, 'invoice');
    return c.json({ data: await shownPayments(c.var.query, invoiceId) }, 200);
  });
  return app;
}
