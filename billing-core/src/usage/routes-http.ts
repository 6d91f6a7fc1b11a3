import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { routeHealth } from '../contract/route-health.ts';
import { routeId } from '../contract/route.ts';
import { VALUE_FAULT_DAYS, VALUE_FAULT_DAYS_MAX, valueFaults } from '../contract/value-fault.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { routeById } from '../routes/store.ts';
import { healthOf } from './reports.ts';
import { valueFaultsOf } from './value-faults.ts';

const DAY_MS = 86_400_000;
const days = z.coerce.number().int().min(1).max(VALUE_FAULT_DAYS_MAX).default(VALUE_FAULT_DAYS);

const faults = createRoute({
  method: 'get',
  path: '/routes/{id}/value-faults',
  tags: ['Routes'],
  summary: "Values that a route's metering could not read",
  description:
    'Billed requests whose value in the response was missing or bad; the fallback was charged.',
  request: { params: routeId, query: z.object({ days }) },
  responses: { 200: json(valueFaults), ...PROBLEMS },
});

const health = createRoute({
  method: 'get',
  path: '/routes/{id}/health',
  tags: ['Routes'],
  summary: "How a route's upstreams do",
  description:
    'Each gateway sees by itself, and tells every few seconds: whether its circuit breaker has ' +
    'taken an upstream out, and what its health checks say. What is null is not known.',
  request: { params: routeId },
  responses: { 200: json(routeHealth), ...PROBLEMS },
});

/** /v1/routes/{id}/…: whether the upstreams say what the route bills by, and how they do. */
export function routeReadingsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(faults, async (c) => {
    const { query, now } = c.var;
    const { id } = c.req.valid('param');
    found(await routeById(query, id), 'route');
    const since = now - c.req.valid('query').days * DAY_MS;
    const data = await valueFaultsOf(query, id, since);
    return c.json({ data, since: new Date(since).toISOString() }, 200);
  });
  app.openapi(health, async (c) => {
    const { id } = c.req.valid('param');
    const { definition } = found(await routeById(c.var.query, id), 'route');
    const urls = [...new Set(definition.upstreams.map(({ url }) => url))];
    return c.json(await healthOf(c.var.query, { id, urls }), 200);
  });
  return app;
}
