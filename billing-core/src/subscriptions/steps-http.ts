import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import {
  subscription,
  subscriptionAddOn,
  subscriptionChange,
  subscriptionStep,
  timeline,
  type SubscriptionAddOn,
} from '../contract/subscription.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { itemsOf } from './item-store.ts';
import { isLeft, isThere, type Item } from './items.ts';
import { loadedOf } from './load.ts';
import { shownSubscription } from './model.ts';
import { chargesOf, subscriptionById } from './row-store.ts';
import { takeStep, withdrawPending } from './steps.ts';
import { timelineOf } from './timeline.ts';

const tags = ['Subscriptions'];
const params = z.object({ id: id('sub') });
const done = { 200: json(subscription), ...PROBLEMS };
const cancel = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/cancel',
  tags,
  summary: 'Cancel a subscription now',
  description: 'Nothing is given back; the step `cancel` has other ways.',
  request: { params },
  responses: done,
});
const change = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/change',
  tags,
  summary: 'Move to another plan version',
  description:
    'Now unless `at` says otherwise: what was paid ahead for the rest of the period is credited, ' +
    'and what the new version costs for it is charged. Used units carry over; periods and a ' +
    'trial stay as they were, but for a version whose periods have another length: there one ' +
    'begins anew.',
  request: { params, ...jsonBody(subscriptionChange) },
  responses: done,
});
const steps = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/steps',
  tags,
  summary: 'Take a step',
  description:
    'Change, cancel, pause or resume, now or later; or so many of an add-on from now on. While ' +
    'it is paused requests are refused and nothing is owed; periods go on. One thing at most is ' +
    'pending: the same kind takes its place, and a cancel takes any.',
  request: { params, ...jsonBody(subscriptionStep) },
  responses: done,
});
const withdraw = createRoute({
  method: 'delete',
  path: '/subscriptions/{id}/pending-change',
  tags,
  summary: 'Withdraw what is pending',
  description: 'A cancel to come is taken back, or a change, a pause or a resumption.',
  request: { params },
  responses: done,
});
const history = createRoute({
  method: 'get',
  path: '/subscriptions/{id}/timeline',
  tags,
  summary: 'Get a subscription’s timeline',
  description: 'What happened to it, newest first, and what each came to.',
  request: { params },
  responses: { 200: json(timeline), ...PROBLEMS },
});

const addOns = createRoute({
  method: 'get',
  path: '/subscriptions/{id}/add-ons',
  tags,
  summary: 'List a subscription’s add-ons',
  description: 'Those it has, had, or will have, oldest first. The step `add_on` changes them.',
  request: { params },
  responses: { 200: json(z.object({ data: z.array(subscriptionAddOn) })), ...PROBLEMS },
});

const shownItem =
  (now: number) =>
  (item: Item): SubscriptionAddOn => ({
    plan_version_id: item.plan_version_id,
    quantity: item.quantity,
    state: isThere(item, now) ? 'active' : isLeft(item, now) ? 'coming' : 'over',
    starts_at: item.starts_at.toISOString(),
    ends_at: item.ends_at?.toISOString() ?? null,
  });

/** /v1/subscriptions/{id}/…: what can be done with one. */
export function stepsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(cancel, async (c) => {
    const asked = { step: 'cancel', at: 'now', credit_unused: false } as const;
    const row = await takeStep(c.var, c.req.valid('param').id, asked);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(change, async (c) => {
    const asked = { step: 'change', credit_unused: false, ...c.req.valid('json') } as const;
    const row = await takeStep(c.var, c.req.valid('param').id, asked);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(steps, async (c) => {
    const row = await takeStep(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(withdraw, async (c) => {
    const row = await withdrawPending(c.var, c.req.valid('param').id);
    return c.json(shownSubscription(row, c.var.now), 200);
  });
  app.openapi(addOns, async (c) => {
    const { query } = c.var;
    const row = found(await subscriptionById(query, c.req.valid('param').id), 'subscription');
    return c.json({ data: (await itemsOf(query, row.id)).map(shownItem(c.var.now)) }, 200);
  });
  app.openapi(history, async (c) => {
    const { query } = c.var;
    const row = found(await subscriptionById(query, c.req.valid('param').id), 'subscription');
    const loaded = await loadedOf(query, row);
    return c.json(timelineOf(loaded, await chargesOf(query, row.id)), 200);
  });
  return app;
}
