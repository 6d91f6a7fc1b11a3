import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { customerClock, testClockAdvance, type CustomerClock } from '../contract/test-clock.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { advanceTarget } from '../kit/test-clock-http.ts';
import type { TestClock } from '../kit/test-clock.ts';
import { CLOCKS_MAX, clockOf, countClocks, isBehind, moveClock } from './clock.ts';
import { customerById, lockCustomer, type CustomerRow } from './store.ts';

const tags = ['Administration'];
const params = z.object({ id: id('cus') });

const get = createRoute({
  method: 'get',
  path: '/customers/{id}/test-clock',
  tags,
  summary: 'Get a customer’s test clock',
  request: { params },
  responses: { 200: json(customerClock), ...PROBLEMS },
});
const advance = createRoute({
  method: 'post',
  path: '/customers/{id}/test-clock/advance',
  tags,
  summary: 'Move one customer’s time forward',
  description:
    'Where TEST_CLOCK is on. What is this customer’s happens as it would by then: trials end, ' +
    'periods renew, quotas begin anew, invoices fall due, and its usage is dated by it. Others ' +
    'stay. It never goes back; it goes in whole minutes, up to one further than asked.',
  request: { params, ...jsonBody(testClockAdvance) },
  responses: { 200: json(customerClock), ...PROBLEMS },
});

const conflict = (detail: string): Fault => new Fault('state_conflict', { detail });

async function refuseOverLimit({ tx }: Doing, row: CustomerRow): Promise<void> {
  if (row.clock_ms > 0n || (await countClocks(tx)) < CLOCKS_MAX) return;
  throw conflict(`${CLOCKS_MAX} customers have a clock of their own, the most there can be`);
}

/** Moves this customer's time to `to`; `now` is the installation's. */
async function advanceClock(
  doing: Doing,
  customerId: string,
  { to: text, now }: { to: string; now: number },
): Promise<void> {
  const { tx, actor, requestId } = doing;
  const row = found(await lockCustomer(tx, customerId), 'customer');
  const there = now + Number(row.clock_ms);
  const to = advanceTarget(text, there);
  if (row.state !== 'active') throw conflict('The customer is archived');
  await refuseOverLimit(doing, row);
  const byMs = Math.ceil((to - there) / MINUTE_MS) * MINUTE_MS;
  const clockMs = Number(row.clock_ms) + byMs;
  await moveClock(tx, customerId, { clockMs, movedAt: now });
  const [from, until] = [there, now + clockMs].map((at) => new Date(at).toISOString());
  const detail = { from, to: until };
  const deed = { actor, action: 'customer.advance_clock', subjectId: customerId };
  await audit(tx, { ...deed, now, requestId, detail });
  await appendChange(tx, 'customer', customerId);
}

/** /v1/customers/{id}/test-clock: the time of one customer of an installation that is for tests. */
export function customerClockHttp({ isOn, clock }: TestClock): OpenAPIHono<Api> {
  const app = api();
  const shown = async (query: Query, customerId: string): Promise<CustomerClock> => {
    const ahead_ms = await clockOf(query, customerId);
    const now = clock() + ahead_ms;
    const status = (await isBehind(query, customerId, now)) ? 'advancing' : 'ready';
    return { enabled: isOn, now: new Date(now).toISOString(), ahead_ms, status };
  };
  app.openapi(get, async (c) => {
    const row = found(await customerById(c.var.query, c.req.valid('param').id), 'customer');
    return c.json(await shown(c.var.query, row.id), 200);
  });
  app.openapi(advance, async (c) => {
    const { id: customerId } = c.req.valid('param');
    if (!isOn) throw conflict('TEST_CLOCK is not on');
    const { to } = c.req.valid('json');
    await advanceClock(c.var, customerId, { to, now: clock() });
    return c.json(await shown(c.var.tx, customerId), 200);
  });
  return app;
}
