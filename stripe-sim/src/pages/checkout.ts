import type { Hono } from 'hono';
import { complete } from '../objects/checkout-session.ts';
import { confirm } from '../objects/setup-intent.ts';
import { StripeFault } from '../wire/fault.ts';
import type { Env } from '../wire/pipeline.ts';
import type { Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { cardForm, type Form, methodOf } from './card-form.ts';
import { html, page } from './html.ts';
import { formOfRequest, missing, type Stage } from './stage.ts';

type Session = Kinds['checkout.session'];

/**
 * Checkout in setup mode: a card is saved for later.
 * https://docs.stripe.com/payments/checkout/save-and-reuse
 */
export function checkoutPages(app: Hono<Env>, { world, settle }: Stage): void {
  app.get('/c/pay/:id', (c) => {
    const session = world.tables['checkout.session'].get(c.req.param('id'));
    if (!session) return missing(c);
    return c.html(screen(session, lastError(world, session)));
  });
  app.post('/c/pay/:id', async (c) => {
    const session = world.tables['checkout.session'].get(c.req.param('id'));
    if (!session) return missing(c);
    if (session.status !== 'open') return c.html(screen(session), 400);
    const form = await formOfRequest(c);
    try {
      const next = save(world, session, form);
      await settle();
      return c.redirect(next, 303);
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error;
      await settle();
      return c.html(screen(session, error.message, form), 422);
    }
  });
}

// Out: where the browser goes next.
function save(world: World, session: Session, form: Form): string {
  const intent = world.tables.setup_intent.get(session.setup_intent ?? '');
  if (!intent) throw new Error(`${session.id} has no SetupIntent`);
  const { id } = methodOf(world, form);
  confirm(world, intent, { payment_method: id, return_url: session.url ?? undefined });
  const away = intent.next_action?.redirect_to_url?.url;
  return away ?? completed(world, session);
}

/** Completes a session. Out: where its maker wants the browser. */
export function completed(world: World, session: Session): string {
  complete(world, session);
  return (session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

const lastError = (world: World, session: Session): string | undefined =>
  world.tables.setup_intent.get(session.setup_intent ?? '')?.last_setup_error?.message;

function screen(session: Session, error?: string, before?: Form): string {
  const back = session.cancel_url
    ? html`<p><a href="${session.cancel_url}">Back without saving</a></p>`
    : html``;
  if (session.status !== 'open') {
    const text = session.status === 'complete' ? 'This card was saved.' : 'This page has expired.';
    return page(
      'Checkout',
      html`<p>${text}</p>
        ${back}`,
    );
  }
  const email = session.customer_details?.email;
  return page(
    'Save a card',
    html`${email ? html`<p>For ${email}</p>` : html``}
    ${cardForm(`/c/pay/${session.id}`, { submit: 'Save card', error, before: before ?? {} })}
    ${back}`,
  );
}
