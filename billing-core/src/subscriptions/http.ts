import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import {
  listedSubscription,
  newSubscription,
  subscription,
  SUBSCRIPTION_STATES,
} from '../contract/subscription.ts';
import { atTimeOf } from '../customers/clock.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { subscribe } from './actions.ts';
import { shownSubscription } from './model.ts';
import { listSubscriptions, subscriptionById, type ListedRow } from './row-store.ts';
import { stepsHttp } from './steps-http.ts';

const tags = ['Subscriptions'];
const subscriptionId = z.object({ id: id('sub') });
const subscriptionsQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  plan_version_id: id('plv').optional(),
  state: z.enum(SUBSCRIPTION_STATES).optional(),
});

const list = createRoute({
  method: 'get',
  path: '/subscriptions',
  tags,
  summary: 'List subscriptions',
  request: { query: subscriptionsQuery },
  responses: { 200: json(pageOf(listedSubscription)), ...PROBLEMS },
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
/** /v1/subscriptions: who is on which plan version. */
export function subscriptionsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query, now } = c.var;
    const page = c.req.valid('query');
    const rows = await listSubscriptions(query, page, now);
    const item = ({ clock_ms, customer_name, ...row }: ListedRow) => ({
      ...shownSubscription(row, now + Number(clock_ms)),
      customer_name,
    });
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    const wanted = c.req.valid('json');
    const doing = await atTimeOf(c.var, wanted.customer_id);
    const row = await subscribe(doing, wanted);
    return c.json(shownSubscription(row, doing.now), 201);
  });
  app.openapi(get, async (c) => {
    const row = await subscriptionById(c.var.query, c.req.valid('param').id);
    return c.json(shownSubscription(found(row, 'subscription'), c.var.now), 200);
  });
  app.route('/', stepsHttp());
  return app;
}
