import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { auditEntry, type AuditEntry } from '../contract/audit.ts';
import { text, time } from '../contract/field.ts';
import { pageOf, pageQuery, type PageQuery } from '../contract/page.ts';
import type { Query } from './database.ts';
import { api, json, PROBLEMS, type Api } from './http.ts';
import { afterCursor, pageFrom } from './page.ts';

/** A request changes a few rows; of one that changes more, the first are shown. */
const CHANGES_SHOWN_MAX = 100;

type AuditRow = Omit<AuditEntry, 'at' | 'clock_at'> & { at: Date; clock_at: Date | null };

const auditQuery = pageQuery.extend({
  subject_id: text(100).optional(),
  actor_id: text(100).optional(),
  /** What was done: `plan.create`, or all of a kind: `plan`. */
  action: z
    .string()
    .regex(/^[a-z_]{1,50}(\.[a-z_-]{1,50})?$/, 'is not an action such as plan.create, or plan')
    .optional(),
  /** From then on, and before then. */
  from: time().optional(),
  to: time().optional(),
});
type AuditQuery = PageQuery & z.output<typeof auditQuery>;

/** Entries are of that kind when their action begins with it and a dot. */
function ofAction(sql: Query, action: string) {
  if (action.includes('.')) return sql`action = ${action}`;
  return sql`starts_with(action, ${`${action}.`})`;
}

async function listAudit(sql: Query, query: AuditQuery): Promise<AuditRow[]> {
  const after = afterCursor(query, 'aud');
  const { subject_id: subject, actor_id: actor, action, from, to } = query;
  return sql<AuditRow[]>`
    select id, at, clock_at, actor_kind, actor_id, action, subject_id, request_id, address, detail,
           coalesce((select json_agg(json_build_object('table', table_name, 'row_id', row_id,
                                                       'before', before, 'after', after)
                                     order by number)
                       from (select * from audit_changes
                              where audit_changes.request_id = audit_entries.request_id
                              order by number limit ${CHANGES_SHOWN_MAX}) made), '[]') as changes
      from audit_entries
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${subject === undefined ? sql`true` : sql`subject_id = ${subject}`}
       and ${actor === undefined ? sql`true` : sql`actor_id = ${actor}`}
       and ${action === undefined ? sql`true` : ofAction(sql, action)}
       and ${from === undefined ? sql`true` : sql`at >= ${new Date(from)}`}
       and ${to === undefined ? sql`true` : sql`at < ${new Date(to)}`}
     order by id desc limit ${query.limit + 1}`;
}

const list = createRoute({
  method: 'get',
  path: '/audit',
  tags: ['Administration'],
  summary: 'List audit entries',
  description:
    'Who did what to which subject, from where, and what it was before and after; newest first.',
  request: { query: auditQuery },
  responses: { 200: json(pageOf(auditEntry)), ...PROBLEMS },
});

/** /v1/audit: the trail that every write leaves. */
export function auditHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listAudit(c.var.query, query);
    const item = (row: AuditRow): AuditEntry => ({
      ...row,
      at: row.at.toISOString(),
      clock_at: row.clock_at?.toISOString() ?? null,
    });
    return c.json(pageFrom(rows, { limit: query.limit, key: (row) => row.id, item }), 200);
  });
  return app;
}
