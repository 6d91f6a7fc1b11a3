import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { retention, retentionSettings, type Retention } from '../contract/retention.ts';
import { audit } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { ledgerDays } from '../usage/days.ts';
import { runs, saveSettings, settingsNow } from './store.ts';

const tags = ['Administration'];

const get = createRoute({
  method: 'get',
  path: '/retention',
  tags,
  summary: 'Get how long what grows is kept',
  description: 'The settings, what rounds took away, and how far the ledger reaches.',
  responses: { 200: json(retention), ...PROBLEMS },
});
const put = createRoute({
  method: 'put',
  path: '/retention',
  tags,
  summary: 'Set how long what grows is kept',
  description:
    'In days; null: for good. A round each night takes away what is older, but nothing that an ' +
    'open period, an unpaid or disputed invoice or a comparison of the books still reads.',
  request: jsonBody(retentionSettings),
  responses: { 200: json(retention), ...PROBLEMS },
});

async function read(sql: Query, request_log_hours: number): Promise<Retention> {
  return {
    settings: await settingsNow(sql),
    rounds: await runs(sql),
    ledger: await ledgerDays(sql),
    request_log_hours,
  };
}

/** /v1/retention: for admins. */
export function retentionHttp(requestLogHours: number): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => c.json(await read(c.var.query, requestLogHours), 200));
  app.openapi(put, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const wanted = c.req.valid('json');
    const before = await settingsNow(tx);
    await saveSettings(tx, wanted);
    const deed = { actor, action: 'retention.update', subjectId: 'retention', now, requestId };
    await audit(tx, { ...deed, detail: { before, after: wanted } });
    return c.json(await read(tx, requestLogHours), 200);
  });
  return app;
}
