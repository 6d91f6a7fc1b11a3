import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import {
  newPlanMove,
  planMove,
  planMovePreview,
  planMovesQuery,
  planMoveSubscription,
  planMoveSubscriptionsQuery,
  type PlanMoveSubscription,
} from '../contract/plan-move.ts';
import type { Sql } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { openSending } from '../kit/jobs.ts';
import { pageFrom } from '../kit/page.ts';
import { listMembers, listMoves, moveById, type MemberRow } from './move-store.ts';
import { previewMove, retryMove, shownMove, startMove, stopMove } from './moves.ts';

const tags = ['Subscriptions'];
const params = z.object({ id: id('pmv') });
const done = { 200: json(planMove), ...PROBLEMS };

const list = createRoute({
  method: 'get',
  path: '/plan-moves',
  tags,
  summary: 'List moves of everybody on a plan version',
  description: 'Newest first, each with how far it is.',
  request: { query: planMovesQuery },
  responses: { 200: json(pageOf(planMove)), ...PROBLEMS },
});
const start = createRoute({
  method: 'post',
  path: '/plan-moves',
  tags,
  summary: 'Move everybody on a plan version to another',
  description:
    'Each live subscription that is on it now, one after the other, as by its own step `change`: ' +
    'in a transaction and with an audit entry of its own, in which `part_of` names the move. It ' +
    'is done apart from this. One that is refused is kept with the reason and holds up no other. ' +
    'One move from a version runs at a time.',
  request: jsonBody(newPlanMove),
  responses: { 201: json(planMove, 'Created'), ...PROBLEMS },
});
const preview = createRoute({
  method: 'post',
  path: '/plan-moves/preview',
  tags,
  summary: 'Preview a move of everybody',
  description: 'Whom it would be about. What it comes to for one is told by the preview of a step.',
  request: jsonBody(newPlanMove),
  responses: { 200: json(planMovePreview), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/plan-moves/{id}',
  tags,
  summary: 'Get a move of everybody',
  description: 'How far it is.',
  request: { params },
  responses: done,
});
const cancel = createRoute({
  method: 'post',
  path: '/plan-moves/{id}/cancel',
  tags,
  summary: 'Cancel a move of everybody',
  description: 'Nobody is moved after the answer; whoever was moved, or set to be, stays so.',
  request: { params },
  responses: done,
});
const retry = createRoute({
  method: 'post',
  path: '/plan-moves/{id}/retry',
  tags,
  summary: 'Retry what failed of a move of everybody',
  request: { params },
  responses: done,
});
const members = createRoute({
  method: 'get',
  path: '/plan-moves/{id}/subscriptions',
  tags,
  summary: 'List what became of each in a move of everybody',
  request: { params, query: planMoveSubscriptionsQuery },
  responses: { 200: json(pageOf(planMoveSubscription)), ...PROBLEMS },
});

const shownMember = (row: MemberRow): PlanMoveSubscription => ({
  ...row,
  at: row.at?.toISOString() ?? null,
});

/** /v1/plan-moves: everybody on one version moved to another. */
export function planMovesHttp(sql: Sql): OpenAPIHono<Api> {
  const app = api();
  const send = openSending(sql);
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listMoves(c.var.query, page);
    return c.json(
      pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shownMove }),
      200,
    );
  });
  app.openapi(preview, async (c) => c.json(await previewMove(c.var, c.req.valid('json')), 200));
  app.openapi(start, async (c) =>
    c.json(shownMove(await startMove(c.var, c.req.valid('json'), send)), 201),
  );
  app.openapi(get, async (c) => {
    const row = await moveById(c.var.query, c.req.valid('param').id);
    return c.json(shownMove(found(row, 'plan move')), 200);
  });
  app.openapi(cancel, async (c) =>
    c.json(shownMove(await stopMove(c.var, c.req.valid('param').id)), 200),
  );
  app.openapi(retry, async (c) =>
    c.json(shownMove(await retryMove(c.var, c.req.valid('param').id, send)), 200),
  );
  app.openapi(members, async (c) => {
    const { id: moveId } = c.req.valid('param');
    const page = c.req.valid('query');
    found(await moveById(c.var.query, moveId), 'plan move');
    const rows = await listMembers(c.var.query, moveId, page);
    const key = (row: MemberRow): string => row.subscription_id;
    return c.json(pageFrom(rows, { limit: page.limit, key, item: shownMember }), 200);
  });
  return app;
}
