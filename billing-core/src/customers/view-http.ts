import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { beginView, endView } from '../auth/view-store.ts';
import { customerView, newCustomerView, VIEW_MINUTES } from '../contract/customer-view.ts';
import { id } from '../contract/field.ts';
import { audit } from '../kit/audit.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { customerById } from './store.ts';

const tags = ['Customers'];

const begin = createRoute({
  method: 'post',
  path: '/customer-views',
  tags,
  summary: 'View the portal as a customer',
  description:
    `For the signed-in admin who asks, for ${VIEW_MINUTES} minutes: reads of the customer side ` +
    'are answered, and every write of that session is refused (403 `view_only`) until it is ended.',
  request: jsonBody(newCustomerView),
  responses: { 201: json(customerView, 'Begun'), ...PROBLEMS },
});
const end = createRoute({
  method: 'post',
  path: '/customer-views/{id}/end',
  tags,
  summary: 'End viewing as a customer',
  request: { params: z.object({ id: id('cvw') }) },
  responses: { 204: { description: 'Ended' }, ...PROBLEMS },
});

/** The session of a signed-in admin: a token has none, and looks through no browser. */
function sessionOf(c: ApiContext): { sessionId: string; userId: string } {
  const { actor, sessionId } = c.var;
  if (actor.kind !== 'user') {
    throw new Fault('forbidden', { detail: 'Sign in: a token cannot look at the portal' });
  }
  return { sessionId, userId: actor.id };
}

/** /v1: an admin looks at the portal as a customer does, and changes nothing there. */
export function customerViewsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(begin, async (c) => {
    const { tx, actor, requestId, now } = c.var;
    const session = sessionOf(c);
    const { customer_id: subjectId, reason } = c.req.valid('json');
    const customer = found(await customerById(tx, subjectId), 'customer');
    const view = {
      id: newId('cvw', now),
      customerId: customer.id,
      beganAt: new Date(now),
      endsAt: new Date(now + VIEW_MINUTES * MINUTE_MS),
    };
    await beginView(tx, { ...view, ...session, reason });
    const detail = { view: view.id, reason, ends_at: view.endsAt.toISOString() };
    await audit(tx, { actor, action: 'customer.view', subjectId, now, requestId, detail });
    const { beganAt, endsAt } = view;
    const shown = { id: view.id, customer: { id: customer.id, name: customer.name } };
    return c.json(
      { ...shown, began_at: beganAt.toISOString(), ends_at: endsAt.toISOString() },
      201,
    );
  });
  app.openapi(end, async (c) => {
    const { tx, actor, now, requestId, view } = c.var;
    sessionOf(c);
    const { id: asked } = c.req.valid('param');
    if (view?.id !== asked) throw notFound('view of this session');
    await endView(tx, view.id, now);
    const deed = { actor, action: 'customer.view_end', subjectId: view.customerId };
    await audit(tx, { ...deed, now, requestId, detail: { view: view.id } });
    return c.body(null, 204);
  });
  return app;
}
