import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import {
  subscriptionPreview,
  subscriptionStep,
  type SubscriptionPreview,
  type SubscriptionStep,
} from '../contract/subscription.ts';
import type { Doing } from '../kit/audit.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { sumsOf } from '../subscriptions/preview.ts';
import { previewStep, type Plan } from '../subscriptions/steps.ts';
import { billedWith } from './bearing.ts';
import { billedUntil } from './cycle-store.ts';
import { noObjection, type Objection } from './collectable.ts';
import { balancesOf } from './final-store.ts';
import { neverCharged } from './given-back.ts';
import { shownPlan, type Standing } from './preview.ts';
import { linesOf, usageSoFar } from './preview-usage.ts';

const preview = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/preview',
  tags: ['Subscriptions'],
  summary: 'Preview a step',
  description:
    'What a step would come to, by the calculation that executes and bills it: fees due now and ' +
    'with the next invoice, usage so far with its minimums as if nothing more were used, less ' +
    'coupons, with taxes, less what is to the customer’s credit.',
  request: { params: z.object({ id: id('sub') }), ...jsonBody(subscriptionStep) },
  responses: { 200: json(subscriptionPreview), ...PROBLEMS },
});

/** What the next invoices of the subscription depend on. Its customer is locked. */
async function standingOf({ tx, now }: Doing, plan: Plan): Promise<Omit<Standing, 'objectionTo'>> {
  const { row, versions } = plan.before;
  const currency = versions.get(row.plan_version_id)?.currency ?? '';
  const { id: subscriptionId, customer_id } = row;
  const sums = sumsOf(plan, now, await billedUntil(tx, subscriptionId));
  const bearing = await billedWith(tx, [customer_id], now);
  const balances = await balancesOf(tx, [customer_id]);
  const usage = {
    due: await usageSoFar(tx, sums.due.closes),
    next: await usageSoFar(tx, sums.next?.closes),
  };
  const [due = [], next = []] = await neverCharged(tx, [
    { subscriptionId, lines: linesOf(sums.due, usage.due) },
    { subscriptionId, lines: sums.next ? linesOf(sums.next, usage.next) : [] },
  ]);
  return {
    sums,
    usage,
    never: { due, next },
    bearing: (earlier) => bearing.of(customer_id, currency, earlier),
    currency,
    balance: balances.find((one) => one.currency === currency)?.amount ?? 0n,
  };
}

/**
 * What a step of this subscription would come to now. Locks its customer.
 * @param objectionTo what whoever collects cannot take.
 */
export async function previewed(
  doing: Doing,
  { subscriptionId, step }: { subscriptionId: string; step: SubscriptionStep },
  objectionTo: Objection = noObjection,
): Promise<SubscriptionPreview> {
  const plan = await previewStep(doing, subscriptionId, step);
  return shownPlan(plan, doing.now, { ...(await standingOf(doing, plan)), objectionTo });
}

/**
 * POST /v1/subscriptions/{id}/preview: of subscriptions, by what invoices are made with.
 * @param objectionTo what whoever collects cannot take.
 */
export function previewHttp(objectionTo: Objection = noObjection): OpenAPIHono<Api> {
  const app = api();
  app.openapi(preview, async (c) => {
    const about = { subscriptionId: c.req.valid('param').id, step: c.req.valid('json') };
    return c.json(await previewed(c.var, about, objectionTo), 200);
  });
  return app;
}
