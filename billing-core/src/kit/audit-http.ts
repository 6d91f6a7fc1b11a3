import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { auditEntry, type AuditEntry } from '../contract/audit.ts';
import { text } from '../contract/field.ts';
import { pageOf, pageQuery, type PageQuery } from '../contract/page.ts';
import type { Query } from './database.ts';
import { api, json, PROBLEMS, type Api } from './http.ts';
import { afterCursor, pageFrom } from './page.ts';

type AuditRow = Omit<AuditEntry, 'at'> & { at: Date };

const auditQuery = pageQuery.extend({
  subject_id: text(100).optional(),
  actor_id: text(100).optional(),
});

async function listAudit(
  sql: Query,
  query: PageQuery & { subject_id?: string | undefined; actor_id?: string | undefined },
): Promise<AuditRow[]> {
  const after = afterCursor(query, 'aud');
  const { subject_id: subject, actor_id: actor } = query;
  return sql<AuditRow[]>`
    select id, at, actor_kind, actor_id, action, subject_id, request_id, detail
      from audit_entries
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${subject === undefined ? sql`true` : sql`subject_id = ${subject}`}
       and ${actor === undefined ? sql`true` : sql`actor_id = ${actor}`}
     order by id desc limit ${query.limit + 1}`;
}

const list = createRoute({
  method: 'get',
  path: '/audit',
  tags: ['Administration'],
  summary: 'List audit entries',
  description: 'Who did what to which subject, newest first.',
  request: { query: auditQuery },
  responses: { 200: json(pageOf(auditEntry)), ...PROBLEMS },
});

/** /v1/audit: the trail that every write leaves. */
export function auditHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listAudit(c.var.query, query);
    const item = (row: AuditRow): AuditEntry => ({ ...row, at: row.at.toISOString() });
    return c.json(pageFrom(rows, { limit: query.limit, key: (row) => row.id, item }), 200);
  });
  return app;
}
