import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { pageOf, pageQuery } from '../contract/page.ts';
import {
  newRoute,
  route,
  ROUTE_STATES,
  routeId,
  routePatch,
  routeVersion,
} from '../contract/route.ts';
import type { Doing } from '../kit/audit.ts';
import { found, notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import type { Vault } from '../kit/vault.ts';
import { addRoute, changeRoute, deleteRoute } from './actions.ts';
import { shownRoute, shownVersion } from './model.ts';
import { listRoutes, listRouteVersions, routeById } from './store.ts';

const tags = ['Routes'];

const list = createRoute({
  method: 'get',
  path: '/routes',
  tags,
  summary: 'List routes',
  request: { query: pageQuery.extend({ state: z.enum(ROUTE_STATES).optional() }) },
  responses: { 200: json(pageOf(route)), ...PROBLEMS },
});

const create = createRoute({
  method: 'post',
  path: '/routes',
  tags,
  summary: 'Create a route',
  description: 'Gateways serve it within a second. Refused when an active route matches alike.',
  request: jsonBody(newRoute),
  responses: { 201: json(route, 'Created'), ...PROBLEMS },
});

const get = createRoute({
  method: 'get',
  path: '/routes/{id}',
  tags,
  summary: 'Get a route',
  request: { params: routeId },
  responses: { 200: json(route), ...PROBLEMS },
});

const patch = createRoute({
  method: 'patch',
  path: '/routes/{id}',
  tags,
  summary: 'Change a route',
  description: 'Makes a new version; usage names the version it was served under.',
  request: { params: routeId, ...jsonBody(routePatch) },
  responses: { 200: json(route), ...PROBLEMS },
});

const remove = createRoute({
  method: 'delete',
  path: '/routes/{id}',
  tags,
  summary: 'Delete a route',
  request: { params: routeId },
  responses: { 204: { description: 'Deleted' }, ...PROBLEMS },
});

const versions = createRoute({
  method: 'get',
  path: '/routes/{id}/versions',
  tags,
  summary: 'List the versions of a route',
  description: 'Also of a deleted one.',
  request: { params: routeId, query: pageQuery },
  responses: { 200: json(pageOf(routeVersion)), ...PROBLEMS },
});

/** /v1/routes: what gateways match, where they forward to, and what they meter. */
export function routesHttp(vault?: Vault): OpenAPIHono<Api> {
  const app = api();
  const doing = ({ tx, actor, now, requestId }: Doing) => ({ tx, actor, now, requestId, vault });
  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listRoutes(c.var.query, query);
    return c.json(
      pageFrom(rows, { limit: query.limit, key: (row) => row.id, item: shownRoute }),
      200,
    );
  });
  app.openapi(create, async (c) =>
    c.json(shownRoute(await addRoute(doing(c.var), c.req.valid('json'))), 201),
  );
  app.openapi(get, async (c) => {
    const row = await routeById(c.var.query, c.req.valid('param').id);
    return c.json(shownRoute(found(row, 'route')), 200);
  });
  app.openapi(patch, async (c) => {
    const row = await changeRoute(doing(c.var), c.req.valid('param').id, c.req.valid('json'));
    return c.json(shownRoute(row), 200);
  });
  app.openapi(remove, async (c) => {
    await deleteRoute(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  app.openapi(versions, async (c) => {
    const page = c.req.valid('query');
    const rows = await listRouteVersions(c.var.query, c.req.valid('param').id, page);
    // Every route has a version: none on the first page means no such route.
    if (rows.length === 0 && page.cursor === undefined) throw notFound('route');
    const key = (row: { version: number }) => String(row.version);
    return c.json(pageFrom(rows, { limit: page.limit, key, item: shownVersion }), 200);
  });
  return app;
}
