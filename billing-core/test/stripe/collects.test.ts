import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { compareBooks } from '../../src/reconciliation/run.ts';
import { pushCustomer } from '../../src/stripe/push.ts';
import { openStripe } from '../../src/stripe/client.ts';
import { modes, type Account } from './account.ts';
import { DAY, giveCard, line, openDealings, settled, WAITED_MS, type Dealings } from './rig.ts';

// What Stripe makes of our invoices, read as the owner of the account reads it. The same is asked
// of the local Stripe and, where STRIPE_TEST_SECRET_KEY is set, of an account's test mode.

const CARD = 'pm_card_visa';
const DECLINED_LATER = 'pm_card_chargeCustomerFail';
/** Stripe's own lists are not always up to the moment. */
const SOON = { timeout: 120_000, interval: 500 };
const TEST_MS = 300_000;
const RETRIES_MAX_DAYS = 30;

describe.each(modes(process.env['STRIPE_TEST_SECRET_KEY']))('$name', ({ open }) => {
  let account: Account;
  let of: Dealings;
  beforeAll(async () => {
    account = await open();
    const { settings, mark } = account;
    of = await openDealings(settings, (watch) => mark(openStripe(settings, watch)));
  }, TEST_MS);
  afterAll(async () => {
    await of?.core.close();
    await account?.close();
  }, TEST_MS);

  const settle = () =>
    settled(of, async () => {
      of.core.clock.now += WAITED_MS;
    });
  /** Until it is so, with all told and heard meanwhile. */
  const becomes = (said: () => Promise<void>) =>
    vi.waitFor(async () => {
      await settle();
      await said();
    }, SOON);
  const days = async (count: number): Promise<void> => {
    of.core.clock.now += count * DAY;
    await account.days(count);
  };

  /** What Stripe has of an invoice of ours. */
  async function atStripe(ours: Invoice): Promise<Stripe.Invoice[]> {
    const [payer] = await of.core.sql<{ stripe_id: string }[]>`
      select stripe_id from stripe_customers where customer_id = ${ours.customer.id}`;
    if (payer === undefined) return [];
    const { data } = await of.stripe.invoices.list({ customer: payer.stripe_id, limit: 100 });
    return data.filter(({ metadata }) => metadata?.['tollgate_invoice'] === ours.id);
  }
  async function theirsOf(ours: Invoice): Promise<Stripe.Invoice> {
    const [theirs, ...more] = await atStripe(ours);
    expect(more).toEqual([]);
    if (theirs === undefined) throw new Error(`${ours.id} is not at Stripe`);
    return theirs;
  }
  const stuck = () => of.core.sql`select customer_id, said from stripe_queue where is_stuck`;
  const isPaid = (ours: Invoice) =>
    becomes(async () => expect(await of.read(ours.id)).toMatchObject({ state: 'paid', due: '0' }));

  test('charges a card what the invoice says, line by line', { timeout: TEST_MS }, async () => {
    const customer = await of.customer(CARD);
    const ours = await of.invoice(customer, [line(1_000, 'Base fee'), line(234, 'Requests')]);
    await isPaid(ours);
    const theirs = await theirsOf(ours);
    expect(theirs).toMatchObject({ status: 'paid', total: 1_234, amount_paid: 1_234 });
    expect(theirs.number).toMatch(new RegExp(`${ours.number}$`));
    const { data } = await of.stripe.invoices.listLineItems(theirs.id);
    expect(data.map(({ description, amount }) => [description, amount])).toEqual([
      ['Base fee', 1_000],
      ['Requests', 234],
    ]);
    const paid = await of.payments(ours.id);
    expect(paid).toMatchObject([{ kind: 'payment', amount: '1234', method: 'stripe' }]);
    expect(paid[0]?.reference).toMatch(/^pi_/);
  });

  const terms = async (path: string, body: object): Promise<string> => {
    const made = await of.core.admin('POST', path, body);
    expect(made.status, made.text).toBe(201);
    return made.body['id'];
  };

  test('comes to our total with taxes, coupons and credit', { timeout: TEST_MS }, async () => {
    const customer = await of.customer(CARD);
    const tax = (name: string, percent: string, inclusive: boolean) =>
      terms('/v1/tax-rates', { name, percent, inclusive });
    const rates = [await tax('VAT', '19', false), await tax('City', '1.25', false)];
    rates.push(await tax('Eco', '3', true));
    const path = `/v1/customers/${customer}`;
    const put = await of.core.admin('PUT', `${path}/tax-rates`, { tax_rate_ids: rates });
    expect(put.status, put.text).toBe(200);
    const coupon = { slug: 'welcome', name: 'Welcome', percent_off: '33.33' };
    await terms(`${path}/coupons`, { coupon_id: await terms('/v1/coupons', coupon) });
    await of.invoice(customer, [line(-100, 'Given back')]);
    const ours = await of.invoice(customer, [line(333), line(1_001), line(77)]);
    await isPaid(ours);
    expect(ours.taxes).toHaveLength(3);
    expect(BigInt(ours.from_balance)).toBeGreaterThan(0n);
    const due = BigInt(ours.total) - BigInt(ours.from_balance);
    expect(BigInt((await theirsOf(ours)).total)).toBe(due);
  });

  test('sends it to who has no card, and hears when it is paid', { timeout: TEST_MS }, async () => {
    const customer = await of.customer();
    const ours = await of.invoice(customer);
    await settle();
    const sent = await theirsOf(ours);
    expect(sent).toMatchObject({ status: 'open', collection_method: 'send_invoice' });
    expect(sent.hosted_invoice_url).toMatch(/^https?:/);
    await giveCard(of, { id: customer, card: CARD });
    await of.stripe.invoices.pay(sent.id);
    await isPaid(ours);
  });

  test(
    'says why a card was declined, and tries again by itself',
    { timeout: TEST_MS },
    async () => {
      const customer = await of.customer(DECLINED_LATER);
      const ours = await of.invoice(customer);
      await becomes(async () => {
        const [link] = await of.core.sql`
        select status, failure from stripe_invoices where invoice_id = ${ours.id}`;
        const failure = expect.stringContaining('declined');
        expect(link).toMatchObject({ status: 'open', failure });
      });
      expect((await of.read(ours.id)).state).toBe('open');
      await giveCard(of, { id: customer, card: CARD });
      for (let passed = 0; passed < RETRIES_MAX_DAYS; passed += 2) {
        await days(2);
        await settle();
        if ((await of.read(ours.id)).state === 'paid') break;
      }
      await isPaid(ours);
      expect((await theirsOf(ours)).attempt_count).toBeGreaterThan(1);
      expect(await of.payments(ours.id)).toHaveLength(1);
    },
  );

  test.each([
    ['void', 'void', 'void'],
    ['uncollectible', 'uncollectible', 'uncollectible'],
    ['payments', 'paid', 'paid'],
    ['credit-notes', 'paid', 'paid'],
  ])('follows an end here by %s', { timeout: TEST_MS }, async (verb, state, status) => {
    const ours = await of.invoice(await of.customer());
    await settle();
    const body = { payments: {}, 'credit-notes': { reason: 'Agreed' } }[verb];
    expect((await of.post(ours.id, verb, body)).status).toBeLessThan(300);
    await becomes(async () => expect((await theirsOf(ours)).status).toBe(status));
    expect((await of.read(ours.id)).state).toBe(state);
    expect(await stuck()).toEqual([]);
  });

  test('charges what credit and a transfer left', { timeout: TEST_MS }, async () => {
    const customer = await of.customer();
    const ours = await of.invoice(customer);
    await settle();
    await of.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '300' });
    await of.post(ours.id, 'payments', { amount: '200', method: 'transfer' });
    await settle();
    const theirs = await theirsOf(ours);
    expect(theirs).toMatchObject({ status: 'open', amount_remaining: 500 });
    await giveCard(of, { id: customer, card: CARD });
    await of.stripe.invoices.pay(theirs.id);
    await isPaid(ours);
    expect((await of.read(ours.id)).paid).toBe('700');
  });

  test('gives back once what was credited of a paid one', { timeout: TEST_MS }, async () => {
    const ours = await of.invoice(await of.customer(CARD));
    await isPaid(ours);
    await of.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    const refund = { kind: 'refund', method: 'stripe' };
    expect((await of.post(ours.id, 'payments', refund)).status).toBe(201);
    await settle();
    const [payment] = await of.payments(ours.id);
    const { data } = await of.stripe.refunds.list({ payment_intent: payment?.reference ?? '' });
    expect(data.map(({ amount }) => amount)).toEqual([400]);
    expect((await theirsOf(ours)).post_payment_credit_notes_amount).toBe(400);
    expect((await of.payments(ours.id)).map(({ kind }) => kind)).toEqual(['payment', 'refund']);
    expect(await of.read(ours.id)).toMatchObject({ state: 'paid', due: '0', paid: '600' });
  });

  test('never hears of one that was void before', { timeout: TEST_MS }, async () => {
    const ours = await of.invoice(await of.customer());
    await of.post(ours.id, 'void');
    await settle();
    expect(await atStripe(ours)).toEqual([]);
  });

  test('makes nothing twice when nobody knows what was made', { timeout: TEST_MS }, async () => {
    const customer = await of.customer();
    const ours = await of.invoice(customer);
    await settle();
    // As a core leaves it that dies with each answer on its way.
    const { sql } = of.core;
    await sql`delete from stripe_invoices where invoice_id = ${ours.id}`;
    await sql`update stripe_calls set state = 'trying', stripe_id = null
      where name like ${`%${ours.id}%`}`;
    await pushCustomer(of.kit, customer);
    const { data } = await of.stripe.invoices.listLineItems((await theirsOf(ours)).id);
    expect(data.map(({ amount }) => amount)).toEqual([1_000]);
  });

  test('gives pages for a card and for an invoice', { timeout: TEST_MS }, async () => {
    const customer = await of.customer(CARD);
    const [payer] = await of.core.sql<{ stripe_id: string }[]>`
      select stripe_id from stripe_customers where customer_id = ${customer}`;
    const session = await of.kit.stripe.checkout.sessions.create({
      mode: 'setup',
      customer: payer?.stripe_id ?? '',
      currency: 'usd',
      success_url: 'https://portal.example/',
    });
    expect(session).toMatchObject({ status: 'open', mode: 'setup' });
    expect(session.url).toMatch(/^https?:/);
  });

  test('has the same books as we have', { timeout: TEST_MS }, async () => {
    const ours = await of.invoice(await of.customer(CARD));
    await isPaid(ours);
    const now = of.core.clock.now + DAY;
    const since = new Date(Date.now() - DAY);
    const stages = await compareBooks({ sql: of.core.sql, stripe: of.kit, now }, since);
    // An account may have invoices of earlier runs.
    const found = stages
      .flatMap(({ differences }) => differences)
      .filter(({ kind }) => kind !== 'unknown_here');
    expect(found).toEqual([]);
  });
});
