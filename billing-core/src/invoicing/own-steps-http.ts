import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { shownVersion } from '../catalog/model.ts';
import { planById, versionById } from '../catalog/plan-store.ts';
import { listMeters } from '../catalog/store.ts';
import { id } from '../contract/field.ts';
import {
  ownPreview,
  ownStep,
  ownSubscription,
  type OwnPreview,
  type OwnSubscription,
} from '../contract/own-subscription.ts';
import { PAGE_MAX } from '../contract/page.ts';
import { subscription } from '../contract/subscription.ts';
import { requireMay } from '../customers/model.ts';
import { lockCustomer } from '../customers/store.ts';
import type { Doing } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { shownSubscription } from '../subscriptions/model.ts';
import { meantBy, recordReason, stepsIn, type Meant } from '../subscriptions/own-steps.ts';
import { liveSubscription } from '../subscriptions/row-store.ts';
import { takeStep, withdrawPending } from '../subscriptions/steps.ts';
import { previewed } from './preview-http.ts';

const tags = ['Portal'];
const params = z.object({ customer_id: id('cus') });

const get = createRoute({
  method: 'get',
  path: '/subscription',
  tags,
  summary: 'Get your subscription',
  description: 'With its terms, and what can be done with it in its state.',
  request: { params },
  responses: { 200: json(ownSubscription), ...PROBLEMS },
});
const preview = createRoute({
  method: 'post',
  path: '/subscription/preview',
  tags,
  summary: 'Preview a step of your subscription',
  description:
    'What it would come to, by the calculation that bills it. A change to a plan that costs ' +
    'less, a cancel and a pause begin when the period ends, all else at once.',
  request: { params, ...jsonBody(ownStep) },
  responses: { 200: json(ownPreview), ...PROBLEMS },
});
const take = createRoute({
  method: 'post',
  path: '/subscription/steps',
  tags,
  summary: 'Take a step with your subscription',
  description:
    'For owners and those who do the billing. With `expected_due` it is refused (409) where more ' +
    'is due now than that.',
  request: { params, ...jsonBody(ownStep) },
  responses: { 200: json(subscription), ...PROBLEMS },
});
const withdraw = createRoute({
  method: 'delete',
  path: '/subscription/pending-change',
  tags,
  summary: 'Withdraw what your subscription has pending',
  description: 'A cancel to come is taken back, or a change, or a pause.',
  request: { params },
  responses: { 200: json(subscription), ...PROBLEMS },
});

async function standing(sql: Query, customerId: string, now: number): Promise<OwnSubscription> {
  const row = await liveSubscription(sql, customerId);
  const meters = (await listMeters(sql, { limit: PAGE_MAX })).map(({ id: meterId, ...meter }) => {
    const { slug, name, unit } = meter;
    return { id: meterId, slug, name, unit };
  });
  if (row === undefined) {
    return { subscription: null, plan: null, version: null, next_plan: null, steps: [], meters };
  }
  const plan = found(await planById(sql, row.plan_id), 'plan');
  const version = found(await versionById(sql, row.plan_version_id), 'plan version');
  const next = row.pending_plan_version_id;
  const nextVersion = next === null ? undefined : await versionById(sql, next);
  const nextPlan = nextVersion && (await planById(sql, nextVersion.plan_id));
  return {
    subscription: shownSubscription(row, now),
    plan: { id: plan.id, name: plan.name, description: plan.description },
    version: shownVersion(version),
    next_plan: nextPlan ? { id: nextPlan.id, name: nextPlan.name } : null,
    steps: stepsIn(row, plan.pausable, now),
    meters,
  };
}

async function foreseen(doing: Doing, { row, step, kind }: Meant): Promise<OwnPreview> {
  const begins = step.at === 'now' ? ('now' as const) : ('later' as const);
  return { ...(await previewed(doing, { subscriptionId: row.id, step })), kind, begins };
}

/** Nobody pays more than was shown: amounts follow the time, and a price may have changed. */
function requireExpected({ due_now }: OwnPreview, expected: string | undefined): void {
  if (expected === undefined || BigInt(due_now.due) <= BigInt(expected)) return;
  throw new Fault('state_conflict', { detail: 'More is due now than was shown: look at it again' });
}

/** Under /portal/v1/customers/{customer_id}: its subscription, and steps by its own members. */
export function portalSubscriptionHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) =>
    c.json(await standing(c.var.query, c.var.customer.id, c.var.now), 200),
  );
  app.openapi(preview, async (c) => {
    requireMay(c.var.customer.role, 'subscription.write');
    const meant = await meantBy(c.var, c.var.customer.id, c.req.valid('json'));
    return c.json(await foreseen(c.var, meant), 200);
  });
  app.openapi(take, async (c) => {
    requireMay(c.var.customer.role, 'subscription.write');
    const asked = c.req.valid('json');
    // What it means is decided by what holds when it is taken: another step may be under way.
    await lockCustomer(c.var.tx, c.var.customer.id);
    const meant = await meantBy(c.var, c.var.customer.id, asked);
    if (asked.expected_due !== undefined) {
      requireExpected(await foreseen(c.var, meant), asked.expected_due);
    }
    const row = await takeStep(c.var, meant.row.id, meant.step);
    await recordReason(c.var, row.id, asked);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(withdraw, async (c) => {
    requireMay(c.var.customer.role, 'subscription.write');
    const { id: subscriptionId } = found(
      await liveSubscription(c.var.query, c.var.customer.id),
      'subscription',
    );
    const row = await withdrawPending(c.var, subscriptionId);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  return app;
}
