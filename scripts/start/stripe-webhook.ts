import { LOCAL_STRIPE_KEY } from './parts.ts';
import type { Secrets } from './secrets.ts';

type Webhook = NonNullable<Secrets['stripeWebhook']>;

const WITHIN_MS = 15_000;

const ask = (base: string, path: string, body?: URLSearchParams): Promise<Response> =>
  fetch(`${base}/v1/webhook_endpoints${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${LOCAL_STRIPE_KEY}` },
    ...(body && { body }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });

/** Out: where the local Stripe tells what happens: as it was, or anew where it is another one. */
export async function ensureWebhook(
  base: string,
  url: string,
  known: Webhook | undefined,
): Promise<Webhook> {
  if (known?.url === url) {
    const there = await ask(base, `/${known.id}`);
    await there.body?.cancel();
    if (there.ok) return known;
  }
  const made = await ask(base, '', new URLSearchParams({ url, 'enabled_events[]': '*' }));
  const text = await made.text();
  if (!made.ok) throw new Error(`The local Stripe takes no webhook endpoint: ${text}`);
  const { id, secret } = JSON.parse(text) as Webhook;
  return { id, url, secret };
}
