import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { meter, meterPatch, newMeter, type Meter } from '../contract/meter.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { audit } from '../kit/audit.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { newId } from '../kit/id.ts';
import { pageFrom } from '../kit/page.ts';
import { changeMeter, removeMeter } from './actions.ts';
import { insertMeter, listMeters, meterById, type MeterRow } from './store.ts';

const tags = ['Catalog'];
const meterId = z.object({ id: id('mtr') });

const list = createRoute({
  method: 'get',
  path: '/meters',
  tags,
  summary: 'List meters',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(meter)), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/meters',
  tags,
  summary: 'Create a meter',
  request: jsonBody(newMeter),
  responses: { 201: json(meter, 'Created'), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/meters/{id}',
  tags,
  summary: 'Get a meter',
  request: { params: meterId },
  responses: { 200: json(meter), ...PROBLEMS },
});
const rename = createRoute({
  method: 'patch',
  path: '/meters/{id}',
  tags,
  summary: 'Rename a meter, or archive it',
  description:
    'Its slug, unit and decimal places never change. Nothing new can name an archived meter; ' +
    'plans that name it go on. Refused (409) while a route counts on it. `archived: false` ' +
    'takes it back.',
  request: { params: meterId, ...jsonBody(meterPatch) },
  responses: { 200: json(meter), ...PROBLEMS },
});
const remove = createRoute({
  method: 'delete',
  path: '/meters/{id}',
  tags,
  summary: 'Delete a meter',
  description: 'Refused once a route, a price or an entitlement has named it.',
  request: { params: meterId },
  responses: { 204: { description: 'Deleted' }, ...PROBLEMS },
});

const shown = (row: MeterRow): Meter => ({
  ...row,
  created_at: row.created_at.toISOString(),
  archived_at: row.archived_at?.toISOString() ?? null,
});

/** /v1/meters: named quantities that routes count and plans price. */
export function metersHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listMeters(c.var.query, page);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shown }), 200);
  });
  app.openapi(create, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const row = await insertMeter(tx, newId('mtr', now), c.req.valid('json'));
    await audit(tx, { actor, action: 'meter.create', subjectId: row.id, now, requestId });
    return c.json(shown(row), 201);
  });
  app.openapi(get, async (c) => {
    const row = await meterById(c.var.query, c.req.valid('param').id);
    return c.json(shown(found(row, 'meter')), 200);
  });
  app.openapi(rename, async (c) => {
    const row = await changeMeter(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shown(row), 200);
  });
  app.openapi(remove, async (c) => {
    await removeMeter(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  return app;
}
