import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { usageGapState, type UsageGapState } from '../contract/gateway-state.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { listGaps, type GapRow } from './gap-reading.ts';

const gaps = createRoute({
  method: 'get',
  path: '/usage/gaps',
  tags: ['Usage'],
  summary: 'Usage known to be lost or unreadable',
  description: 'Nothing is dropped silently: what a gateway could not read or ship has a row here.',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(usageGapState)), ...PROBLEMS },
});

const shown = (row: GapRow): UsageGapState => ({
  gateway: row.gateway_id,
  boot: row.boot_id,
  reason: row.reason,
  first_frame: row.first_frame === null ? null : Number(row.first_frame),
  last_frame: row.last_frame === null ? null : Number(row.last_frame),
  created_at: row.created_at.toISOString(),
});

/** /v1/usage/gaps: for admins, and for whoever proves the books. */
export function gapsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(gaps, async (c) => {
    const page = c.req.valid('query');
    const key = (row: GapRow): string => String(row.id);
    const rows = await listGaps(c.var.query, page);
    return c.json(pageFrom(rows, { limit: page.limit, key, item: shown }), 200);
  });
  return app;
}
