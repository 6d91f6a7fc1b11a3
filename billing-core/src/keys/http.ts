import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { createdKey, key, keyPatch, keyQuery, keyRotation, newKey } from '../contract/key.ts';
import { pageOf } from '../contract/page.ts';
import { customerById } from '../customers/store.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { changeKey, createKey, revokeKey, rotateKey, switchKey } from './actions.ts';
import { shownKey, type KeyRow } from './model.ts';
import { keyById, listKeys } from './store.ts';

const tags = ['Keys'];
const ofCustomer = z.object({ customer_id: id('cus') });
const keyId = z.object({ id: id('key') });

const list = createRoute({
  method: 'get',
  path: '/customers/{customer_id}/keys',
  tags,
  summary: "List a customer's keys",
  request: { params: ofCustomer, query: keyQuery },
  responses: { 200: json(pageOf(key)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/customers/{customer_id}/keys',
  tags,
  summary: 'Create a key',
  description: 'The secret is in this answer only; store it now.',
  request: { params: ofCustomer, ...jsonBody(newKey) },
  responses: { 201: json(createdKey, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/keys/{id}',
  tags,
  summary: 'Get a key',
  request: { params: keyId },
  responses: { 200: json(key), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/keys/{id}',
  tags,
  summary: 'Change a key',
  request: { params: keyId, ...jsonBody(keyPatch) },
  responses: { 200: json(key), ...PROBLEMS },
});

const revoke = createRoute({
  method: 'post',
  path: '/keys/{id}/revoke',
  tags,
  summary: 'Revoke a key',
  description: 'For ever, at every gateway within a second. Revoking it again changes nothing.',
  request: { params: keyId },
  responses: { 200: json(key), ...PROBLEMS },
});

const disable = createRoute({
  method: 'post',
  path: '/keys/{id}/disable',
  tags,
  summary: 'Disable a key',
  description: 'Refused by every gateway within a second, until it is enabled.',
  request: { params: keyId },
  responses: { 200: json(key), ...PROBLEMS },
});

const enable = createRoute({
  method: 'post',
  path: '/keys/{id}/enable',
  tags,
  summary: 'Enable a key',
  description: 'It is taken again as before. One that is not disabled stays as it is.',
  request: { params: keyId },
  responses: { 200: json(key), ...PROBLEMS },
});

const rotate = createRoute({
  method: 'post',
  path: '/keys/{id}/rotate',
  tags,
  summary: 'Make a key anew',
  description:
    'The new key is like this one and has a secret of its own, in this answer only; this ' +
    'one ends after the grace.',
  request: { params: keyId, ...jsonBody(keyRotation) },
  responses: { 201: json(createdKey, 'Created'), ...PROBLEMS },
});

/** /v1: keys of any customer. */
export function keysHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query, now } = c.var;
    const customerId = c.req.valid('param').customer_id;
    found(await customerById(query, customerId), 'customer');
    const page = c.req.valid('query');
    const rows = await listKeys(query, { ...page, customerId, now });
    const item = (row: KeyRow) => shownKey(row, now);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    const { customer_id: customerId } = c.req.valid('param');
    const { row, secret } = await createKey(c.var, customerId, c.req.valid('json'));
    return c.json({ ...shownKey(row, c.var.now), secret }, 201);
  });
  app.openapi(get, async (c) => {
    const row = await keyById(c.var.query, c.req.valid('param').id);
    return c.json(shownKey(found(row, 'key'), c.var.now), 200);
  });
  app.openapi(patch, async (c) => {
    const change = { id: c.req.valid('param').id, scope: {}, patch: c.req.valid('json') };
    return c.json(shownKey(await changeKey(c.var, change), c.var.now), 200);
  });
  app.openapi(rotate, async (c) => {
    const of = { id: c.req.valid('param').id, scope: {} };
    const { row, secret } = await rotateKey(c.var, { ...of, ...c.req.valid('json') });
    return c.json({ ...shownKey(row, c.var.now), secret }, 201);
  });
  app.openapi(revoke, async (c) => {
    const row = await revokeKey(c.var, c.req.valid('param').id, {});
    return c.json(shownKey(row, c.var.now), 200);
  });
  for (const [route, on] of [
    [disable, false],
    [enable, true],
  ] as const) {
    app.openapi(route, async (c) => {
      const row = await switchKey(c.var, { id: c.req.valid('param').id, scope: {}, on });
      return c.json(shownKey(row, c.var.now), 200);
    });
  }
  return app;
}
