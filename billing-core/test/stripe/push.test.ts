import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { exchange } from '../../src/stripe/jobs.ts';
import { allOf, DAY, giveCard, openRig, type Rig } from './rig.ts';

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

describe('a credit note', () => {
  test('that Stripe did not get while it was owed is told when it is paid', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    await giveCard(rig, { id: customer, card: CARD });
    await rig.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '300' });
    rig.fault({ fault: 'rate_limit', method: 'POST', path: '/v1/credit_notes' });
    await exchange(rig.kit);
    await rig.stripe.invoices.pay(theirsOf(ours).id);
    await rig.settle();
    expect(await stuck()).toEqual([]);
    const notes = await rig.stripe.creditNotes.list({ invoice: theirsOf(ours).id });
    expect(notes.data.map(({ amount }) => amount)).toEqual([300]);
    // More came than was owed by then: it is for an admin to give back.
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '1000' });
  });
});

describe('whatever becomes of calls, one object is made', () => {
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
