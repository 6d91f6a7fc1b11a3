import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../contract/page.ts';
import { newSecret, secret, secretId, secretPatch, type Secret } from '../contract/secret.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import type { Vault } from '../kit/vault.ts';
import type { RouteRow } from './model.ts';
import { listSecrets, secretById, type SecretRow } from './secret-store.ts';
import { addSecret, changeSecret, deleteSecret, usersOf } from './secrets.ts';
import { liveRows } from './store.ts';

const tags = ['Routes'];

const list = createRoute({
  method: 'get',
  path: '/secrets',
  tags,
  summary: 'List secrets',
  description: 'Their names, never their texts.',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(secret)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/secrets',
  tags,
  summary: 'Create a secret',
  description: 'A text that only upstreams may see. It is stored sealed, and in no answer.',
  request: jsonBody(newSecret),
  responses: { 201: json(secret, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/secrets/{id}',
  tags,
  summary: 'Get a secret',
  description: 'Its name and who uses it, never its text.',
  request: { params: secretId },
  responses: { 200: json(secret), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/secrets/{id}',
  tags,
  summary: 'Replace the text of a secret',
  description: 'Gateways send the new one within a second.',
  request: { params: secretId, ...jsonBody(secretPatch) },
  responses: { 200: json(secret), ...PROBLEMS },
});

const remove = createRoute({
  method: 'delete',
  path: '/secrets/{id}',
  tags,
  summary: 'Delete a secret',
  description: 'Refused while a route uses it.',
  request: { params: secretId },
  responses: { 204: { description: 'Deleted' }, ...PROBLEMS },
});

const shown = (row: SecretRow, routes: readonly RouteRow[]): Secret => ({
  id: row.id,
  name: row.name,
  used_by: usersOf(routes, row.name),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

/** /v1/secrets: texts for upstreams, which go in and do not come out. */
export function secretsHttp(vault: Vault | undefined): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const routes = await liveRows(c.var.query);
    const rows = await listSecrets(c.var.query, page);
    const item = (row: SecretRow) => shown(row, routes);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) =>
    c.json(shown(await addSecret(c.var, vault, c.req.valid('json')), []), 201),
  );
  app.openapi(get, async (c) => {
    const row = found(await secretById(c.var.query, c.req.valid('param').id), 'secret');
    return c.json(shown(row, await liveRows(c.var.query)), 200);
  });
  app.openapi(patch, async (c) => {
    const { id } = c.req.valid('param');
    const row = await changeSecret(c.var, vault, { id, ...c.req.valid('json') });
    return c.json(shown(row, await liveRows(c.var.tx)), 200);
  });
  app.openapi(remove, async (c) => {
    await deleteSecret(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  return app;
}
