import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { quotaAlerts } from '../contract/quota-alerts.ts';
import { requireMay } from '../customers/model.ts';
import { lockCustomer } from '../customers/store.ts';
import { audit } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { alertsFor, saveAlerts } from './alert-store.ts';

const tags = ['Portal'];
const params = z.object({ customer_id: id('cus') });

const get = createRoute({
  method: 'get',
  path: '/quota-alerts',
  tags,
  summary: 'Get when you are told of quotas',
  request: { params },
  responses: { 200: json(quotaAlerts), ...PROBLEMS },
});
const put = createRoute({
  method: 'put',
  path: '/quota-alerts',
  tags,
  summary: 'Set when you are told of quotas',
  description:
    'Shares of each quota of a day, a month or a billing period, in percent; up to five.',
  request: { params, ...jsonBody(quotaAlerts) },
  responses: { 200: json(quotaAlerts), ...PROBLEMS },
});

/** Under /portal/v1/customers/{customer_id}: at which shares of its quotas it is told. */
export function portalAlertsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => {
    return c.json({ percents: await alertsFor(c.var.query, c.var.customer.id) }, 200);
  });
  app.openapi(put, async (c) => {
    requireMay(c.var.customer.role, 'quotas.ask');
    const { tx, actor, now, requestId, customer } = c.var;
    const { percents } = c.req.valid('json');
    found(await lockCustomer(tx, customer.id), 'customer');
    const before = await alertsFor(tx, customer.id);
    await saveAlerts(tx, customer.id, percents);
    const deed = { actor, action: 'customer.quota_alerts', subjectId: customer.id };
    await audit(tx, { ...deed, now, requestId, detail: { before, after: percents } });
    // What was found of its windows is forgotten, and looked at again.
    await appendChange(tx, 'customer', customer.id);
    return c.json({ percents: percents.toSorted((a, b) => a - b) }, 200);
  });
  return app;
}
