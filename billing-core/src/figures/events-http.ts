import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  customerEvent,
  customerEventsQuery,
  type CustomerEvent,
} from '../contract/customer-event.ts';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import { customerById } from '../customers/store.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { afterCursor, pageFrom } from '../kit/page.ts';
import { customerEventRows, type EventRow } from './event-store.ts';

const PLACE = /^(\d{1,18}) ([\w.]{1,80})$/;

const list = createRoute({
  method: 'get',
  path: '/customers/{id}/events',
  tags: ['Customers'],
  summary: 'List what happened to a customer',
  description: 'Plans, money, access, notices and deeds of admins in one order; newest first.',
  request: { params: z.object({ id: id('cus') }), query: customerEventsQuery },
  responses: { 200: json(pageOf(customerEvent)), ...PROBLEMS },
});

/** /v1/customers/{id}/events: the timeline of a customer. */
export function customerEventsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query, now } = c.var;
    const customer = found(await customerById(query, c.req.valid('param').id), 'customer');
    const { topic, ...page } = c.req.valid('query');
    const [, micros, after] = PLACE.exec(afterCursor(page, PLACE) ?? '') ?? [];
    const rows = await customerEventRows(query, {
      customerId: customer.id,
      topic,
      after: micros === undefined || after === undefined ? undefined : { micros, id: after },
      until: now,
      limit: page.limit,
    });
    const item = ({ micros: _, at, ...row }: EventRow): CustomerEvent => ({
      ...row,
      at: at.toISOString(),
    });
    const key = (row: EventRow): string => `${row.micros} ${row.id}`;
    return c.json(pageFrom(rows, { limit: page.limit, key, item }), 200);
  });
  return app;
}
