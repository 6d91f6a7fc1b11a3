import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { ownSessions, sessionsEnded } from '../contract/own-session.ts';
import { audit } from '../kit/audit.ts';
import { notFound } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { endOthers, endSession, sessionsOf } from './session-store.ts';

const tags = ['Portal'];

const list = createRoute({
  method: 'get',
  path: '/me/sessions',
  tags,
  summary: 'List where the caller is signed in',
  responses: { 200: json(ownSessions), ...PROBLEMS },
});
const end = createRoute({
  method: 'post',
  path: '/me/sessions/{session_id}/end',
  tags,
  summary: 'Sign out one browser',
  request: { params: z.object({ session_id: id('ses') }) },
  responses: { 204: { description: 'Ended' }, ...PROBLEMS },
});
const endAll = createRoute({
  method: 'post',
  path: '/me/sessions/end-others',
  tags,
  summary: 'Sign out everywhere else',
  responses: { 200: json(sessionsEnded), ...PROBLEMS },
});

/** /portal/v1/me/sessions: where the caller is signed in, and the end of that. */
export function sessionsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const rows = await sessionsOf(c.var.query, c.var.user.id, c.var.now);
    const data = rows.map((row) => ({
      id: row.id,
      current: row.id === c.var.sessionId,
      address: row.ip_address === '' ? null : row.ip_address,
      user_agent: row.user_agent === '' ? null : row.user_agent,
      created_at: row.created_at.toISOString(),
      seen_at: row.updated_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
    }));
    return c.json({ data }, 200);
  });
  app.openapi(endAll, async (c) => {
    const { tx, actor, now, requestId, user, sessionId } = c.var;
    const ended = await endOthers(tx, user.id, sessionId);
    const deed = { actor, action: 'session.end_others', subjectId: user.id };
    await audit(tx, { ...deed, now, requestId, detail: { ended } });
    return c.json({ ended }, 200);
  });
  app.openapi(end, async (c) => {
    const { tx, actor, now, requestId, user } = c.var;
    const { session_id } = c.req.valid('param');
    if (!(await endSession(tx, user.id, session_id))) throw notFound('session');
    const deed = { actor, action: 'session.end', subjectId: user.id };
    await audit(tx, { ...deed, now, requestId, detail: { session_id } });
    return c.body(null, 204);
  });
  return app;
}
