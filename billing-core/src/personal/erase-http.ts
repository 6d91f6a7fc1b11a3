import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  erasure,
  erasurePreview,
  erasureSettings,
  newErasure,
  type Erasure,
} from '../contract/erasure.ts';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { audit } from '../kit/audit.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { eraseCustomer, previewErasure } from './erase.ts';
import { keepDays, listErasures, saveKeepDays, type ErasureRow } from './erase-store.ts';

const tags = ['Customers'];
const params = z.object({ id: id('cus') });

const preview = createRoute({
  method: 'get',
  path: '/customers/{id}/erasure',
  tags,
  summary: 'Preview the erasure of a customer',
  description: 'What would go, what is kept, and why it cannot be erased yet; or what went.',
  request: { params },
  responses: { 200: json(erasurePreview), ...PROBLEMS },
});
const erase = createRoute({
  method: 'post',
  path: '/customers/{id}/erasure',
  tags,
  summary: 'Erase a customer',
  description:
    'For good: names, addresses, numbers for tax, metadata, members who belong to nobody else, ' +
    'letters, notices, logged requests and what Stripe has. Invoices, payments and usage stay, ' +
    'without names. `name` is that of the customer. Refused with `state_conflict` and each ' +
    'reason in `errors`; a second time changes nothing.',
  request: { params, ...jsonBody(newErasure) },
  responses: { 200: json(erasure), ...PROBLEMS },
});
const list = createRoute({
  method: 'get',
  path: '/erasures',
  tags,
  summary: 'List erasures',
  description: 'Newest first. Keep it beside backups: what is restored is erased by it again.',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(erasure)), ...PROBLEMS },
});
const getSettings = createRoute({
  method: 'get',
  path: '/erasure-settings',
  tags,
  summary: 'Get how long documents of erased customers keep their name',
  responses: { 200: json(erasureSettings), ...PROBLEMS },
});
const putSettings = createRoute({
  method: 'put',
  path: '/erasure-settings',
  tags,
  summary: 'Set how long documents of erased customers keep their name',
  description: 'What has lost its name has lost it for good. See what your tax law asks for.',
  request: jsonBody(erasureSettings),
  responses: { 200: json(erasureSettings), ...PROBLEMS },
});

const shown = ({ erased_at, whole_at, ...row }: ErasureRow): Erasure => ({
  ...row,
  erased_at: erased_at.toISOString(),
  whole_at: whole_at?.toISOString() ?? null,
});

/** /v1: erasures of customers; whether Stripe collects, which is told of them first. */
export function erasuresHttp(isCollecting: boolean): OpenAPIHono<Api> {
  const app = api();
  app.openapi(preview, async (c) =>
    c.json(
      await previewErasure(c.var.query, { ...c.req.valid('param'), now: c.var.now, isCollecting }),
      200,
    ),
  );
  app.openapi(erase, async (c) => {
    const asked = { ...c.req.valid('param'), ...c.req.valid('json'), isCollecting };
    return c.json(shown(await eraseCustomer(c.var, asked)), 200);
  });
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listErasures(c.var.query, page);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shown }), 200);
  });
  app.openapi(getSettings, async (c) =>
    c.json({ keep_documents_days: await keepDays(c.var.query) }, 200),
  );
  app.openapi(putSettings, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const wanted = c.req.valid('json');
    await saveKeepDays(tx, wanted.keep_documents_days);
    const deed = { actor, action: 'erasure_settings.update', subjectId: 'erasure_settings' };
    await audit(tx, { ...deed, now, requestId, detail: wanted });
    return c.json(wanted, 200);
  });
  return app;
}
