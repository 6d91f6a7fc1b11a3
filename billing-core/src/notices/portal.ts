import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { noticeSettings, noticesRead, portalNotices } from '../contract/notice.ts';
import { pageQuery } from '../contract/page.ts';
import { requireMay } from '../customers/model.ts';
import { notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { changeSettings } from './http.ts';
import { markRead, noticesFor, unreadBy, type OwnNoticeRow, type Reader } from './reading.ts';
import { settingsOf } from './settings-store.ts';

const tags = ['Portal'];

const list = createRoute({
  method: 'get',
  path: '/notices',
  tags,
  summary: 'List notices',
  description: 'What you were told, newest first, and how much of it you have not read.',
  request: { query: pageQuery },
  responses: { 200: json(portalNotices), ...PROBLEMS },
});
const read = createRoute({
  method: 'post',
  path: '/notices/{notice_id}/read',
  tags,
  summary: 'Mark a notice read',
  description: 'For the caller; others of the customer have read it when they have.',
  request: { params: z.object({ notice_id: id('ntc') }) },
  responses: { 200: json(noticesRead), ...PROBLEMS },
});
const readAll = createRoute({
  method: 'post',
  path: '/notices/read',
  tags,
  summary: 'Mark all notices read',
  responses: { 200: json(noticesRead), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/notice-settings',
  tags,
  summary: 'Get where e-mails go',
  responses: { 200: json(noticeSettings), ...PROBLEMS },
});
const put = createRoute({
  method: 'put',
  path: '/notice-settings',
  tags,
  summary: 'Replace where e-mails go',
  request: jsonBody(noticeSettings),
  responses: { 200: json(noticeSettings), ...PROBLEMS },
});

const readerOf = (c: ApiContext): Reader => ({
  customerId: c.var.customer.id,
  userId: c.var.user.id,
});

/** Under /portal/v1/customers/{customer_id}: what it was told. */
export function portalNoticesHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query } = c.var;
    const asked = c.req.valid('query');
    const rows = await noticesFor(query, readerOf(c), asked);
    const item = (row: OwnNoticeRow) => ({ ...row, at: row.at.toISOString() });
    const page = pageFrom(rows, { limit: asked.limit, key: (row) => row.id, item });
    return c.json({ ...page, unread: await unreadBy(query, readerOf(c)) }, 200);
  });
  app.openapi(readAll, async (c) => {
    await markRead(c.var.tx, readerOf(c), { noticeId: null, now: c.var.now });
    return c.json({ unread: await unreadBy(c.var.tx, readerOf(c)) }, 200);
  });
  app.openapi(read, async (c) => {
    const { notice_id: noticeId } = c.req.valid('param');
    if (!(await markRead(c.var.tx, readerOf(c), { noticeId, now: c.var.now }))) {
      throw notFound('notice');
    }
    return c.json({ unread: await unreadBy(c.var.tx, readerOf(c)) }, 200);
  });
  app.openapi(get, async (c) => c.json(await settingsOf(c.var.query, c.var.customer.id), 200));
  app.openapi(put, async (c) => {
    requireMay(c.var.customer.role, 'notices.write');
    return c.json(await changeSettings(c.var, c.var.customer.id, c.req.valid('json')), 200);
  });
  return app;
}
