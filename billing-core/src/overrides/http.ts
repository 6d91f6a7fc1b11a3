import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { newQuotaOverride, OVERRIDE_STATES, quotaOverride } from '../contract/quota-override.ts';
import { atTimeOf } from '../customers/clock.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { makeOverride, stopOverride, type Timed } from './actions.ts';
import { listOverrides, overrideById, shownOverride, type OverrideRow } from './store.ts';

const tags = ['Quotas'];
const params = z.object({ id: id('qov') });

const list = createRoute({
  method: 'get',
  path: '/quota-overrides',
  tags,
  summary: 'List raised quotas',
  description: 'Of all customers, newest first: what holds, and what has ended.',
  request: {
    query: pageQuery.extend({
      customer_id: id('cus').optional(),
      state: z.enum(OVERRIDE_STATES).optional(),
    }),
  },
  responses: { 200: json(pageOf(quotaOverride)), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/quota-overrides/{id}',
  tags,
  summary: 'Get a raised quota',
  request: { params },
  responses: { 200: json(quotaOverride), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/quota-overrides',
  tags,
  summary: 'Raise a quota of one customer',
  description:
    'Beyond what its plan and add-ons come to, until `ends_at` or until it is ended. Gateways ' +
    'hear of it within a second, and the customer gets a notice. Of one quota one override ' +
    'holds: another limit or end is a new one that names in `replaces` the one that holds (409 ' +
    'else). A larger limit of another plan holds all the same.',
  request: jsonBody(newQuotaOverride),
  responses: { 201: json(quotaOverride, 'Created'), ...PROBLEMS },
});
const end = createRoute({
  method: 'post',
  path: '/quota-overrides/{id}/end',
  tags,
  summary: 'End a raised quota',
  description:
    'What the plan and add-ons come to holds again. Gateways give back what they hold beyond it ' +
    'within a second; what was used of the window stays used.',
  request: { params },
  responses: { 200: json(quotaOverride), ...PROBLEMS },
});

/** What is done, at the time of that customer. */
export async function timedFor(c: ApiContext, customerId: string): Promise<Timed> {
  return { ...(await atTimeOf(c.var, customerId)), coreNow: c.var.now };
}

/** /v1/quota-overrides: quotas that are raised for one customer. */
export function quotaOverridesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const asked = c.req.valid('query');
    const rows = await listOverrides(c.var.query, asked, c.var.now);
    const shape = { key: (row: OverrideRow) => row.id, item: shownOverride };
    return c.json(pageFrom(rows, { limit: asked.limit, ...shape }), 200);
  });
  app.openapi(get, async (c) => {
    const row = await overrideById(c.var.query, c.req.valid('param').id, c.var.now);
    return c.json(shownOverride(found(row, 'quota override')), 200);
  });
  app.openapi(create, async (c) => {
    const wanted = c.req.valid('json');
    const row = await makeOverride(await timedFor(c, wanted.customer_id), wanted);
    return c.json(shownOverride(row), 201);
  });
  app.openapi(end, async (c) => {
    const seen = await overrideById(c.var.query, c.req.valid('param').id, c.var.now);
    const { id: overrideId, customer_id } = found(seen, 'quota override');
    return c.json(
      shownOverride(await stopOverride(await timedFor(c, customer_id), overrideId)),
      200,
    );
  });
  return app;
}
