import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { createdKey, key, keyPatch, keyQuery, keyRotation, newKey } from '../contract/key.ts';
import { pageOf } from '../contract/page.ts';
import { requireMay } from '../customers/model.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { changeKey, createKey, revokeKey, rotateKey, switchKey } from './actions.ts';
import { shownKey, type KeyRow } from './model.ts';
import { keyById, listKeys } from './store.ts';

const tags = ['Portal'];
// The path's customer is documented here and read by the access check alone; handlers use c.var.
const ofCustomer = z.object({ customer_id: id('cus') });
const ofKey = ofCustomer.extend({ key_id: id('key') });

const list = createRoute({
  method: 'get',
  path: '/keys',
  tags,
  summary: 'List your keys',
  request: { params: ofCustomer, query: keyQuery },
  responses: { 200: json(pageOf(key)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/keys',
  tags,
  summary: 'Create a key',
  description: 'For owners and developers. The secret is in this answer only.',
  request: { params: ofCustomer, ...jsonBody(newKey) },
  responses: { 201: json(createdKey, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/keys/{key_id}',
  tags,
  summary: 'Get a key',
  request: { params: ofKey },
  responses: { 200: json(key), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/keys/{key_id}',
  tags,
  summary: 'Change a key',
  description: 'For owners and developers.',
  request: { params: ofKey, ...jsonBody(keyPatch) },
  responses: { 200: json(key), ...PROBLEMS },
});

const revoke = createRoute({
  method: 'post',
  path: '/keys/{key_id}/revoke',
  tags,
  summary: 'Revoke a key',
  description: 'For owners and developers. Revoking it again changes nothing.',
  request: { params: ofKey },
  responses: { 200: json(key), ...PROBLEMS },
});

const disable = createRoute({
  method: 'post',
  path: '/keys/{key_id}/disable',
  tags,
  summary: 'Disable a key',
  description:
    'For owners and developers. Refused by every gateway within a second, until it is enabled.',
  request: { params: ofKey },
  responses: { 200: json(key), ...PROBLEMS },
});

const enable = createRoute({
  method: 'post',
  path: '/keys/{key_id}/enable',
  tags,
  summary: 'Enable a key',
  description:
    'For owners and developers. It is taken again as before; one that is not disabled stays ' +
    'as it is.',
  request: { params: ofKey },
  responses: { 200: json(key), ...PROBLEMS },
});

const rotate = createRoute({
  method: 'post',
  path: '/keys/{key_id}/rotate',
  tags,
  summary: 'Make a key anew',
  description:
    'For owners and developers. The new key is like this one and has a secret of its own, in ' +
    'this answer only; this one ends after the grace.',
  request: { params: ofKey, ...jsonBody(keyRotation) },
  responses: { 201: json(createdKey, 'Created'), ...PROBLEMS },
});

/** /portal/v1/customers/{customer_id}/keys: the keys of the customer the access check names. */
export function portalKeysHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { query, now, customer } = c.var;
    const page = c.req.valid('query');
    const rows = await listKeys(query, { ...page, customerId: customer.id, now });
    const item = (row: KeyRow) => shownKey(row, now);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    requireMay(c.var.customer.role, 'keys.write');
    const { row, secret } = await createKey(c.var, c.var.customer.id, c.req.valid('json'));
    return c.json({ ...shownKey(row, c.var.now), secret }, 201);
  });
  app.openapi(get, async (c) => {
    const scope = { customerId: c.var.customer.id };
    const row = await keyById(c.var.query, c.req.valid('param').key_id, scope);
    return c.json(shownKey(found(row, 'key'), c.var.now), 200);
  });
  app.openapi(patch, async (c) => {
    requireMay(c.var.customer.role, 'keys.write');
    const scope = { customerId: c.var.customer.id };
    const change = { id: c.req.valid('param').key_id, scope, patch: c.req.valid('json') };
    return c.json(shownKey(await changeKey(c.var, change), c.var.now), 200);
  });
  app.openapi(rotate, async (c) => {
    requireMay(c.var.customer.role, 'keys.write');
    const scope = { customerId: c.var.customer.id };
    const of = { id: c.req.valid('param').key_id, scope };
    const { row, secret } = await rotateKey(c.var, { ...of, ...c.req.valid('json') });
    return c.json({ ...shownKey(row, c.var.now), secret }, 201);
  });
  app.openapi(revoke, async (c) => {
    requireMay(c.var.customer.role, 'keys.write');
    const scope = { customerId: c.var.customer.id };
    const row = await revokeKey(c.var, c.req.valid('param').key_id, scope);
    return c.json(shownKey(row, c.var.now), 200);
  });
  for (const [route, on] of [
    [disable, false],
    [enable, true],
  ] as const) {
    app.openapi(route, async (c) => {
      requireMay(c.var.customer.role, 'keys.write');
      const of = { id: c.req.valid('param').key_id, scope: { customerId: c.var.customer.id } };
      return c.json(shownKey(await switchKey(c.var, { ...of, on }), c.var.now), 200);
    });
  }
  return app;
}
