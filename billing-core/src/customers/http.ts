import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  billingDetails,
  customer,
  customerPatch,
  newCustomer,
  ownCustomerPatch,
  portalCustomer,
  type Customer,
  type PortalCustomer,
} from '../contract/customer.ts';
import { id, text } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { archiveCustomer, changeCustomer, createCustomer } from './actions.ts';
import { requireMay } from './model.ts';
import { customerById, listCustomers, type CustomerRow } from './store.ts';

const tags = ['Customers'];
const customerId = z.object({ id: id('cus') });
const customersQuery = pageQuery.extend({
  q: text(100).optional(),
  external_id: text().optional(),
  state: z.enum(['active', 'archived']).optional(),
});

/** What its members see of a customer. */
export function shownPortalCustomer(row: CustomerRow): PortalCustomer {
  const { key_ref: _, metadata: __, clock_ms, ...shared } = row;
  const created_at = row.created_at.toISOString();
  return { ...shared, clock_ms: Number(clock_ms), created_at };
}

const shown = (row: CustomerRow): Customer => ({
  ...shownPortalCustomer(row),
  metadata: row.metadata,
});

const list = createRoute({
  method: 'get',
  path: '/customers',
  tags,
  summary: 'List customers',
  description:
    '`q` finds a part of the name or of the external id, or the id; `external_id` who has it.',
  request: { query: customersQuery },
  responses: { 200: json(pageOf(customer)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/customers',
  tags,
  summary: 'Create a customer',
  request: jsonBody(newCustomer),
  responses: { 201: json(customer, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/customers/{id}',
  tags,
  summary: 'Get a customer',
  request: { params: customerId },
  responses: { 200: json(customer), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/customers/{id}',
  tags,
  summary: 'Change a customer',
  description:
    '`metadata` is replaced as a whole. `currency` changes only while there never was a ' +
    'subscription or an invoice in the one before, and no coupon of an amount.',
  request: { params: customerId, ...jsonBody(customerPatch) },
  responses: { 200: json(customer), ...PROBLEMS },
});

const archive = createRoute({
  method: 'delete',
  path: '/customers/{id}',
  tags,
  summary: 'Archive a customer',
  description: 'Its keys stop working; its history stays. Refused while a subscription is live.',
  request: { params: customerId },
  responses: { 204: { description: 'Archived' }, ...PROBLEMS },
});

/** /v1/customers: who pays. */
export function customersHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listCustomers(c.var.query, query);
    return c.json(pageFrom(rows, { limit: query.limit, key: (row) => row.id, item: shown }), 200);
  });
  app.openapi(create, async (c) =>
    c.json(shown(await createCustomer(c.var, c.req.valid('json'))), 201),
  );
  app.openapi(get, async (c) => {
    const row = await customerById(c.var.query, c.req.valid('param').id);
    return c.json(shown(found(row, 'customer')), 200);
  });
  app.openapi(patch, async (c) => {
    const row = await changeCustomer(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shown(row), 200);
  });
  app.openapi(archive, async (c) => {
    await archiveCustomer(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  return app;
}

const portalGet = createRoute({
  method: 'get',
  path: '/',
  tags: ['Portal'],
  summary: 'Get the customer',
  responses: { 200: json(portalCustomer), ...PROBLEMS },
});

const portalPatch = createRoute({
  method: 'patch',
  path: '/',
  tags: ['Portal'],
  summary: 'Change the customer',
  description:
    'Its name, as invoices from now on say it, and the zone of its days and months: windows of ' +
    'quotas that are in force stay as they are.',
  request: jsonBody(ownCustomerPatch),
  responses: { 200: json(portalCustomer), ...PROBLEMS },
});
const portalBilling = createRoute({
  method: 'put',
  path: '/billing-details',
  tags: ['Portal'],
  summary: 'Replace address and tax number',
  description: 'As they stand on invoices from now on, and at who collects.',
  request: jsonBody(billingDetails),
  responses: { 200: json(portalCustomer), ...PROBLEMS },
});

/** Under /portal/v1/customers/{customer_id}: the customer itself. */
export function portalCustomerHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalGet, async (c) => {
    const row = await customerById(c.var.query, c.var.customer.id);
    return c.json(shownPortalCustomer(found(row, 'customer')), 200);
  });
  app.openapi(portalPatch, async (c) => {
    requireMay(c.var.customer.role, 'customer.write');
    const row = await changeCustomer(c.var, c.var.customer.id, c.req.valid('json'));
    return c.json(shownPortalCustomer(row), 200);
  });
  app.openapi(portalBilling, async (c) => {
    requireMay(c.var.customer.role, 'payment.write');
    const row = await changeCustomer(c.var, c.var.customer.id, c.req.valid('json'));
    return c.json(shownPortalCustomer(row), 200);
  });
  return app;
}
