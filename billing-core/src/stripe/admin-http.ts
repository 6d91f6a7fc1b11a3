import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import Stripe from 'stripe';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import {
  eventId,
  stripeEvent,
  stripeEventsQuery,
  stripeQueued,
  stripeQueueQuery,
  stripeState,
  type StripeEvent,
  type StripeQueued,
  type StripeState,
} from '../contract/stripe.ts';
import { numberText } from '../invoicing/model.ts';
import { audit, type Doing } from '../kit/audit.ts';
import type { Query, Sql } from '../kit/database.ts';
import { deadOf } from '../kit/dead-jobs.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { openDeadLetters } from '../kit/jobs.ts';
import { pageFrom } from '../kit/page.ts';
import {
  eventAgain,
  listEvents,
  listQueue,
  numbersOf,
  queueNow,
  type EventShown,
  type QueuedRow,
} from './admin-store.ts';
import { isLive } from './client.ts';
import type { Collecting } from './collector.ts';
import { eventById } from './event-store.ts';
import { PUSH_ONE, TAKE_ONE } from './run.ts';
import { seenNow, trafficNow } from './seen-store.ts';
import { invoicesToTell, refundsToOrder } from './work-store.ts';

const tags = ['Stripe'];

const state = createRoute({
  method: 'get',
  path: '/stripe',
  tags,
  summary: 'Get how Stripe is told and tells',
  description: 'Its mode, whether it takes the key, what waits on either way.',
  responses: { 200: json(stripeState), ...PROBLEMS },
});
const events = createRoute({
  method: 'get',
  path: '/stripe/events',
  tags,
  summary: 'List events of Stripe’s',
  description: 'As Stripe told them, newest first, with what became of each.',
  request: { query: stripeEventsQuery },
  responses: { 200: json(pageOf(stripeEvent)), ...PROBLEMS },
});
const again = createRoute({
  method: 'post',
  path: '/stripe/events/{event_id}/retry',
  tags,
  summary: 'Follow an event again',
  description: 'One that failed; what it is about is read anew.',
  request: { params: z.object({ event_id: eventId() }) },
  responses: { 204: { description: 'It is followed again' }, ...PROBLEMS },
});
const queue = createRoute({
  method: 'get',
  path: '/stripe/queue',
  tags,
  summary: 'List customers of whom Stripe is to be told',
  description: 'Who waits longest comes first.',
  request: { query: stripeQueueQuery },
  responses: { 200: json(pageOf(stripeQueued)), ...PROBLEMS },
});
const tell = createRoute({
  method: 'post',
  path: '/stripe/queue/{customer_id}/retry',
  tags,
  summary: 'Tell Stripe of a customer now',
  description: 'Also where no further try was to come. Nothing is made twice by it.',
  request: { params: z.object({ customer_id: id('cus') }) },
  responses: { 204: { description: 'Stripe is being told' }, ...PROBLEMS },
});

const isoOf = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;

/** What is answered where nobody but an admin collects. */
const noStripe = (url: string): StripeState => ({
  mode: null,
  api_version: null,
  api_base: null,
  began_at: null,
  webhook: { url, secrets: 0, last_received_at: null, last_refused_at: null },
  catch_up: { last_at: null, until: null },
  key_refused: null,
  queue: { waiting: 0, stuck: 0, oldest_since: null },
  events: { waiting: 0, failed: 0 },
});

async function stateNow(
  sql: Query,
  { settings }: Collecting,
  webhookUrl: string,
): Promise<StripeState> {
  const { secretKey, apiBase, webhookSecrets } = settings;
  const [seen, traffic] = [await seenNow(sql), await trafficNow(sql)];
  const refused = seen?.key_refused ?? null;
  return {
    mode: apiBase ? 'local' : isLive(secretKey) ? 'live' : 'test',
    api_version: Stripe.API_VERSION,
    api_base: apiBase?.origin ?? null,
    began_at: isoOf(seen?.began_at),
    webhook: {
      url: webhookUrl,
      secrets: webhookSecrets.length,
      last_received_at: isoOf(traffic.last_delivery),
      last_refused_at: isoOf(seen?.delivery_refused_at),
    },
    catch_up: { last_at: isoOf(seen?.caught_up_at), until: isoOf(seen?.events_until) },
    key_refused: refused && { ...refused, since: new Date(refused.since).toISOString() },
    queue: {
      waiting: traffic.waiting,
      stuck: traffic.stuck,
      oldest_since: isoOf(traffic.oldest),
    },
    events: { waiting: traffic.events_waiting, failed: traffic.events_failed },
  };
}

const shownEvent = ({ seconds: _, invoice, ...row }: EventShown): StripeEvent => ({
  ...row,
  created_at: row.created_at.toISOString(),
  received_at: row.received_at.toISOString(),
  taken_at: isoOf(row.taken_at),
  invoice: invoice && {
    id: invoice.id,
    number: numberText(invoice.series, BigInt(invoice.number)),
  },
});

async function shownQueued(sql: Query, row: QueuedRow): Promise<StripeQueued> {
  const { customer_id, customer_name, state: is, tries, said } = row;
  const refunds = await refundsToOrder(sql, customer_id);
  return {
    customer: { id: customer_id, name: customer_name },
    state: is,
    since: row.since.toISOString(),
    tries,
    next_at: isoOf(row.next_at),
    said,
    invoices: await numbersOf(sql, await invoicesToTell(sql, customer_id)),
    refunds: refunds.length,
  };
}

type Again = { action: string; subjectId: string; job: string; data: Record<string, string> };

/** Somebody had it tried again: what failed before of the same is decided about with that. */
async function decided(
  { tx, actor, now, requestId }: Doing,
  { action, subjectId, job, data }: Again,
  letters: ReturnType<typeof openDeadLetters>,
): Promise<void> {
  for (const dead of await deadOf(tx, job, data)) await letters.discard(tx, dead);
  await audit(tx, { actor, action, subjectId, now, requestId });
}

type Shown = { sql: Sql; collecting: Collecting | undefined; publicUrl: string };

/** /v1/stripe: what admins see of the way to Stripe and back. */
export function stripeAdminHttp({ sql, collecting, publicUrl }: Shown): OpenAPIHono<Api> {
  const app = api();
  const letters = openDeadLetters(sql);
  const webhookUrl = `${publicUrl}/api/webhooks/stripe`;
  app.openapi(state, async (c) => {
    if (collecting === undefined) return c.json(noStripe(webhookUrl), 200);
    return c.json(await stateNow(c.var.query, collecting, webhookUrl), 200);
  });
  app.openapi(events, async (c) => {
    const page = c.req.valid('query');
    const rows = await listEvents(c.var.query, page);
    const key = (row: EventShown): string => `${row.seconds}.${row.id}`;
    return c.json(pageFrom(rows, { limit: page.limit, key, item: shownEvent }), 200);
  });
  app.openapi(again, async (c) => {
    const { event_id } = c.req.valid('param');
    if ((await eventById(c.var.tx, event_id)) === undefined) throw notFound('event');
    if (!(await eventAgain(c.var.tx, event_id))) {
      throw new Fault('state_conflict', { detail: 'It has not failed' });
    }
    const about = { action: 'stripe.event_retry', subjectId: event_id };
    await decided(c.var, { ...about, job: TAKE_ONE, data: { event_id } }, letters);
    collecting?.poke();
    return c.body(null, 204);
  });
  app.openapi(queue, async (c) => {
    const page = c.req.valid('query');
    const now = new Date(collecting?.kit.wallClock() ?? c.var.now);
    const rows = await listQueue(c.var.query, { ...page, now });
    const key = (row: QueuedRow): string => `${row.micros}.${row.customer_id}`;
    const { data, ...place } = pageFrom(rows, { limit: page.limit, key, item: (row) => row });
    const shown: StripeQueued[] = [];
    for (const row of data) shown.push(await shownQueued(c.var.query, row));
    return c.json({ data: shown, ...place }, 200);
  });
  app.openapi(tell, async (c) => {
    const { customer_id } = c.req.valid('param');
    if (!(await queueNow(c.var.tx, customer_id))) throw notFound('customer in the queue');
    const about = { action: 'stripe.push_retry', subjectId: customer_id };
    await decided(c.var, { ...about, job: PUSH_ONE, data: { customer_id } }, letters);
    collecting?.poke();
    return c.body(null, 204);
  });
  return app;
}
