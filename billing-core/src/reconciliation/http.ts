import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import {
  difference,
  reconciliation,
  reconciliationsQuery,
  repairWanted,
  type Reconciliation,
} from '../contract/reconciliation.ts';
import { audit } from '../kit/audit.ts';
import type { Sql } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { openSending } from '../kit/jobs.ts';
import { pageFrom } from '../kit/page.ts';
import { begin, RECONCILE_ONE, REPAIR_ONE } from './jobs.ts';
import { repairsOf } from './model.ts';
import { shownDifference } from './reading-http.ts';
import { differenceAt, listAll, oneById, saveRepairing, type ReconciliationRow } from './store.ts';

const tags = ['Reconciliation'];
const params = z.object({ id: id('rcn') });

const list = createRoute({
  method: 'get',
  path: '/reconciliations',
  tags,
  summary: 'List reconciliations',
  description: 'What the books said when they were compared, newest first.',
  request: { query: reconciliationsQuery },
  responses: { 200: json(pageOf(reconciliation)), ...PROBLEMS },
});
const start = createRoute({
  method: 'post',
  path: '/reconciliations',
  tags,
  summary: 'Compare the books now',
  description: 'Gateway counts = ledger = rated = invoiced = Stripe. It is done apart from this.',
  responses: { 201: json(reconciliation, 'Created'), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/reconciliations/{id}',
  tags,
  summary: 'Get a reconciliation',
  request: { params },
  responses: { 200: json(reconciliation), ...PROBLEMS },
});
const mend = createRoute({
  method: 'post',
  path: '/reconciliations/{id}/repairs',
  tags,
  summary: 'Repair a difference',
  description: 'Nothing is repaired by itself. It is done apart from this.',
  request: { params, ...jsonBody(repairWanted) },
  responses: { 202: json(difference, 'Accepted'), ...PROBLEMS },
});

const shown = (row: ReconciliationRow): Reconciliation => ({
  ...row,
  since: row.since.toISOString(),
  began_at: row.began_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  told_at: row.told_at?.toISOString() ?? null,
  pruned_at: row.pruned_at?.toISOString() ?? null,
  // Comparisons of before have none.
  stages: row.stages.map((stage) => ({ ...stage, sums: stage.sums ?? [] })),
});

/** /v1/reconciliations: the books side by side, for admins. */
export function reconciliationsHttp(sql: Sql): OpenAPIHono<Api> {
  const app = api();
  const send = openSending(sql);
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listAll(c.var.query, page);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item: shown }), 200);
  });
  app.openapi(start, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const row = await begin(tx, actor.id, now);
    await send(tx, RECONCILE_ONE, { id: row.id });
    await audit(tx, { actor, action: 'reconciliation.start', subjectId: row.id, now, requestId });
    return c.json(shown(row), 201);
  });
  app.openapi(get, async (c) => {
    const row = await oneById(c.var.query, c.req.valid('param').id);
    return c.json(shown(found(row, 'reconciliation')), 200);
  });
  app.openapi(mend, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const { id: of } = c.req.valid('param');
    const { position, repair: wanted } = c.req.valid('json');
    const row = found(await differenceAt(tx, of, position), 'difference');
    const all = repairsOf(row);
    const how = wanted ?? all[0];
    if (how === undefined || !all.includes(how)) {
      const what = wanted === undefined ? 'Nothing' : `No ${wanted}`;
      throw new Fault('state_conflict', { detail: `${what} can be done about it from here` });
    }
    await saveRepairing(tx, { id: of, position });
    await send(tx, REPAIR_ONE, { id: of, position: String(position), repair: how });
    const detail = { position, kind: row.kind, repair: how, about: row.subject_id };
    const action = 'reconciliation.repair';
    await audit(tx, { actor, action, subjectId: of, now, requestId, detail });
    return c.json(shownDifference(found(await differenceAt(tx, of, position), 'difference')), 202);
  });
  return app;
}
