import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { recoveryState } from '../contract/recovery.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { awaitedBoots, newestRecovery } from '../usage/recovery.ts';

const AWAITED_SHOWN_MAX = 100;

const get = createRoute({
  method: 'get',
  path: '/recovery',
  tags: ['Usage'],
  summary: 'The last time the database went back, and what it waits for',
  description:
    'After a restore, or a failover that lost commits, hard quotas are not lent until every boot ' +
    'of before has shipped what it recorded, or is written off.',
  responses: { 200: json(recoveryState), ...PROBLEMS },
});

/** /v1/recovery: for admins who have just put a backup back. */
export function recoveryHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => {
    const { number, reason, began_at } = await newestRecovery(c.var.query);
    const awaited = await awaitedBoots(c.var.query, AWAITED_SHOWN_MAX);
    const state = {
      number: String(number),
      reason,
      began_at: began_at.toISOString(),
      open: awaited.length === 0,
      awaited: awaited.map((boot) => ({ ...boot, last_seen_at: boot.last_seen_at.toISOString() })),
    };
    return c.json(state, 200);
  });
  return app;
}
