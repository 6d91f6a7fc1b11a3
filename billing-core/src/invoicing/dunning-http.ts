import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { debt as debtSchema, type Debt } from '../contract/debt.ts';
import { id } from '../contract/field.ts';
import { invoice } from '../contract/invoice.ts';
import { customerById } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { liveSubscription } from '../subscriptions/row-store.ts';
import { pauseDunning, remindNow, resumeDunning } from './dun.ts';
import { debtOf, overdueOf } from './dunning-store.ts';
import { dueOf, numberText } from './model.ts';
import { readInvoice } from './http.ts';

const deed = (verb: 'pause' | 'resume' | 'remind', summary: string, description: string) =>
  createRoute({
    method: 'post',
    path: `/invoices/{id}/dunning/${verb}`,
    tags: ['Invoices'],
    summary,
    description,
    request: { params: z.object({ id: id('inv') }) },
    responses: { 200: json(invoice), ...PROBLEMS },
  });
const DEEDS = [
  {
    route: deed('pause', 'Pause dunning', 'No reminders, and the plan’s choice does not hold.'),
    action: 'invoice.pause_dunning',
    act: pauseDunning,
  },
  {
    route: deed('resume', 'Resume dunning', 'Steps go on; the time of the pause does not count.'),
    action: 'invoice.resume_dunning',
    act: resumeDunning,
  },
  {
    route: deed('remind', 'Remind now', 'Beside the reminders that come by themselves.'),
    action: 'invoice.remind',
    act: remindNow,
  },
];
const responses = { 200: json(debtSchema), ...PROBLEMS };
const summary = 'Get what a customer owes past its time';
const get = createRoute({
  method: 'get',
  path: '/customers/{id}/debt',
  tags: ['Customers'],
  summary,
  request: { params: z.object({ id: id('cus') }) },
  responses,
});
const portalGet = createRoute({
  method: 'get',
  path: '/debt',
  tags: ['Portal'],
  summary,
  responses,
});

async function debtIn(sql: Query, customerId: string, now: number): Promise<Debt> {
  const { currency } = found(await customerById(sql, customerId), 'customer');
  const invoices = await overdueOf(sql, customerId, now);
  const live = await liveSubscription(sql, customerId);
  const { owedSince } = await debtOf(sql, customerId);
  const effect = live?.blocked_at ? 'block' : live?.limited_at ? 'limit' : 'none';
  const due = invoices.reduce((sum, row) => sum + dueOf(row), 0n);
  return {
    currency,
    due: due.toString(),
    owed_since: owedSince?.toISOString() ?? null,
    effect,
    invoices: invoices.map((row) => ({
      id: row.id,
      number: numberText(row.series, row.number),
      state: row.state,
      due: dueOf(row).toString(),
      due_at: row.due_at.toISOString(),
      is_paused: row.paused_at !== null,
      next:
        row.next_kind && row.next_at && row.paused_at === null
          ? { kind: row.next_kind, at: row.next_at.toISOString() }
          : null,
    })),
  };
}

async function noted(doing: Doing, action: string, invoiceId: string): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  await audit(tx, { actor, action, subjectId: invoiceId, now, requestId });
}

/** /v1/invoices/{id}/dunning/… and /v1/customers/{id}/debt. */
export function dunningHttp(): OpenAPIHono<Api> {
  const app = api();
  for (const { route, action, act } of DEEDS) {
    app.openapi(route, async (c) => {
      const { id: invoiceId } = c.req.valid('param');
      await act(c.var, invoiceId);
      await noted(c.var, action, invoiceId);
      return c.json(await readInvoice(c.var.tx, invoiceId), 200);
    });
  }
  app.openapi(get, async (c) =>
    c.json(await debtIn(c.var.query, c.req.valid('param').id, c.var.now), 200),
  );
  return app;
}

/** The same under /portal/v1/customers/{customer_id}. */
export function portalDebtHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(portalGet, async (c) =>
    c.json(await debtIn(c.var.query, c.var.customer.id, c.var.now), 200),
  );
  return app;
}
