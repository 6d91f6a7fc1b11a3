import type { RequestLog, RequestRecord } from '@tollgate/billing-core/contract/request-log.ts';
import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { ago, type MockState } from './state.ts';

const HEARTBEAT_MS = 5_000;
const KEPT = { retention_hours: 72, skipped: 12 };

/** Three requests of a customer's first key: one well, one refused, one that failed. */
function requestsOf(state: MockState, customerId: string): RequestRecord[] {
  const own = state.keys.find((one) => one.customerId === customerId);
  const [route] = state.routes;
  if (own === undefined || route === undefined) return [];
  const key = { id: own.id, name: own.name, last4: own.last4 };
  const sent = {
    method: 'GET',
    path: '/v1/weather/berlin',
    key,
    route: { id: route.id, name: route.name },
    request_bytes: 0,
    response_bytes: 512,
  };
  const passed = { reason: null, duration_ms: 41.2, decided_ms: 0.4, upstream_ms: 38.1 };
  const refused = { duration_ms: 0.6, decided_ms: null, upstream_ms: null };
  const nothing = { billable: false, units: [] };
  const units = state.meters.slice(0, 1).map((meter) => ({ meter, quantity: '1' }));
  const counted = { billable: true, units };
  return [
    { status: 200, ...passed, ...counted },
    { status: 429, reason: 'quota_exceeded', ...refused, ...nothing },
    { status: 502, ...passed, ...nothing },
  ].map((end, at) => ({
    number: String(100 - at),
    request_id: `req_0123456789abcdefghjkmn${at}`,
    at: ago(at * 60_000),
    ...sent,
    ...end,
  }));
}

/** The log of single requests, and its tail. */
export function requests(app: Hono, state: MockState): void {
  app.get('/requests', (c) => {
    const data = requestsOf(state, c.req.param('id') ?? '');
    const log: RequestLog = { data, has_more: false, next_cursor: null, ...KEPT };
    return c.json(log);
  });
  app.get('/requests/live', (c) =>
    streamSSE(c, async (stream) => {
      const told = { as_of: ago(0), ...KEPT, requests: requestsOf(state, c.req.param('id') ?? '') };
      await stream.writeSSE({ event: 'requests', data: JSON.stringify(told) });
      while (!stream.aborted) {
        await stream.sleep(HEARTBEAT_MS);
        await stream.write(': still here\n\n');
      }
    }),
  );
}
