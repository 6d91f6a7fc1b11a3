import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import {
  newSubscription,
  subscription,
  subscriptionChange,
  SUBSCRIPTION_STATES,
} from '../contract/subscription.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { cancelSubscription, changeSubscription, subscribe } from './actions.ts';
import { shownSubscription, type SubscriptionRow } from './model.ts';
import { listSubscriptions, subscriptionById } from './store.ts';

const tags = ['Subscriptions'];
const subscriptionId = z.object({ id: id('sub') });
const subscriptionsQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  state: z.enum(SUBSCRIPTION_STATES).optional(),
});

const list = createRoute({
  method: 'get',
  path: '/subscriptions',
  tags,
  summary: 'List subscriptions',
  request: { query: subscriptionsQuery },
  responses: { 200: json(pageOf(subscription)), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/subscriptions',
  tags,
  summary: 'Subscribe a customer',
  description: 'To a published version in its currency; one live subscription a customer.',
  request: jsonBody(newSubscription),
  responses: { 201: json(subscription, 'Created'), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/subscriptions/{id}',
  tags,
  summary: 'Get a subscription',
  request: { params: subscriptionId },
  responses: { 200: json(subscription), ...PROBLEMS },
});
const cancel = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/cancel',
  tags,
  summary: 'Cancel a subscription now',
  request: { params: subscriptionId },
  responses: { 200: json(subscription), ...PROBLEMS },
});
const change = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/change',
  tags,
  summary: 'Move to another plan version now',
  description: 'Used units carry over; periods and a trial stay as they were.',
  request: { params: subscriptionId, ...jsonBody(subscriptionChange) },
  responses: { 200: json(subscription), ...PROBLEMS },
});

/** /v1/subscriptions: who is on which plan version. */
export function subscriptionsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query, now } = c.var;
    const page = c.req.valid('query');
    const rows = await listSubscriptions(query, page, now);
    const item = (row: SubscriptionRow) => shownSubscription(row, now);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    const row = await subscribe(c.var, c.req.valid('json'));
    return c.json(shownSubscription(row, c.var.now), 201);
  });
  app.openapi(get, async (c) => {
    const row = await subscriptionById(c.var.query, c.req.valid('param').id);
    return c.json(shownSubscription(found(row, 'subscription'), c.var.now), 200);
  });
  app.openapi(cancel, async (c) => {
    const row = await cancelSubscription(c.var, c.req.valid('param').id);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(change, async (c) => {
    const versionId = c.req.valid('json').plan_version_id;
    const row = await changeSubscription(c.var, c.req.valid('param').id, versionId);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  return app;
}
