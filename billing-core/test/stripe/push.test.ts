import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { exchange } from '../../src/stripe/jobs.ts';
import { allOf, DAY, giveCard, line, openRig, type Rig } from './rig.ts';
import { faultyStory, MAKING } from './story.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('push');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const QUICK = { timeout: 15_000, interval: 50 };
const atStripe = (ours: Invoice) =>
  allOf(rig.sim, 'invoice').filter(({ metadata }) => metadata?.['tollgate_invoice'] === ours.id);
const theirsOf = (ours: Invoice) => {
  const [theirs, ...more] = atStripe(ours);
  expect(more).toEqual([]);
  if (theirs === undefined) throw new Error(`${ours.id} is not at Stripe`);
  return theirs;
};
const stuck = () => rig.core.sql`select customer_id, said from stripe_queue where is_stuck`;

describe('an invoice', () => {
  test('is charged to the card with our number and lines, and is paid here', async () => {
    const customer = await rig.customer(CARD);
    const ours = await rig.invoice(customer, [line(1_000, 'Base fee'), line(234, 'Requests')]);
    await rig.settle();
    const theirs = theirsOf(ours);
    expect(theirs).toMatchObject({ status: 'paid', number: ours.number, total: 1_234 });
    const lines = await rig.stripe.invoices.listLineItems(theirs.id);
    expect(lines.data.map(({ description, amount }) => [description, amount])).toEqual([
      ['Base fee', 1_000],
      ['Requests', 234],
    ]);
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '1234', due: '0' });
    const paid = await rig.payments(ours.id);
    expect(paid).toMatchObject([{ kind: 'payment', amount: '1234', method: 'stripe' }]);
    expect(paid[0]?.reference).toMatch(/^pi_/);
  });

  test('comes to our total to the cent with taxes of both kinds, coupons, credit', async () => {
    const customer = await rig.customer(CARD);
    const { admin } = rig.core;
    const terms = async (path: string, body: object): Promise<string> => {
      const made = await admin('POST', path, body);
      expect(made.status, made.text).toBe(201);
      return made.body['id'];
    };
    const tax = (name: string, percent: string, inclusive: boolean) =>
      terms('/v1/tax-rates', { name, percent, inclusive });
    const rates = [await tax('VAT', '19', false), await tax('City', '1.25', false)];
    rates.push(await tax('Eco', '3', true));
    const put = await admin('PUT', `/v1/customers/${customer}/tax-rates`, { tax_rate_ids: rates });
    expect(put.status, put.text).toBe(200);
    const coupon_id = await terms('/v1/coupons', {
      slug: 'welcome',
      name: 'Welcome',
      percent_off: '33.33',
    });
    await terms(`/v1/customers/${customer}/coupons`, { coupon_id });
    await rig.invoice(customer, [line(-100, 'Given back')]);
    const ours = await rig.invoice(customer, [line(333), line(1_001), line(77)]);
    await rig.settle();
    expect(ours.taxes).toHaveLength(3);
    expect(BigInt(ours.from_balance)).toBeGreaterThan(0n);
    const theirs = theirsOf(ours);
    expect(String(theirs.total)).toBe(String(BigInt(ours.total) - BigInt(ours.from_balance)));
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid' });
  });

  test('of a customer without a card is sent, and paid when there is one', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    expect(theirsOf(ours)).toMatchObject({ status: 'open', collection_method: 'send_invoice' });
    await giveCard(rig, { id: customer, card: CARD });
    await rig.stripe.invoices.pay(theirsOf(ours).id);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('paid');
  });

  test('whose card is declined stays open and says why, until Stripe tries again', async () => {
    const customer = await rig.customer('pm_card_chargeCustomerFail');
    const ours = await rig.invoice(customer);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('open');
    const [link] = await rig.core.sql`
      select status, failure from stripe_invoices where invoice_id = ${ours.id}`;
    expect(link).toMatchObject({ status: 'open', failure: expect.stringContaining('declined') });
    await giveCard(rig, { id: customer, card: CARD });
    rig.pass(8 * DAY);
    await rig.settle();
    expect(theirsOf(ours).attempt_count).toBeGreaterThan(1);
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect(await rig.payments(ours.id)).toHaveLength(1);
  });

  test.each([
    ['void', 'void', 'void'],
    ['uncollectible', 'uncollectible', 'uncollectible'],
    ['payments', 'paid', 'paid'],
    ['credit-notes', 'paid', 'paid'],
  ])('that is ended here by %s is %s there', async (verb, state, status) => {
    const ours = await rig.invoice(await rig.customer());
    await rig.settle();
    const body = { payments: {}, 'credit-notes': { reason: 'Agreed' } }[verb];
    expect((await rig.post(ours.id, verb, body)).status).toBeLessThan(300);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe(state);
    expect(theirsOf(ours).status).toBe(status);
    expect(await stuck()).toEqual([]);
  });

  test('is charged what is left when a part is credited and a part came by hand', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    await rig.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '300' });
    await rig.post(ours.id, 'payments', { amount: '200', method: 'transfer' });
    await rig.settle();
    expect(theirsOf(ours)).toMatchObject({ status: 'open', amount_remaining: 500 });
    await giveCard(rig, { id: customer, card: CARD });
    await rig.stripe.invoices.pay(theirsOf(ours).id);
    await rig.settle();
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '700', due: '0' });
  });

  test('that is credited once it is paid is refunded through Stripe, once', async () => {
    const ours = await rig.invoice(await rig.customer(CARD));
    await rig.settle();
    await rig.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    const refund = { kind: 'refund', method: 'stripe' };
    expect((await rig.post(ours.id, 'payments', refund)).status).toBe(201);
    await rig.settle();
    const [payment] = (await rig.payments(ours.id)).filter(({ kind }) => kind === 'payment');
    const refunds = allOf(rig.sim, 'refund').filter(
      ({ payment_intent }) => payment_intent === payment?.reference,
    );
    expect(refunds.map(({ amount }) => amount)).toEqual([400]);
    expect(theirsOf(ours).post_payment_credit_notes_amount).toBe(400);
    expect((await rig.payments(ours.id)).map(({ kind }) => kind)).toEqual(['payment', 'refund']);
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', due: '0', paid: '600' });
  });

  test('that was void before Stripe heard of it never gets there', async () => {
    const ours = await rig.invoice(await rig.customer());
    await rig.post(ours.id, 'void');
    await rig.settle();
    expect(atStripe(ours)).toEqual([]);
  });

  test('whose draft comes to another total there waits for an admin, alone', async () => {
    const customer = await rig.customer(CARD);
    const ours = await rig.invoice(customer);
    rig.fault({ fault: 'rate_limit', method: 'POST', path: '/v1/invoices/:id/finalize' });
    await exchange(rig.kit);
    const { id: draft } = theirsOf(ours);
    const tip = { amount: 1, description: 'Tip' };
    const { lines } = await rig.stripe.invoices.addLines(draft, { lines: [tip] });
    const other = await rig.invoice(await rig.customer(CARD));
    await rig.settle();
    expect(theirsOf(ours).status).toBe('draft');
    expect((await rig.read(other.id)).state).toBe('paid');
    expect(await stuck()).toMatchObject([{ said: expect.stringContaining('comes to 1001') }]);
    const jobs = await rig.work();
    const failed = async () =>
      (await rig.core.admin('GET', '/v1/failed-jobs')).body['data'] as unknown as { id: string }[];
    await vi.waitFor(async () => {
      expect(await failed()).toMatchObject([
        { name: 'stripe.push', tries: 1, reason: expect.stringContaining('comes to 1001') },
      ]);
    }, QUICK);
    const added = lines.data.find(({ description }) => description === tip.description);
    await rig.stripe.invoices.removeLines(draft, {
      lines: [{ id: added?.id ?? '', behavior: 'delete' }],
    });
    const [job] = await failed();
    await rig.core.admin('POST', `/v1/failed-jobs/${job?.id}/retry`);
    await vi.waitFor(async () => expect((await rig.read(ours.id)).state).toBe('paid'), QUICK);
    await jobs.stop();
    expect(await stuck()).toEqual([]);
  });
});

describe('whatever becomes of a call, one object is made', () => {
  // All of them, one by one, in `npm run test:long`.
  test.each(['lose_reply', 'hang', 'error_reply', 'conflict'] as const)('%s', async (fault) => {
    expect(await faultyStory(rig, fault, MAKING)).toEqual([]);
  });

  test('also when the answer is asked for after Stripe forgot the key', async () => {
    const customer = await rig.customer(CARD);
    const paths = ['/v1/invoices', '/v1/invoices/:id/add_lines', '/v1/credit_notes', '/v1/refunds'];
    for (const path of paths) rig.fault({ fault: 'lose_reply', method: 'POST', path });
    const days = async (count: number): Promise<void> => {
      for (let day = 0; day < count; day += 2) {
        await exchange(rig.kit);
        rig.pass(2 * DAY);
      }
    };
    const ours = await rig.invoice(customer);
    await days(6);
    await rig.post(ours.id, 'credit-notes', { reason: 'Agreed' });
    await rig.post(ours.id, 'payments', { kind: 'refund', method: 'stripe' });
    const count = () => [allOf(rig.sim, 'credit_note').length, allOf(rig.sim, 'refund').length];
    const [notes = 0, refunds = 0] = count();
    await days(8);
    await rig.settle();
    expect(theirsOf(ours)).toMatchObject({ status: 'paid', total: 1_000 });
    expect(count()).toEqual([notes + 1, refunds + 1]);
    const again = await rig.core.sql`
      select name from stripe_calls where attempt > 1
      and name like any(${[`%${ours.id}`, `%${ours.id}:0`]})`;
    expect(again).toEqual([]);
  });
});
