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
): Promise<Standing> {
  const { id: subscriptionId, customer_id } = subscription;
  const bearing = await billedWith(tx, [customer_id], now);
  const balances = await balancesOf(tx, [customer_id]);
  return {
    billedUntil: await billedUntil(tx, subscriptionId),
    bearing: (earlier) => bearing.of(customer_id, currency, earlier),
    balance: balances.find((one) => one.currency === currency)?.amount ?? 0n,
  };
}

/** What a step of this subscription would come to now. Locks its customer. */
export async function previewed(
  doing: Doing,
  subscriptionId: string,
  step: SubscriptionStep,
): Promise<SubscriptionPreview> {
  const plan = await previewStep(doing, subscriptionId, step);
  const { row, versions } = plan.before;
  const currency = versions.get(row.plan_version_id)?.currency ?? '';
  return shownPlan(plan, doing.now, await standingOf(doing, row, currency));
}

/** POST /v1/subscriptions/{id}/preview: of subscriptions, by what invoices are made with. */
export function previewHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(preview, async (c) =>
    c.json(await previewed(c.var, c.req.valid('param').id, c.req.valid('json')), 200),
  );
  return app;
}
