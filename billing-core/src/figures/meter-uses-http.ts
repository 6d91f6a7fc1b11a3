import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { meterById } from '../catalog/store.ts';
import { id } from '../contract/field.ts';
import { meterUses } from '../contract/meter-uses.ts';
import { VALUE_FAULT_DAYS, VALUE_FAULT_DAYS_MAX } from '../contract/value-fault.ts';
import { DAY_MS } from '../kit/clock.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { valueFaultsOn } from '../usage/value-faults.ts';
import { countingRoutes, pricesOf, quotasOf } from './meter-uses-store.ts';

const days = z.coerce.number().int().min(1).max(VALUE_FAULT_DAYS_MAX).default(VALUE_FAULT_DAYS);

const uses = createRoute({
  method: 'get',
  path: '/meters/{id}/uses',
  tags: ['Catalog'],
  summary: 'Get what uses a meter',
  description:
    'Routes that count on it, prices and quotas of drafts and published versions that name it ' +
    '(the newest hundred of each), and values of the last `days` that upstreams did not say.',
  request: { params: z.object({ id: id('mtr') }), query: z.object({ days }) },
  responses: { 200: json(meterUses), ...PROBLEMS },
});

/** /v1/meters/{id}/uses: what a change of a meter, or its end, would be a change of. */
export function meterUsesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(uses, async (c) => {
    const { query, now } = c.var;
    const meter = found(await meterById(query, c.req.valid('param').id), 'meter');
    const since = now - c.req.valid('query').days * DAY_MS;
    const answer = {
      routes: await countingRoutes(query, meter.id),
      prices: await pricesOf(query, meter.id),
      quotas: await quotasOf(query, meter),
      faults: await valueFaultsOn(query, meter.id, since),
      since: new Date(since).toISOString(),
    };
    return c.json(answer, 200);
  });
  return app;
}
