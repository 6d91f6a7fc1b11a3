import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { routeTrial, routeTrialRequest } from '../contract/route-trial.ts';
import { Fault } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { shownRoute } from '../routes/model.ts';
import { liveRows } from '../routes/store.ts';
import { tryRoutes } from '../routes/trial.ts';
import { holderFact } from './facts.ts';

const trial = createRoute({
  method: 'post',
  path: '/routes/trial',
  tags: ['Routes'],
  summary: 'Test a path',
  description:
    'What a gateway would do with a request, by the code that decides there: the route, what ' +
    'its upstreams are asked for, what it counts and what limits it, or why it is refused. ' +
    'Nothing is sent or kept; how much of a limit is used up is not asked.',
  request: jsonBody(routeTrialRequest),
  responses: { 200: json(routeTrial), ...PROBLEMS },
});

/** /v1/routes/trial; here, since it asks about keys too. */
export function routeTrialHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(trial, async (c) => {
    const { query, now } = c.var;
    const asked = c.req.valid('json');
    const { key_id: id } = asked;
    const key = id === null ? undefined : await holderFact(query, { key: id }, now);
    if (id !== null && !key) {
      throw new Fault('invalid_request', { errors: [{ path: 'key_id', message: 'is not a key' }] });
    }
    const routes = (await liveRows(query)).map(shownRoute);
    return c.json(tryRoutes(routes, { asked, key, now }), 200);
  });
  return app;
}
