import type { Hono } from 'hono';
import { authenticate } from '../control/api.ts';
import { invoiceOfIntent } from '../objects/invoice-payment.ts';
import type { Env } from '../wire/pipeline.ts';
import type { Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { completed } from './checkout.ts';
import { html, page } from './html.ts';
import { afterPortalSetup } from './portal.ts';
import { formOfRequest, missing, type Stage } from './stage.ts';

type Intent = Kinds['setup_intent'] | Kinds['payment_intent'];

/** The bank's page for 3D Secure. https://docs.stripe.com/testing#regulatory-cards */
export function authenticatePages(app: Hono<Env>, { world, settle }: Stage): void {
  app.get('/_sim/authenticate/:id', (c) => {
    const intent = intentOf(world, c.req.param('id'));
    if (!intent) return missing(c);
    return c.html(screen(intent));
  });
  app.post('/_sim/authenticate/:id', async (c) => {
    const intent = intentOf(world, c.req.param('id'));
    if (!intent) return missing(c);
    if (intent.status !== 'requires_action') return c.html(screen(intent), 400);
    const { outcome } = await formOfRequest(c);
    const back = intent.next_action?.redirect_to_url?.return_url ?? null;
    const isDone = outcome === 'complete';
    authenticate(world, intent.id, isDone);
    const next = nextOf(world, intent, { back, isDone });
    await settle();
    return next === undefined ? c.html(screen(intent)) : c.redirect(next, 303);
  });
}

const intentOf = (world: World, id: string): Intent | undefined =>
  world.tables.setup_intent.get(id) ?? world.tables.payment_intent.get(id);

// Where the browser goes: back to what it came from.
function nextOf(
  world: World,
  intent: Intent,
  { back, isDone }: { back: string | null; isDone: boolean },
): string | undefined {
  if (intent.object === 'setup_intent') {
    for (const session of world.tables['checkout.session'].values()) {
      if (session.setup_intent !== intent.id || session.status !== 'open') continue;
      return isDone ? completed(world, session) : (session.url ?? undefined);
    }
    const portal = afterPortalSetup(world, intent, { back, isDone });
    if (portal !== undefined) return portal;
  }
  const invoice = invoiceOfIntent(world, intent.id);
  if (invoice) return `/i/${invoice.id}`;
  if (back === null) return undefined;
  const url = new URL(back);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set('redirect_status', isDone ? 'succeeded' : 'failed');
  return url.href;
}

const screen = (intent: Intent): string =>
  intent.status === 'requires_action'
    ? page(
        '3D Secure',
        html`<p>Your bank wants to know that it is you.</p>
          <form method="post" action="/_sim/authenticate/${intent.id}">
            <button type="submit" name="outcome" value="complete">Complete authentication</button>
            <button class="plain" type="submit" name="outcome" value="fail">
              Fail authentication
            </button>
          </form>`,
      )
    : page('3D Secure', html`<p>There is nothing to authenticate: ${intent.status}.</p>`);
