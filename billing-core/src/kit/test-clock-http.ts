import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { testClock, testClockAdvance } from '../contract/test-clock.ts';
import { audit } from './audit.ts';
import { DAY_MS } from './clock.ts';
import { Fault } from './fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from './http.ts';
import type { TestClock } from './test-clock.ts';

/** At once: a year and a day, so that a yearly plan renews. */
const ADVANCE_DAYS_MAX = 366;

const tags = ['Administration'];
const get = createRoute({
  method: 'get',
  path: '/test-clock',
  tags,
  summary: 'Get the test clock',
  responses: { 200: json(testClock), ...PROBLEMS },
});
const advance = createRoute({
  method: 'post',
  path: '/test-clock/advance',
  tags,
  summary: 'Move the test clock forward',
  description:
    'Where TEST_CLOCK is on. Everything happens as it would by then: trials end, periods renew, ' +
    'quotas begin anew, gateways date requests by it. It never goes back.',
  request: jsonBody(testClockAdvance),
  responses: { 200: json(testClock), ...PROBLEMS },
});

/** Where a clock that says `now` (ms) is to go. Throws `invalid_request` for where it cannot. */
export function advanceTarget(text: string, now: number): number {
  const to = Date.parse(text);
  const refuse = (message: string): Fault =>
    new Fault('invalid_request', { errors: [{ path: 'to', message }] });
  if (to <= now) throw refuse('is not in the future');
  if (to > now + ADVANCE_DAYS_MAX * DAY_MS) throw refuse(`is over ${ADVANCE_DAYS_MAX} days ahead`);
  return to;
}

/** /v1/test-clock: the time of an installation that is for tests. */
export function testClockHttp(of: TestClock): OpenAPIHono<Api> {
  const app = api();
  const shown = () => ({
    enabled: of.isOn,
    now: new Date(of.clock()).toISOString(),
    offset_ms: of.offsetMs(),
  });
  app.openapi(get, (c) => c.json(shown(), 200));
  app.openapi(advance, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const to = advanceTarget(c.req.valid('json').to, of.clock());
    if (!of.isOn) throw new Fault('state_conflict', { detail: 'TEST_CLOCK is not on' });
    const detail = { from: new Date(of.clock()).toISOString(), to: new Date(to).toISOString() };
    const deed = { actor, subjectId: 'test_clock', now, requestId, detail };
    await audit(tx, { ...deed, action: 'test_clock.advance' });
    await of.advance(tx, to);
    return c.json(shown(), 200);
  });
  return app;
}
