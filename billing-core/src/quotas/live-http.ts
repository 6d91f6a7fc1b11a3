import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { usageLive, type UsageLive } from '../contract/usage.ts';
import type { Clock } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { api, PROBLEMS, type Api, type ApiContext, type Kit } from '../kit/http.ts';
import type { Follower, Watch } from '../usage/watch.ts';

/** The portal takes a stream for dead when it is silent for longer than 8 s. */
const HEARTBEAT_MS = 5_000;
/** However long access lasts: what sits between cuts a stream that never ends without a word. */
const STREAM_LIFE_MS = 10 * 60_000;
const RETRY_AFTER_S = 10;

type Streaming = { follower: Follower<unknown>; clock: Clock; event: string };

/** Writes states as they come, a comment when none comes; a slow reader gets the newest only. */
async function write(stream: SSEStreamingApi, of: Streaming): Promise<void> {
  const { follower, clock, event } = of;
  const endsAt = clock() + STREAM_LIFE_MS;
  try {
    while (!follower.over && clock() < endsAt) {
      const state = await follower.next(HEARTBEAT_MS);
      // Each write waits until the reader took it: nothing piles up behind a slow one.
      if (state !== null) await stream.writeSSE({ event, data: JSON.stringify(state) });
      else if (!follower.over) await stream.write(': still here\n\n');
    }
  } finally {
    follower.leave();
  }
}

type Followed = { clock: Clock; watch: Watch<unknown>; event: string };

/** The answer that follows what is watched of the request's customer, under this event's name. */
export function followed(c: ApiContext, { clock, watch, event }: Followed): Response {
  // A HEAD request would leave a stream behind that nobody reads or aborts.
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
  const follower = watch.follow({ customerId: c.var.customer.id, sessionId: c.var.sessionId });
  if (follower === 'customer_full') {
    throw new Fault('too_many_requests', {
      detail: 'This customer has too many live views open',
      retryAfter: RETRY_AFTER_S,
    });
  }
  if (follower === 'full') throw new Fault('unavailable', { retryAfter: RETRY_AFTER_S });
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => follower.leave());
    await write(stream, { follower, clock, event });
  });
}

const live = createRoute({
  method: 'get',
  path: '/usage/live',
  tags: ['Portal'],
  summary: 'Your usage as it happens',
  description:
    'Server-sent events named `usage`, one on connect and one on every change. The stream ends ' +
    'after ten minutes, and within five seconds when its session or membership ends; connect ' +
    'again.',
  request: { params: z.object({ customer_id: id('cus') }) },
  responses: {
    200: { description: 'OK', content: { 'text/event-stream': { schema: usageLive } } },
    ...PROBLEMS,
  },
});

/** Under /portal/v1/customers/{customer_id}: the live view of that customer. */
export function portalLiveHttp(
  { clock }: Pick<Kit, 'clock'>,
  watch: Watch<UsageLive>,
): OpenAPIHono<Api> {
  const app = api();
  app.openapi(live, (c) => followed(c, { clock, watch, event: 'usage' }));
  return app;
}
