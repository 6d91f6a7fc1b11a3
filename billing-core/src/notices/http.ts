import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { notice, noticeSettings, noticesQuery, type NoticeSettings } from '../contract/notice.ts';
import { pageOf } from '../contract/page.ts';
import { customerById, lockCustomer } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { listNotices, type NoticeRow } from './reading.ts';
import { refuseErased } from '../customers/erased.ts';
import { saveSettings, settingsOf } from './settings-store.ts';

const tags = ['Notices'];
const params = z.object({ id: id('cus') });
const settings = { 200: json(noticeSettings), ...PROBLEMS };

const list = createRoute({
  method: 'get',
  path: '/notices',
  tags,
  summary: 'List notices',
  description: 'What customers were told, and what became of each e-mail; newest first.',
  request: { query: noticesQuery },
  responses: { 200: json(pageOf(notice)), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/customers/{id}/notice-settings',
  tags,
  summary: 'Get where a customer’s e-mails go',
  request: { params },
  responses: settings,
});
const put = createRoute({
  method: 'put',
  path: '/customers/{id}/notice-settings',
  tags,
  summary: 'Replace where a customer’s e-mails go',
  description: 'For notices from now on; the portal shows all of them whatever is set.',
  request: { params, ...jsonBody(noticeSettings) },
  responses: settings,
});

/** Sets where a customer's e-mails go, and of what. Throws not_found. */
export async function changeSettings(
  doing: Doing,
  customerId: string,
  wanted: NoticeSettings,
): Promise<NoticeSettings> {
  const { tx, actor, now, requestId } = doing;
  found(await lockCustomer(tx, customerId), 'customer');
  await refuseErased(tx, customerId);
  const before = await settingsOf(tx, customerId);
  await saveSettings(tx, customerId, wanted);
  const deed = { actor, action: 'customer.notice_settings', subjectId: customerId };
  await audit(tx, { ...deed, now, requestId, detail: { before, after: wanted } });
  await appendChange(tx, 'payer', customerId);
  return wanted;
}

/** /v1/notices: what customers were told. */
export function noticesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listNotices(c.var.query, query);
    const item = (row: NoticeRow) => ({ ...row, at: row.at.toISOString() });
    return c.json(pageFrom(rows, { limit: query.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(get, async (c) => {
    const { id: customerId } = c.req.valid('param');
    found(await customerById(c.var.query, customerId), 'customer');
    return c.json(await settingsOf(c.var.query, customerId), 200);
  });
  app.openapi(put, async (c) =>
    c.json(await changeSettings(c.var, c.req.valid('param').id, c.req.valid('json')), 200),
  );
  return app;
}
