import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { nextInvoice as schema, type NextInvoice } from '../contract/subscription.ts';
import { customerById } from '../customers/store.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { loadedOf } from '../subscriptions/load.ts';
import { nextInvoice } from '../subscriptions/period-fees.ts';
import { liveSubscription } from '../subscriptions/row-store.ts';
import { minuteBefore } from '../subscriptions/segments.ts';
import { billedWith } from './bearing.ts';
import { noObjection, type Objection } from './collectable.ts';
import { billedUntil } from './cycle-store.ts';
import { balanceIn } from './final-store.ts';
import { neverCharged } from './given-back.ts';
import { shownNext } from './preview.ts';
import { linesOf, usageSoFar } from './preview-usage.ts';

const portalGet = createRoute({
  method: 'get',
  path: '/next-invoice',
  tags: ['Portal'],
  summary: 'Get the invoice that comes next',
  description:
    'As it would be if nothing more were used: fees, with a change that is set for then, usage ' +
    'so far with its minimums, coupons, taxes, and what comes from credit.',
  responses: { 200: json(schema), ...PROBLEMS },
});

type Asked = { customerId: string; now: number; objectionTo: Objection };

async function nextOf(sql: Query, { customerId, now, objectionTo }: Asked): Promise<NextInvoice> {
  const { currency } = found(await customerById(sql, customerId), 'customer');
  const row = await liveSubscription(sql, customerId);
  const loaded = row && (await loadedOf(sql, row));
  const from = row && ((await billedUntil(sql, row.id)) ?? minuteBefore(now));
  const next = loaded && from !== undefined ? nextInvoice(loaded, from) : undefined;
  if (loaded === undefined || next === undefined) return { currency, invoice: null };
  const usage = await usageSoFar(sql, next.closes);
  const bearing = (await billedWith(sql, [customerId], now)).of(customerId, currency);
  const balance = await balanceIn(sql, customerId, currency);
  const by = { currency, objectionTo };
  const lines = linesOf(next, usage);
  const [never] = await neverCharged(sql, [{ subscriptionId: loaded.row.id, lines }]);
  return { currency, invoice: shownNext(next, { usage, bearing, balance, never, ...by }) };
}

/**
 * GET /portal/v1/customers/{customer_id}/next-invoice.
 * @param objectionTo what whoever collects cannot take.
 */
export function portalNextInvoiceHttp(objectionTo: Objection = noObjection): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalGet, async (c) => {
    const about = { customerId: c.var.customer.id, now: c.var.now, objectionTo };
    return c.json(await nextOf(c.var.query, about), 200);
  });
  return app;
}
