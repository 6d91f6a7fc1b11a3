import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import {
  newQuotaRequest,
  QUOTA_REQUEST_STATES,
  quotaAnswer,
  quotaRequest,
} from '../contract/quota-request.ts';
import { requireMay } from '../customers/model.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { listRequests, requestById, shownRequest, type RequestRow } from './request-store.ts';
import { timedFor } from './http.ts';
import { answerRequest, askForMore, withdrawRequest } from './requests.ts';

const tags = ['Quotas'];
const params = z.object({ id: id('qrq') });
const portalTags = ['Portal'];
const ofCustomer = z.object({ customer_id: id('cus') });
const shape = { key: (row: RequestRow) => row.id, item: shownRequest };

const list = createRoute({
  method: 'get',
  path: '/quota-requests',
  tags,
  summary: 'List requests for larger quotas',
  description: 'What customers asked for in the portal, newest first.',
  request: {
    query: pageQuery.extend({
      customer_id: id('cus').optional(),
      state: z.enum(QUOTA_REQUEST_STATES).optional(),
    }),
  },
  responses: { 200: json(pageOf(quotaRequest)), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/quota-requests/{id}',
  tags,
  summary: 'Get a request for a larger quota',
  request: { params },
  responses: { 200: json(quotaRequest), ...PROBLEMS },
});
const answer = createRoute({
  method: 'post',
  path: '/quota-requests/{id}/answer',
  tags,
  summary: 'Answer a request for a larger quota',
  description:
    'Once. The customer gets a notice with the decision and the words. With `raise` the quota is ' +
    'raised in the same transaction, as by `POST /v1/quota-overrides`, in the place of what ' +
    'raised it before; without it nothing is raised: give the customer another plan, or an ' +
    'add-on.',
  request: { params, ...jsonBody(quotaAnswer) },
  responses: { 200: json(quotaRequest), ...PROBLEMS },
});

/** /v1/quota-requests: what customers asked for, and the answers. */
export function quotaRequestsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const asked = c.req.valid('query');
    const rows = await listRequests(c.var.query, asked);
    return c.json(pageFrom(rows, { limit: asked.limit, ...shape }), 200);
  });
  app.openapi(get, async (c) => {
    const row = await requestById(c.var.query, c.req.valid('param').id);
    return c.json(shownRequest(found(row, 'quota request')), 200);
  });
  app.openapi(answer, async (c) => {
    const { id: requestId } = c.req.valid('param');
    const { customer_id } = found(await requestById(c.var.query, requestId), 'quota request');
    const doing = await timedFor(c, customer_id);
    return c.json(shownRequest(await answerRequest(doing, requestId, c.req.valid('json'))), 200);
  });
  return app;
}

const listOwn = createRoute({
  method: 'get',
  path: '/quota-requests',
  tags: portalTags,
  summary: 'List your requests for larger quotas',
  request: { params: ofCustomer, query: pageQuery },
  responses: { 200: json(pageOf(quotaRequest)), ...PROBLEMS },
});
const ask = createRoute({
  method: 'post',
  path: '/quota-requests',
  tags: portalTags,
  summary: 'Ask for a larger quota',
  description: 'One at a time for each quota. Nothing changes before an admin has answered.',
  request: { params: ofCustomer, ...jsonBody(newQuotaRequest) },
  responses: { 201: json(quotaRequest, 'Created'), ...PROBLEMS },
});
const withdraw = createRoute({
  method: 'post',
  path: '/quota-requests/{quota_request_id}/withdraw',
  tags: portalTags,
  summary: 'Withdraw a request for a larger quota',
  request: { params: ofCustomer.extend({ quota_request_id: id('qrq') }) },
  responses: { 200: json(quotaRequest), ...PROBLEMS },
});

/** The same under /portal/v1/customers/{customer_id}, for whom it is about. */
export function portalQuotaRequestsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(listOwn, async (c) => {
    const asked = c.req.valid('query');
    const rows = await listRequests(c.var.query, { ...asked, customer_id: c.var.customer.id });
    return c.json(pageFrom(rows, { limit: asked.limit, ...shape }), 200);
  });
  app.openapi(ask, async (c) => {
    requireMay(c.var.customer.role, 'quotas.ask');
    const asker = { customerId: c.var.customer.id, userId: c.var.user.id };
    return c.json(shownRequest(await askForMore(c.var, asker, c.req.valid('json'))), 201);
  });
  app.openapi(withdraw, async (c) => {
    requireMay(c.var.customer.role, 'quotas.ask');
    const { quota_request_id: requestId } = c.req.valid('param');
    const row = await withdrawRequest(c.var, requestId, c.var.customer.id);
    return c.json(shownRequest(row), 200);
  });
  return app;
}
