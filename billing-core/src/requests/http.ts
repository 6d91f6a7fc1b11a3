import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import {
  requestLog,
  requestLogMessage,
  requestsLive,
  requestsQuery,
  type RequestsLive,
} from '../contract/request-log.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api, type Kit } from '../kit/http.ts';
import { followed } from '../quotas/live-http.ts';
import type { Watch } from '../usage/watch.ts';
import { requestLogOf } from './reading.ts';
import { insertLogged, insertSkipped } from './store.ts';

const tags = ['Portal'];
const ofCustomer = z.object({ customer_id: id('cus') });

const list = createRoute({
  method: 'get',
  path: '/requests',
  tags,
  summary: 'List your requests',
  description:
    'Single requests, newest first, as gateways told of them: sampled where there are many, and ' +
    'kept for `retention_hours`. `skipped` are those of that time that are not here. What is ' +
    'billed is in the usage, not here.',
  request: { params: ofCustomer, query: requestsQuery },
  responses: { 200: json(requestLog), ...PROBLEMS },
});
const live = createRoute({
  method: 'get',
  path: '/requests/live',
  tags,
  summary: 'Your requests as they happen',
  description:
    'Server-sent events named `requests` with the newest ones, on connect and on every change. ' +
    'The stream ends after ten minutes, and within five seconds when its session or membership ' +
    'ends; connect again.',
  request: { params: ofCustomer },
  responses: {
    200: { description: 'OK', content: { 'text/event-stream': { schema: requestsLive } } },
    ...PROBLEMS,
  },
});

export type RequestsKit = Pick<Kit, 'clock'> & { watch: Watch<RequestsLive>; hours: number };

/** Under /portal/v1/customers/{customer_id}: the log of its requests. */
export function portalRequestsHttp({ clock, watch, hours }: RequestsKit): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const asked = { ...c.req.valid('query'), customerId: c.var.customer.id, hours };
    return c.json(await requestLogOf(c.var.query, asked), 200);
  });
  app.openapi(live, (c) => followed(c, { clock, watch, event: 'requests' }));
  return app;
}

/** POST /internal/v1/requests: what gateways tell of single requests. */
export function toldRequestsHttp({ sql }: Pick<Kit, 'sql'>): Hono<Api> {
  const app = new Hono<Api>();
  app.post('/requests', async (c) => {
    let body: unknown;
    try {
      body = await c.req.json();
    } catch {
      throw new Fault('malformed_json');
    }
    const message = requestLogMessage.safeParse(body);
    if (!message.success) {
      const errors = message.error.issues.map(({ path, message: text }) => ({
        path: path.join('.'),
        message: text,
      }));
      throw new Fault('invalid_request', { errors });
    }
    await insertLogged(sql, message.data.requests);
    await insertSkipped(sql, message.data.skipped);
    return c.body(null, 204);
  });
  return app;
}
