import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerWith, person, type Person } from '../../src/test/core.ts';
import { openStripe } from '../../src/stripe/client.ts';
import { takeEvents } from '../../src/stripe/run.ts';
import { allOf, DAY, HANG_MS, openRig, SHORT_MS, type Rig } from './rig.ts';
import { FAULTS } from './story.ts';

// A card that is given on Stripe's page, until it is the one that is charged: through the portal's
// API, the page itself, and signed events in whatever order.

const GOOD = '4242 4242 4242 4242';
const MASTERCARD = '5555 5555 5555 4444';
const DECLINED = '4000 0000 0000 0002';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('checkout');
});
afterAll(() => rig.close());

type Payer = { id: string; owner: Person };

async function payer(): Promise<Payer> {
  const owner = await person(rig.core);
  return { id: (await customerWith(rig.core, { owner })).id, owner };
}

const pathOf = ({ id }: Payer, path: string): string => `/portal/v1/customers/${id}${path}`;

/** Opens the page. Out: its address, and the session's id. */
async function opened(of: Payer): Promise<{ url: string; session: string }> {
  const answer = await of.owner.call('POST', pathOf(of, '/payment-pages'), { page: 'card' });
  expect(answer.status, answer.text).toBe(201);
  const url = answer.body['url'] as string;
  return { url, session: url.split('/').at(-1) ?? '' };
}

const fill = (url: string, number: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      card_number: number,
      card_expiry: '12/34',
      card_cvc: '123',
      card_name: 'Ada',
    }),
  });

/** A card on a page. Out: the session; Stripe has not told of it yet. A second passes. */
async function given(of: Payer, number = GOOD): Promise<string> {
  const { url, session } = await opened(of);
  expect((await fill(url, number)).status).toBe(303);
  rig.pass(1_000);
  return session;
}

const toldOf = (session: string) => {
  const event = allOf(rig.sim, 'event').find(
    ({ type, data }) => type === 'checkout.session.completed' && data.object['id'] === session,
  );
  if (event === undefined) throw new Error(`nothing is told of ${session}`);
  return event;
};

/** Stripe tells of a session: what it says is stored, and acted on. */
async function tell(session: string): Promise<void> {
  const payload = JSON.stringify(toldOf(session));
  const timestamp = Math.floor(rig.core.clock.now / 1_000);
  const secret = 'whsec_of_the_rig';
  const signature = rig.stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const headers = { 'stripe-signature': signature };
  const answer = await rig.core.call('POST', '/webhooks/stripe', { body: payload, headers });
  expect(answer.status, answer.text).toBe(200);
  await takeEvents(rig.kit);
}

/** As if Stripe's event had never been acted on: a core may die between the deed and its note. */
async function tellAgain(session: string): Promise<void> {
  await rig.core.sql`update stripe_events set applied_at = null, claimed_until = '-infinity'
    where id = ${toldOf(session).id}`;
  await takeEvents(rig.kit);
}

async function stripeIdOf({ id }: Payer): Promise<string> {
  const [row] = await rig.core.sql<{ stripe_id: string }[]>`
    select stripe_id from stripe_customers where customer_id = ${id}`;
  return row?.stripe_id ?? '';
}

async function charged(of: Payer): Promise<{ here: unknown; there: string | undefined }> {
  const answer = await of.owner.call('GET', pathOf(of, '/collector'));
  const customer = (await rig.stripe.customers.retrieve(await stripeIdOf(of), {
    expand: ['invoice_settings.default_payment_method'],
  })) as Stripe.Customer;
  const method = customer.invoice_settings.default_payment_method as Stripe.PaymentMethod | null;
  return { here: answer.body['card']?.['last4'] ?? null, there: method?.card?.last4 };
}

const both = (last4: string) => ({ here: last4, there: last4 });
const waiting = () => rig.core.sql`select id, is_stuck from stripe_events where applied_at is null`;
const writes = async (of: Payer): Promise<number> => {
  const path = `/v1/customers/${await stripeIdOf(of)}`;
  return rig.sim.log.filter((each) => each.method === 'POST' && each.path === path).length;
};

describe('a card that is given on Stripe’s page', () => {
  test('is the one that is charged, and the next invoice is paid by it', async () => {
    const ada = await payer();
    await tell(await given(ada));
    expect(await charged(ada)).toEqual(both('4242'));
    const invoice = await rig.invoice(ada.id);
    await rig.settle();
    expect((await rig.read(invoice.id)).state).toBe('paid');
  });

  test('that is refused there is not, nor is one of a page that nobody filled', async () => {
    const ada = await payer();
    const { url, session } = await opened(ada);
    expect((await fill(url, DECLINED)).status).toBe(422);
    await rig.stripe.checkout.sessions.expire(session);
    await rig.settle();
    expect(await charged(ada)).toEqual({ here: null, there: undefined });
    expect(await waiting()).toEqual([]);
  });

  test('takes the place of the one before', async () => {
    const ada = await payer();
    await tell(await given(ada));
    await tell(await given(ada, MASTERCARD));
    expect(await charged(ada)).toEqual(both('4444'));
  });
});

describe('what is told of a page', () => {
  test('twenty times is done once', async () => {
    const ada = await payer();
    const session = await given(ada);
    const before = await writes(ada);
    await Promise.all(Array.from({ length: 20 }, () => tell(session)));
    await tellAgain(session);
    expect(await writes(ada)).toBe(before + 1);
    expect(await charged(ada)).toEqual(both('4242'));
  });

  test('late does not take back the card that was given since', async () => {
    const ada = await payer();
    const [first, second] = [await given(ada), await given(ada, MASTERCARD)];
    await tell(second);
    await tell(first);
    expect(await charged(ada)).toEqual(both('4444'));
    await tellAgain(first);
    expect(await charged(ada)).toEqual(both('4444'));
  });

  test('again does not take back an older card that was chosen since', async () => {
    const ada = await payer();
    const sessions = [await given(ada), await given(ada, MASTERCARD)];
    for (const session of sessions) await tell(session);
    const customer = await stripeIdOf(ada);
    const { data } = await rig.stripe.customers.listPaymentMethods(customer);
    const older = data.find(({ card }) => card?.last4 === '4242')?.id ?? '';
    await rig.stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: older },
    });
    await rig.settle();
    for (const session of sessions) await tellAgain(session);
    expect(await charged(ada)).toEqual(both('4242'));
  });

  test('after days, when no delivery came, is asked for', async () => {
    const ada = await payer();
    await given(ada);
    rig.pass(5 * DAY);
    await rig.settle();
    expect(await charged(ada)).toEqual(both('4242'));
  });

  test('whose card was taken away since gives none, and nobody has to look', async () => {
    const ada = await payer();
    const session = await given(ada);
    const { data } = await rig.stripe.customers.listPaymentMethods(await stripeIdOf(ada));
    await rig.stripe.paymentMethods.detach(data[0]?.id ?? '');
    await tell(session);
    expect(await charged(ada)).toEqual({ here: null, there: undefined });
    expect(await waiting()).toEqual([]);
  });

  test('of a customer that was deleted at Stripe gives no card, nor work', async () => {
    const ada = await payer();
    const session = await given(ada);
    await rig.stripe.customers.del(await stripeIdOf(ada));
    await tell(session);
    const [row] = await rig.core.sql`
      select card, is_deleted from stripe_customers where customer_id = ${ada.id}`;
    expect(row).toEqual({ card: null, is_deleted: true });
    expect(await waiting()).toEqual([]);
  });

  test('of somebody who is not ours is kept, and left alone', async () => {
    const ada = await payer();
    const { id: customer } = await rig.stripe.customers.create({ name: 'Somebody else' });
    const { url, id } = await rig.stripe.checkout.sessions.create({
      mode: 'setup',
      customer,
      currency: 'usd',
      success_url: 'http://portal.test/',
      // Whoever made it may say what they like: it is Stripe's customer that counts.
      client_reference_id: ada.id,
    });
    await fill(url ?? '', GOOD);
    await tell(id);
    const theirs = (await rig.stripe.customers.retrieve(customer)) as Stripe.Customer;
    expect(theirs.invoice_settings.default_payment_method).toBeNull();
    expect((await ada.owner.call('GET', pathOf(ada, '/collector'))).body['card']).toBeNull();
    expect(await waiting()).toEqual([]);
  });

  test('is of its own customer, whatever else it says', async () => {
    const [ada, grace] = [await payer(), await payer()];
    await opened(ada);
    const { url, id } = await rig.stripe.checkout.sessions.create({
      mode: 'setup',
      customer: (await opened(grace), await stripeIdOf(grace)),
      currency: 'usd',
      success_url: 'http://portal.test/',
      client_reference_id: ada.id,
      metadata: { tollgate_customer: ada.id },
    });
    await fill(url ?? '', MASTERCARD);
    await tell(id);
    expect(await charged(grace)).toEqual(both('4444'));
    expect(await charged(ada)).toEqual({ here: null, there: undefined });
  });
});

describe('whatever becomes of the call, the card is charged in the end, and said once', () => {
  test.each(FAULTS)('%s', async (fault) => {
    const ada = await payer();
    await given(ada);
    const path = `/v1/customers/${await stripeIdOf(ada)}`;
    const { stripe } = rig.kit;
    if (fault.startsWith('hang')) {
      rig.kit.stripe = openStripe({ ...rig.settings, timeoutMs: SHORT_MS });
    }
    const rule = rig.fault({ fault, method: 'POST', path, ms: HANG_MS });
    await rig.settle().finally(() => {
      rig.kit.stripe = stripe;
    });
    expect(rule.hit).toBe(1);
    expect(await charged(ada)).toEqual(both('4242'));
    const changes = allOf(rig.sim, 'event').filter(
      ({ type, data }) =>
        type === 'customer.updated' &&
        path.endsWith(String(data.object['id'])) &&
        (data.object['invoice_settings'] as { default_payment_method: unknown })
          .default_payment_method !== null,
    );
    expect(changes).toHaveLength(1);
  });
});
