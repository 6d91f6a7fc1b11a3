import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Collection } from '../../src/contract/dispute.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { exchange } from '../../src/stripe/jobs.ts';
import { followChanges } from '../../src/stripe/run.ts';
import { linkOf } from '../../src/stripe/store.ts';
import { takeInvoice } from '../../src/stripe/take-invoice.ts';
import { allOf, comparedIn, line, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('gone-wrong');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const inv = async (customer: string, amount = 1_000): Promise<Invoice> => {
  const made = await rig.invoice(customer, [line(amount)]);
  await rig.settle();
  return made;
};
const theirs = ({ id }: { id: string }) =>
  allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id);
const entries = async ({ id }: Invoice) =>
  (await rig.payments(id)).map(({ kind, amount }) => `${kind} ${amount}`);
const stuck = async (customer: string): Promise<boolean | undefined> =>
  (
    await rig.core.sql<{ is_stuck: boolean }[]>`
      select is_stuck from stripe_queue where customer_id = ${customer}`
  )[0]?.is_stuck;
const clean = async (): Promise<void> => {
  expect((await comparedIn(rig)).data).toEqual([]);
};

test('a refund that Stripe refuses is taken back, has failed, and holds up nothing', async () => {
  const customer = await rig.customer(CARD);
  const ours = await inv(customer);
  const [payment] = await rig.payments(ours.id);
  await rig.post(ours.id, 'payments', { kind: 'refund', method: 'stripe', amount: '1000' });
  // By somebody at Stripe, before ours gets there.
  await rig.stripe.refunds.create({ payment_intent: payment?.reference ?? '' });
  const link = await linkOf(rig.core.sql, ours.id);
  const early = takeInvoice(rig.kit, link?.stripe_id ?? '');
  await expect(early).rejects.toThrow('not all is told');
  await rig.settle();
  expect((await entries(ours)).toSorted()).toEqual([
    'payment 1000',
    'payment 1000',
    'refund 1000',
    'refund 1000',
  ]);
  expect(await stuck(customer)).toBeUndefined();
  const { body } = await rig.core.admin('GET', `/v1/invoices/${ours.id}/collection`);
  const { refunds, refundable } = body as unknown as Collection;
  expect([refundable, refunds.map(({ state }) => state)]).toEqual(['0', ['failed', 'succeeded']]);
  expect(await rig.read(ours.id)).toMatchObject({ state: 'open', due: '1000' });
  const next = await inv(customer);
  expect((await rig.read(next.id)).state).toBe('paid');
  await clean();
});

test.each([
  ['that was told of it', true],
  ['that hears of it by being refused', false],
])('a customer who was deleted at Stripe is made anew by a core %s', async (_who, isTold) => {
  const customer = await rig.customer(CARD);
  const before = await inv(customer);
  const gone = String(theirs(before)?.customer);
  await rig.stripe.customers.del(gone);
  if (isTold) await rig.settle();
  const next = await inv(customer, 2_000);
  const there = theirs(next);
  expect(there?.status).toBe('open');
  expect(there?.customer).not.toBe(gone);
  expect(await stuck(customer)).toBeUndefined();
  const failed = await rig.core.sql`select from stripe_events where is_stuck`;
  expect(failed).toHaveLength(0);
  await clean();
});

test('after a dead letter is discarded, the customer is told of again', async () => {
  const customer = await rig.customer(CARD);
  rig.sim.world.finalizationFailures = 1_000;
  const held = await rig.invoice(customer);
  await rig.settle();
  expect(await stuck(customer)).toBe(true);
  const jobs = await rig.work();
  const dead = await vi.waitFor(
    async () => {
      const { body } = await rig.core.admin('GET', '/v1/failed-jobs');
      const { data } = body as unknown as { data: { id: string; data: Record<string, string> }[] };
      const found = data.find((one) => one.data['customer_id'] === customer);
      if (found === undefined) throw new Error('no dead letter yet');
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );
  rig.sim.world.finalizationFailures = 0;
  await followChanges(rig.kit);
  await exchange(rig.kit);
  expect(await stuck(customer)).toBe(true);
  const answer = await rig.core.admin('POST', `/v1/failed-jobs/${dead.id}/discard`);
  expect(answer.status, answer.text).toBe(200);
  const next = await inv(customer);
  for (const { id } of [held, next]) expect((await rig.read(id)).state).toBe('paid');
  expect(await stuck(customer)).toBeUndefined();
  await jobs.stop();
});
