import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf, pageQuery } from '../contract/page.ts';
import { planVersionDiff, planVersionDiffQuery } from '../contract/plan-diff.ts';
import {
  newPlan,
  newPlanVersion,
  plan,
  planPatch,
  planVersion,
  type Plan,
} from '../contract/plan.ts';
import type { Query } from '../kit/database.ts';
import { found, notFound } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import {
  archiveVersion,
  changePlan,
  createPlan,
  draftVersion,
  publishVersion,
  rewriteVersion,
} from './actions.ts';
import { diffOf } from './diff.ts';
import { shownVersion, type VersionRow } from './model.ts';
import {
  isCustomer,
  listPlans,
  planById,
  versionById,
  versionsOf,
  versionsOfCustomer,
  type PlanRow,
} from './plan-store.ts';

const tags = ['Catalog'];
const planId = z.object({ id: id('pln') });
const versionId = z.object({ id: id('plv') });

const list = createRoute({
  method: 'get',
  path: '/plans',
  tags,
  summary: 'List plans',
  request: { query: pageQuery },
  responses: { 200: json(pageOf(plan)), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/plans',
  tags,
  summary: 'Create a plan',
  request: jsonBody(newPlan),
  responses: { 201: json(plan, 'Created'), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/plans/{id}',
  tags,
  summary: 'Get a plan',
  request: { params: planId },
  responses: { 200: json(plan), ...PROBLEMS },
});
const patch = createRoute({
  method: 'patch',
  path: '/plans/{id}',
  tags,
  summary: 'Change a plan',
  description: 'One plan at most is the self-serve default: marking one takes it from another.',
  request: { params: planId, ...jsonBody(planPatch) },
  responses: { 200: json(plan), ...PROBLEMS },
});
const draft = createRoute({
  method: 'post',
  path: '/plans/{id}/versions',
  tags,
  summary: 'Draft the next version of a plan',
  request: { params: planId, ...jsonBody(newPlanVersion) },
  responses: { 201: json(planVersion, 'Created'), ...PROBLEMS },
});
const getVersion = createRoute({
  method: 'get',
  path: '/plan-versions/{id}',
  tags,
  summary: 'Get a plan version',
  request: { params: versionId },
  responses: { 200: json(planVersion), ...PROBLEMS },
});
const ofCustomer = createRoute({
  method: 'get',
  path: '/customers/{id}/plan-versions',
  tags,
  summary: 'List a customer’s own terms',
  description: 'Versions of plans that are for this customer alone, newest first.',
  request: { params: z.object({ id: id('cus') }) },
  responses: { 200: json(z.object({ data: z.array(planVersion) })), ...PROBLEMS },
});
const diff = createRoute({
  method: 'get',
  path: '/plan-versions/{id}/diff',
  tags,
  summary: 'Compare a plan version',
  description: 'With another version of its plan: the one before it unless `from` names one.',
  request: { params: versionId, query: planVersionDiffQuery },
  responses: { 200: json(planVersionDiff), ...PROBLEMS },
});
const rewrite = createRoute({
  method: 'put',
  path: '/plan-versions/{id}',
  tags,
  summary: 'Replace a draft',
  description: 'All its prices and entitlements; a published version stays as it is.',
  request: { params: versionId, ...jsonBody(newPlanVersion) },
  responses: { 200: json(planVersion), ...PROBLEMS },
});
const publish = createRoute({
  method: 'post',
  path: '/plan-versions/{id}/publish',
  tags,
  summary: 'Publish a draft',
  description:
    'It can be subscribed to and never changes again. Refused (409 meter_archived) while it ' +
    'names a meter that was archived meanwhile: take that back, or take it out of the draft.',
  request: { params: versionId },
  responses: { 200: json(planVersion), ...PROBLEMS },
});
const archive = createRoute({
  method: 'post',
  path: '/plan-versions/{id}/archive',
  tags,
  summary: 'Archive a published version',
  description: 'Nobody new can subscribe to it; who is on it stays.',
  request: { params: versionId },
  responses: { 200: json(planVersion), ...PROBLEMS },
});

const shownPlan = (row: PlanRow, versions: readonly VersionRow[]): Plan => ({
  ...row,
  versions: versions.filter((version) => version.plan_id === row.id).map(shownVersion),
  created_at: row.created_at.toISOString(),
});

const withVersions = async (query: Query, row: PlanRow): Promise<Plan> =>
  shownPlan(row, await versionsOf(query, [row.id]));

/** /v1/plans: what a customer can subscribe to. */
export function plansHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const page = c.req.valid('query');
    const rows = await listPlans(c.var.query, page);
    const versions = await versionsOf(
      c.var.query,
      rows.map((row) => row.id),
    );
    const item = (row: PlanRow) => shownPlan(row, versions);
    return c.json(pageFrom(rows, { limit: page.limit, key: (row) => row.id, item }), 200);
  });
  app.openapi(create, async (c) =>
    c.json(shownPlan(await createPlan(c.var, c.req.valid('json')), []), 201),
  );
  app.openapi(get, async (c) => {
    const row = found(await planById(c.var.query, c.req.valid('param').id), 'plan');
    return c.json(await withVersions(c.var.query, row), 200);
  });
  app.openapi(patch, async (c) => {
    const row = await changePlan(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(await withVersions(c.var.query, row), 200);
  });
  app.openapi(draft, async (c) => {
    const row = await draftVersion(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shownVersion(row), 201);
  });
  app.route('/', versionsHttp());
  return app;
}

/** The version that is named, or the one before it that is for all. */
async function comparedWith(
  query: Query,
  to: VersionRow,
  fromId: string | undefined,
): Promise<VersionRow | undefined> {
  if (fromId === undefined) {
    const all = await versionsOf(query, [to.plan_id]);
    return all.find(({ number }) => number < to.number);
  }
  const named = await versionById(query, fromId);
  return found(named?.plan_id === to.plan_id ? named : undefined, 'version of the same plan');
}

function versionsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(getVersion, async (c) => {
    const row = await versionById(c.var.query, c.req.valid('param').id);
    return c.json(shownVersion(found(row, 'plan version')), 200);
  });
  app.openapi(ofCustomer, async (c) => {
    const { id: customerId } = c.req.valid('param');
    if (!(await isCustomer(c.var.query, customerId))) throw notFound('customer');
    const rows = await versionsOfCustomer(c.var.query, customerId);
    return c.json({ data: rows.map(shownVersion) }, 200);
  });
  app.openapi(diff, async (c) => {
    const to = found(await versionById(c.var.query, c.req.valid('param').id), 'plan version');
    const from = await comparedWith(c.var.query, to, c.req.valid('query').from);
    return c.json(diffOf(from && shownVersion(from), shownVersion(to)), 200);
  });
  app.openapi(rewrite, async (c) => {
    const row = await rewriteVersion(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shownVersion(row), 200);
  });
  app.openapi(publish, async (c) =>
    c.json(shownVersion(await publishVersion(c.var, c.req.valid('param').id)), 200),
  );
  app.openapi(archive, async (c) =>
    c.json(shownVersion(await archiveVersion(c.var, c.req.valid('param').id)), 200),
  );
  return app;
}
