import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { deadLetter, gatewayState } from '../contract/gateway-state.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { usageEntriesQuery, usageEntry, usageQuery, usageSeries } from '../contract/usage.ts';
import { atTimeOf } from '../customers/clock.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { usageEntries } from './entries.ts';
import { listDeadLetters, listGateways } from './gateways.ts';
import { usageSeries as seriesOf, usageSeriesOfAll } from './query.ts';

const tags = ['Usage'];

const series = createRoute({
  method: 'get',
  path: '/usage',
  tags,
  summary: 'Usage over time',
  description: 'Of one customer, or of all together. Steps without usage are left out.',
  request: { query: usageQuery.extend({ customer_id: id('cus').optional() }) },
  responses: { 200: json(usageSeries), ...PROBLEMS },
});

const entries = createRoute({
  method: 'get',
  path: '/usage/entries',
  tags,
  summary: 'Ledger rows of a customer',
  description: 'With the `roll` of a total: exactly the rows that made it up.',
  request: { query: usageEntriesQuery.extend({ customer_id: id('cus') }) },
  responses: { 200: json(pageOf(usageEntry)), ...PROBLEMS },
});

const deadLetters = createRoute({
  method: 'get',
  path: '/usage/dead-letters',
  tags,
  summary: 'Batches that could not be read',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(deadLetter)), ...PROBLEMS },
});

const gateways = createRoute({
  method: 'get',
  path: '/gateways',
  tags,
  summary: 'Gateways and their boots',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(gatewayState)), ...PROBLEMS },
});

/** /v1/usage and /v1/gateways: everybody's usage, for admins. */
export function usageHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(series, async (c) => {
    const { customer_id: customerId, ...asked } = c.req.valid('query');
    const answer =
      customerId === undefined
        ? await usageSeriesOfAll(c.var, asked)
        : await seriesOf(customerId, await atTimeOf(c.var, customerId), asked);
    return c.json(answer, 200);
  });
  app.openapi(entries, async (c) => {
    const { customer_id: customerId, ...asked } = c.req.valid('query');
    return c.json(await usageEntries(customerId, await atTimeOf(c.var, customerId), asked), 200);
  });
  app.openapi(deadLetters, async (c) =>
    c.json(await listDeadLetters(c.var.query, c.req.valid('query')), 200),
  );
  app.openapi(gateways, async (c) => c.json(await listGateways(c.var, c.req.valid('query')), 200));
  return app;
}

// The path's customer is documented here and read by the access check alone; handlers use c.var.
const ofCustomer = z.object({ customer_id: id('cus') });

const portalSeries = createRoute({
  method: 'get',
  path: '/usage',
  tags: ['Portal'],
  summary: 'Your usage over time',
  request: { params: ofCustomer, query: usageQuery },
  responses: { 200: json(usageSeries), ...PROBLEMS },
});

const portalEntries = createRoute({
  method: 'get',
  path: '/usage/entries',
  tags: ['Portal'],
  summary: 'Your ledger rows',
  description: 'With the `roll` of a total: exactly the rows that made it up.',
  request: { params: ofCustomer, query: usageEntriesQuery },
  responses: { 200: json(pageOf(usageEntry)), ...PROBLEMS },
});

/** Under /portal/v1/customers/{customer_id}: the usage of the customer the caller may see. */
export function portalUsageHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalSeries, async (c) =>
    c.json(await seriesOf(c.var.customer.id, c.var, c.req.valid('query')), 200),
  );
  app.openapi(portalEntries, async (c) =>
    c.json(await usageEntries(c.var.customer.id, c.var, c.req.valid('query')), 200),
  );
  return app;
}
