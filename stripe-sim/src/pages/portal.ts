import type { Context, Hono } from 'hono';
import { detach, methodsOf } from '../objects/payment-method.ts';
import { isOn } from '../objects/portal-session.ts';
import { confirm, makeSetupIntent } from '../objects/setup-intent.ts';
import { StripeFault } from '../wire/fault.ts';
import type { Env } from '../wire/pipeline.ts';
import { change } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { type Form, methodOf } from './card-form.ts';
import { portalScreen } from './portal-screen.ts';
import { formOfRequest, missing, type Stage } from './stage.ts';

type Session = Kinds['billing_portal.session'];

/** What a request to the portal is about. */
export interface Visit {
  world: World;
  session: Session;
  customer: Kinds['customer'];
  configuration: Kinds['billing_portal.configuration'];
}

type Act = (visit: Visit, form: Form) => string;

/** The customer portal: cards, invoices, details. https://docs.stripe.com/customer-management */
export function portalPages(app: Hono<Env>, stage: Stage): void {
  app.get('/p/session/:token', (c) => {
    const visit = visitOf(stage.world, c);
    return visit ? c.html(portalScreen(visit)) : missing(c);
  });
  const acts: Record<string, Act> = {
    cards: addCard,
    default: chooseCard,
    remove: removeCard,
    details,
  };
  for (const [name, act] of Object.entries(acts)) {
    app.post(`/p/session/:token/${name}`, async (c) => {
      const visit = visitOf(stage.world, c);
      if (!visit) return missing(c);
      const form = await formOfRequest(c);
      try {
        const next = act(visit, form);
        await stage.settle();
        return c.redirect(next, 303);
      } catch (error) {
        if (!(error instanceof StripeFault)) throw error;
        await stage.settle();
        return c.html(portalScreen(visit, { message: error.message, form }), 422);
      }
    });
  }
}

function visitOf(world: World, c: Context<Env>): Visit | undefined {
  const url = `${world.baseUrl}/p/session/${c.req.param('token')}`;
  for (const session of world.tables['billing_portal.session'].values()) {
    if (session.url !== url) continue;
    const customer = world.tables.customer.get(session.customer);
    const configuration = world.tables['billing_portal.configuration'].get(session.configuration);
    if (customer && configuration) return { world, session, customer, configuration };
  }
  return undefined;
}

const addCard: Act = ({ world, session, customer, configuration }, form) => {
  if (!isOn(configuration, 'payment_method_update')) return session.url;
  const { id } = methodOf(world, form);
  const intent = makeSetupIntent(world, { customer: customer.id });
  confirm(world, intent, { payment_method: id, return_url: session.url });
  const away = intent.next_action?.redirect_to_url?.url;
  if (away) return away;
  makeDefault(world, customer.id, id);
  return afterFlow(session);
};

// A flow ends where its maker wants the browser.
// https://docs.stripe.com/customer-management/portal-deep-links
const afterFlow = (session: Session): string =>
  session.flow?.after_completion.redirect?.return_url ?? session.url;

const chooseCard: Act = ({ world, session, customer }, form) => {
  const method = ownCard(world, customer.id, form['card']);
  if (method) makeDefault(world, customer.id, method.id);
  return session.url;
};

const removeCard: Act = ({ world, session, customer }, form) => {
  const method = ownCard(world, customer.id, form['card']);
  if (method) detach(world, method);
  return session.url;
};

const details: Act = ({ world, session, customer, configuration }, form) => {
  const { allowed_updates: allowed } = configuration.features.customer_update;
  const said = (key: string, before: string | null | undefined): string | null =>
    form[key] === undefined ? (before ?? null) : form[key].trim() || null;
  if (!isOn(configuration, 'customer_update')) return session.url;
  const { address } = customer;
  const patch: Partial<Kinds['customer']> = {
    ...(allowed.includes('name') && { name: said('name', customer.name) }),
    ...(allowed.includes('email') && { email: said('email', customer.email) }),
    ...(allowed.includes('address') && {
      address: {
        city: said('city', address?.city),
        country: said('country', address?.country),
        line1: said('line1', address?.line1),
        line2: address?.line2 ?? null,
        postal_code: said('postal_code', address?.postal_code),
        state: address?.state ?? null,
      },
    }),
  };
  change(world, customer, { patch, type: 'customer.updated' });
  return afterFlow(session);
};

const ownCard = (
  world: World,
  customer: string,
  id: string | undefined,
): Kinds['payment_method'] | undefined =>
  methodsOf(world, customer).find((method) => method.id === id);

function makeDefault(world: World, customerId: string, method: string): void {
  const customer = world.tables.customer.get(customerId);
  if (!customer) return;
  const settings = { ...customer.invoice_settings, default_payment_method: method };
  change(world, customer, { patch: { invoice_settings: settings }, type: 'customer.updated' });
}

/** Ends what a portal began with 3D Secure. Out: where the browser goes, if it came from one. */
export function afterPortalSetup(
  world: World,
  intent: Kinds['setup_intent'],
  { back, isDone }: { back: string | null; isDone: boolean },
): string | undefined {
  for (const session of world.tables['billing_portal.session'].values()) {
    if (session.url !== back) continue;
    if (!isDone) return session.url;
    if (intent.payment_method !== null) {
      makeDefault(world, session.customer, intent.payment_method);
    }
    return afterFlow(session);
  }
  return undefined;
}
