import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { attention, type Attention } from '../contract/attention.ts';
import type { Query } from '../kit/database.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { disputesToAnswer } from '../stripe/dispute-store.ts';
import { seenNow, trafficNow } from '../stripe/seen-store.ts';
import { DAYS_AHEAD_MIN, daysAhead } from '../usage/days.ts';
import { lastBooks, notCollected, openRequests, type LastBooks } from './store.ts';

const get = createRoute({
  method: 'get',
  path: '/attention',
  tags: ['Administration'],
  summary: 'Get what waits for an admin',
  responses: { 200: json(attention), ...PROBLEMS },
});

const shownBooks = ({ id, state, stages, ended_at }: LastBooks): Attention['books'] => ({
  id,
  state,
  differing: stages.reduce((all, { differing }) => all + differing, 0),
  ended_at: ended_at.toISOString(),
});

async function readStripe(sql: Query): Promise<Attention['stripe']> {
  const [seen, { stuck, events_failed }] = [await seenNow(sql), await trafficNow(sql)];
  const refused = seen?.key_refused ?? null;
  return {
    key_refused_since: refused && new Date(refused.since).toISOString(),
    stuck: stuck + events_failed,
    disputes: await disputesToAnswer(sql),
    not_collected: await notCollected(sql),
  };
}

/** @param collects whether Stripe does. */
async function read(sql: Query, collects: boolean): Promise<Attention> {
  const books = await lastBooks(sql);
  const ahead = await daysAhead(sql);
  return {
    books: books === undefined ? null : shownBooks(books),
    stripe: collects ? await readStripe(sql) : null,
    ledger_days_ahead: ahead < DAYS_AHEAD_MIN ? ahead : null,
    quota_requests: await openRequests(sql),
  };
}

/** /v1/attention: for admins. */
export function attentionHttp(collects: boolean): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => c.json(await read(c.var.query, collects), 200));
  return app;
}
