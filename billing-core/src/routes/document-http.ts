import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { apiDocument, newApiDocument, type ApiDocument } from '../contract/api-document.ts';
import { audit } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found, notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import {
  documentRow,
  documentSource,
  removeDocument,
  saveDocument,
  type DocumentRow,
} from './document-store.ts';
import { readDocument } from './document.ts';
import { Servers } from './reference.ts';
import { activeRows } from './store.ts';

const tags = ['Routes'];
const UNROUTED_MAX = 100;
const WHAT = 'API document';

const get = createRoute({
  method: 'get',
  path: '/api-document',
  tags,
  summary: 'Get what the API document is',
  responses: { 200: json(apiDocument), ...PROBLEMS },
});
const source = createRoute({
  method: 'get',
  path: '/api-document/source',
  tags,
  summary: 'Get the API document as it was given',
  responses: { 200: json(z.object({ document: z.record(z.string(), z.unknown()) })), ...PROBLEMS },
});
const put = createRoute({
  method: 'put',
  path: '/api-document',
  tags,
  summary: 'Set the API document',
  description:
    'An OpenAPI document (3.0 or 3.1, JSON, up to 1 MiB, up to 500 operations) of the API behind ' +
    'the gateway, with paths as customers call them. In the portal each customer sees those of ' +
    'its operations that a route which it may call would take. Its `servers` are not read, and ' +
    'it refers to nothing outside itself.',
  request: jsonBody(newApiDocument),
  responses: { 200: json(apiDocument), ...PROBLEMS },
});
const remove = createRoute({
  method: 'delete',
  path: '/api-document',
  tags,
  summary: 'Remove the API document',
  responses: { 204: { description: 'Removed' }, ...PROBLEMS },
});

async function shown(sql: Query, row: DocumentRow, gatewayUrl: string): Promise<ApiDocument> {
  const { title, version, operations } = row.reference;
  const servers = new Servers(await activeRows(sql), { gatewayUrl });
  const unrouted = operations.filter((one) => servers.of(one) === undefined);
  return {
    title,
    version,
    operations: operations.length,
    unrouted: unrouted.slice(0, UNROUTED_MAX).map(({ method, path }) => ({ method, path })),
    bytes: row.bytes,
    updated_at: row.updated_at.toISOString(),
  };
}

/** /v1/api-document: what customers read of the API behind the gateway. */
export function apiDocumentHttp(gatewayUrl: string): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => {
    const row = found(await documentRow(c.var.query), WHAT);
    return c.json(await shown(c.var.query, row, gatewayUrl), 200);
  });
  app.openapi(source, async (c) => {
    const document = found(await documentSource(c.var.query), WHAT);
    return c.json({ document: document as Record<string, unknown> }, 200);
  });
  app.openapi(put, async (c) => {
    const { document } = c.req.valid('json');
    const { reference, errors } = readDocument(document);
    if (errors.length > 0) throw new Fault('invalid_request', { errors: errors.slice(0, 20) });
    const { tx, actor, now, requestId } = c.var;
    // It came as JSON.
    const given = JSON.parse(JSON.stringify(document));
    await saveDocument(tx, { source: given, reference, updated_at: new Date(now) });
    const detail = { title: reference.title, operations: reference.operations.length };
    const deed = { action: 'api_document.set', subjectId: 'api_document', detail };
    await audit(tx, { actor, now, requestId, ...deed });
    const row = found(await documentRow(tx), WHAT);
    return c.json(await shown(tx, row, gatewayUrl), 200);
  });
  app.openapi(remove, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    if (!(await removeDocument(tx))) throw notFound(WHAT);
    const deed = { action: 'api_document.remove', subjectId: 'api_document' };
    await audit(tx, { actor, now, requestId, ...deed });
    return c.body(null, 204);
  });
  return app;
}
