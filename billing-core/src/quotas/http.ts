import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { overview } from '../contract/overview.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { customerOverview } from './overview.ts';

const get = createRoute({
  method: 'get',
  path: '/overview',
  tags: ['Portal'],
  summary: 'Your plan, quotas and endpoints',
  request: { params: z.object({ customer_id: id('cus') }) },
  responses: { 200: json(overview), ...PROBLEMS },
});

/** Under /portal/v1/customers/{customer_id}: the overview. `gatewayUrl` is what customers call. */
export function portalOverviewHttp(gatewayUrl: string): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) =>
    c.json(await customerOverview(c.var.customer.id, c.var, gatewayUrl), 200),
  );
  return app;
}
