import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { startReceiver } from './receiver.ts';
import { clientOf, startSim } from './rig.ts';

const CUSTOMERS = 8;
const ATTEMPTS_MAX = 60;
const FAULTS = ['refuse', 'lose_reply', 'rate_limit', 'conflict', 'unavailable'];

/** Calls until there is an answer; a client that keeps its key may ask as often as it likes. */
async function until<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const { statusCode = 0 } = error as Stripe.errors.StripeError;
      if (statusCode === 400 || statusCode === 402 || statusCode === 404) throw error;
    }
  }
  throw new Error(`no answer after ${ATTEMPTS_MAX} attempts`);
}

test.each([['one'], ['two'], ['three']])(
  'with keys of their own, requests make each object once, whatever fails (seed %s)',
  async (seed) => {
    const { sim, url, control } = await startSim({ seed });
    const receiver = await startReceiver();
    const client = clientOf(Number(new URL(url).port), {
      httpClient: Stripe.createFetchHttpClient(),
    });
    const { secret } = await client.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['invoice.paid'],
    });
    receiver.secrets = [secret ?? ''];
    for (const fault of FAULTS) await control('POST', '/faults', { fault, probability: 0.12 });
    await control('POST', '/webhooks', { duplicate: 0.3, drop: 0.2, missign: 0.2, shuffle: true });

    const bill = async (at: number): Promise<string> => {
      const key = (step: string): Stripe.RequestOptions => ({ idempotencyKey: `${at}:${step}` });
      const customer = await until(() => client.customers.create({ name: `${at}` }, key('c')));
      const method = await until(() =>
        client.paymentMethods.attach('pm_card_visa', { customer: customer.id }, key('m')),
      );
      const draft = await until(() =>
        client.invoices.create({ customer: customer.id, currency: 'usd' }, key('i')),
      );
      const lines = [{ amount: 1000 + at }, { amount: 1 }];
      await until(() => client.invoices.addLines(draft.id, { lines }, key('l')));
      await until(() => client.invoices.finalizeInvoice(draft.id, {}, key('f')));
      const paid = await until(() =>
        client.invoices.pay(draft.id, { payment_method: method.id }, key('p')),
      );
      return paid.id;
    };
    const paid = await Promise.all(Array.from({ length: CUSTOMERS }, (_, at) => bill(at)));

    await control('DELETE', '/faults');
    const { tables } = sim.world;
    expect(tables.customer.size).toBe(CUSTOMERS);
    expect([...tables.invoice.values()].map(({ amount_paid }) => amount_paid).toSorted()).toEqual(
      Array.from({ length: CUSTOMERS }, (_, at) => 1001 + at),
    );
    expect(tables.charge.size).toBe(CUSTOMERS);
    expect(sim.log.filter(({ fault }) => fault !== null).length).toBeGreaterThan(CUSTOMERS);

    // What was dropped is found in the list of events; what came twice is one by its id.
    await control('POST', '/webhooks', { missign: 0 });
    await control('POST', '/clock', { advance: 3600 });
    const seen = new Map(
      receiver.received.filter(({ isSigned }) => isSigned).map(({ event }) => [event.id, event]),
    );
    for await (const event of client.events.list({ type: 'invoice.paid' })) {
      seen.set(event.id, event);
    }
    const invoices = [...seen.values()].map(({ data }) => (data.object as Stripe.Invoice).id);
    expect(invoices.toSorted()).toEqual(paid.toSorted());
  },
);
