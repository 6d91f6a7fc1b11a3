import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  adminToken,
  mintedAdminToken,
  newAdminToken,
  type AdminToken,
} from '../contract/admin-token.ts';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { tokenState } from './model.ts';
import { listTokens, type TokenRow } from './token-store.ts';
import { createToken, endToken } from './tokens.ts';

const tags = ['Administration'];

function shown(row: TokenRow, now: number): AdminToken {
  return {
    ...row,
    state: tokenState(row, now),
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

const list = createRoute({
  method: 'get',
  path: '/admin-tokens',
  tags,
  summary: 'List admin tokens',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(adminToken)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/admin-tokens',
  tags,
  summary: 'Create an admin token',
  request: jsonBody(newAdminToken),
  responses: { 201: json(mintedAdminToken, 'Created; the token is shown once'), ...PROBLEMS },
});

const revoke = createRoute({
  method: 'post',
  path: '/admin-tokens/{id}/revoke',
  tags,
  summary: 'Revoke an admin token',
  request: { params: z.object({ id: id('tok') }) },
  responses: { 200: json(adminToken), ...PROBLEMS },
});

/** /v1/admin-tokens: the credentials of automation and of gateways. */
export function adminTokensHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listTokens(c.var.query, page);
    const item = (row: TokenRow): AdminToken => shown(row, c.var.now);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) => {
    const { row, token } = await createToken(c.var, c.req.valid('json'));
    return c.json({ ...shown(row, c.var.now), token }, 201);
  });
  app.openapi(revoke, async (c) => {
    const row = await endToken(c.var, c.req.valid('param').id);
    return c.json(shown(row, c.var.now), 200);
  });
  return app;
}
