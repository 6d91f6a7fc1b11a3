import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { notFound } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { isLive } from './client.ts';
import { keepEvents } from './event-store.ts';
import { receivedEvent } from './receive.ts';
import { saveDeliveryRefused } from './seen-store.ts';
import type { Collecting } from './collector.ts';

export const WEBHOOK_BODY_BYTES_MAX = 1024 * 1024;

const take = createRoute({
  method: 'post',
  path: '/stripe',
  tags: ['Webhooks'],
  summary: 'Take an event of Stripe’s',
  description: 'The body as Stripe signed it. Answered once the event is stored.',
  request: {
    headers: z.object({ 'stripe-signature': z.string().optional() }),
    body: { required: true, content: { 'application/json': { schema: z.any() } } },
  },
  responses: { 200: json(z.object({ received: z.literal(true) })), ...PROBLEMS },
});

/** /webhooks/stripe. What becomes of an event is not waited for: Stripe would try again. */
export function webhookHttp(collecting: Collecting | undefined): OpenAPIHono<Api> {
  const app = api();
  app.openAPIRegistry.registerPath(take);
  app.post('/stripe', async (c) => {
    if (collecting === undefined) throw notFound('collector');
    const { kit, settings, poke } = collecting;
    const wallNow = kit.wallClock();
    const event = await receivedEvent(await c.req.text(), c.req.header('stripe-signature') ?? '', {
      stripe: kit.stripe,
      secrets: settings.webhookSecrets,
      isLive: isLive(settings.secretKey),
      wallNow,
    }).catch(async (error: unknown) => {
      await saveDeliveryRefused(kit.sql, wallNow);
      throw error;
    });
    await keepEvents(kit.sql, [event], { source: 'webhook', now: kit.wallClock() });
    poke();
    return c.json({ received: true as const }, 200);
  });
  return app;
}
