import Stripe from 'stripe';
import { afterAll } from 'vitest';
import { createSim, type Sim, type SimOptions } from '../src/sim.ts';

export interface Rig {
  sim: Sim;
  stripe: Stripe;
  url: string;
  /** A plain request with a key; the form is the body, sent when there is one. */
  ask(method: string, path: string, form?: Record<string, string>, key?: string): Promise<Response>;
  /** A request to the controls below /_sim. Throws unless it is taken. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
}

/** Starts a simulator on a free port with the real SDK before it; it ends with the file. */
export async function startSim(options: SimOptions = {}): Promise<Rig> {
  const sim = createSim(options);
  const port = await sim.listen(0);
  afterAll(() => sim.close());
  const stripe = clientOf(port);
  const url = `http://127.0.0.1:${port}`;
  const ask: Rig['ask'] = (method, path, form, key) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer sk_test_sim',
        ...(key && { 'idempotency-key': key }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
    });
  const control: Rig['control'] = async (method, path, body) => {
    const answer = await fetch(`${url}/_sim${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  return { sim, stripe, url, ask, control };
}

/** The official SDK, pointed at a port, without retries of its own. */
export const clientOf = (port: number, options: Stripe.StripeConfig = {}): Stripe =>
  new Stripe('sk_test_sim', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...options,
  });

/** Out: what a call of the SDK was refused with. */
export async function refused(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    return error as Stripe.errors.StripeError;
  }
  throw new Error('it was not refused');
}

/** Makes a customer with a card, which is its default. */
export async function customerWith(
  stripe: Stripe,
  card: string,
  more: Stripe.CustomerCreateParams = {},
): Promise<{ id: string; card: string }> {
  const { id } = await stripe.customers.create({ email: 'a@example.com', ...more });
  const method = await stripe.paymentMethods.attach(card, { customer: id });
  await stripe.customers.update(id, {
    invoice_settings: { default_payment_method: method.id },
  });
  return { id, card: method.id };
}

/** Makes a draft with one line of an amount. */
export async function draftOf(
  stripe: Stripe,
  customer: string,
  { amount = 1000, ...more }: Stripe.InvoiceCreateParams & { amount?: number } = {},
): Promise<Stripe.Invoice> {
  const { id } = await stripe.invoices.create({ customer, currency: 'usd', ...more });
  return stripe.invoices.addLines(id, { lines: [{ amount, description: 'Usage' }] });
}

/** Out: the types of the events since a number of them, oldest first. */
export const typesSince = (sim: Sim, count: number): string[] =>
  [...sim.world.tables.event.values()].slice(count).map(({ type }) => type);

export const eventsOf = (sim: Sim): number => sim.world.tables.event.size;
