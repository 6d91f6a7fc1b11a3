import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { portalCustomer } from '../contract/customer.ts';
import { newOwnCustomer } from '../contract/subscription.ts';
import { shownPortalCustomer } from '../customers/http.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { becomeCustomer } from './actions.ts';

const create = createRoute({
  method: 'post',
  path: '/customers',
  tags: ['Portal'],
  summary: 'Become a customer',
  description: 'The caller owns it. It starts on the self-serve default plan, if there is one.',
  request: jsonBody(newOwnCustomer),
  responses: { 201: json(portalCustomer, 'Created'), ...PROBLEMS },
});

/** POST /portal/v1/customers: customer, owner and first subscription in one transaction. */
export function portalSubscriptionsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(create, async (c) => {
    const customer = await becomeCustomer(c.var, c.req.valid('json'), c.var.user.id);
    return c.json(shownPortalCustomer(customer), 201);
  });
  return app;
}
