import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { offeredPlan, type OfferedPlan } from '../contract/plan.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { shownVersion } from './model.ts';
import { listOffered, offeredVersions, type PlanRow } from './plan-store.ts';

const list = createRoute({
  method: 'get',
  path: '/plans',
  tags: ['Portal'],
  summary: 'List the plans on offer',
  description: 'The newest published version of each self-serve plan.',
  request: { params: z.object({ customer_id: id('cus') }), query: pageQuery },
  responses: { 200: json(pageOf(offeredPlan)), ...PROBLEMS },
});

/** /portal/v1/customers/{customer_id}/plans: what a customer could be on. The same for all. */
export function portalPlansHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listOffered(c.var.query, page);
    const versions = await offeredVersions(
      c.var.query,
      rows.map((row) => row.id),
    );
    const offered = rows.flatMap((row): { row: PlanRow; shown: OfferedPlan }[] => {
      const version = versions.find((one) => one.plan_id === row.id);
      if (!version) return [];
      const { id: planId, slug, name, description } = row;
      return [
        { row, shown: { id: planId, slug, name, description, version: shownVersion(version) } },
      ];
    });
    const shape = { limit: page.limit, key: (one: (typeof offered)[0]) => one.row.id };
    return c.json(pageFrom(offered, { ...shape, item: (one) => one.shown }), 200);
  });
  return app;
}
