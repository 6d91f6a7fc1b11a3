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
import { previewStep } from '../subscriptions/steps.ts';
import { billedWith } from './bearing.ts';
import { billedUntil } from './cycle-store.ts';
import { noObjection, type Objection } from './collectable.ts';
import { balancesOf } from './final-store.ts';
import { shownPlan, type Standing } from './preview.ts';

const preview = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/preview',
  tags: ['Subscriptions'],
  summary: 'Preview a step',
  description:
    'What a step would come to, by the calculation that executes and bills it: flat fees due now ' +
    'and with the next invoice, less coupons, with taxes, less what is to the customer’s credit. ' +
    'Usage is billed whatever happens.',
  request: { params: z.object({ id: id('sub') }), ...jsonBody(subscriptionStep) },
  responses: { 200: json(subscriptionPreview), ...PROBLEMS },
});

/** What the next invoices of the subscription depend on. Its customer is locked. */
async function standingOf(
  { tx, now }: Doing,
  subscription: { id: string; customer_id: string },
  currency: string,
): Promise<Omit<Standing, 'objectionTo'>> {
  const { id: subscriptionId, customer_id } = subscription;
  const bearing = await billedWith(tx, [customer_id], now);
  const balances = await balancesOf(tx, [customer_id]);
  return {
    billedUntil: await billedUntil(tx, subscriptionId),
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
  const { row, versions } = plan.before;
  const currency = versions.get(row.plan_version_id)?.currency ?? '';
  const standing = await standingOf(doing, row, currency);
  return shownPlan(plan, doing.now, { ...standing, objectionTo });
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
