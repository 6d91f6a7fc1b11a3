import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../../stripe-sim/src/control/api.ts';
import type { Collection } from '../../src/contract/dispute.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { Notice } from '../../src/contract/notice.ts';
import { takeEvents } from '../../src/stripe/run.ts';
import { allOf, DAY, giveCard, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('failed-payments');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const read = async <Body>(path: string): Promise<Body> => {
  const answer = await rig.core.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
};
const list = async <Row>(path: string): Promise<Row[]> => (await read<{ data: Row[] }>(path)).data;
const collection = ({ id }: Invoice) => read<Collection>(`/v1/invoices/${id}/collection`);
/** Whatever Stripe told is told once more. */
const again = async (): Promise<void> => {
  await rig.core.sql`update stripe_events set applied_at = null`;
  await takeEvents(rig.kit);
};

describe('a customer whose invoice could not be charged', () => {
  const told = (ours: Invoice) =>
    list<Notice>(`/v1/notices?customer_id=${ours.customer.id}&kind=payment_failed`);

  test('is told once of each attempt, with why, when it comes again and where to pay', async () => {
    const ours = await rig.invoice(await rig.customer('pm_card_chargeCustomerFail'));
    await rig.settle();
    await again();
    const [first, ...more] = await told(ours);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      title: `Invoice ${ours.number} could not be charged`,
      path: `/invoices/${ours.id}`,
      detail: { invoice_id: ours.id, due: '1000', attempt: '1', needs_action: 'false' },
    });
    expect(first?.body).toMatch(
      /^\$10\.00 could not be charged to your card: Your card was declined\.\n/,
    );
    expect(first?.body).toMatch(/It is tried again on \d+ \w+ \d{4}/);
    expect(first?.letters).toHaveLength(1);
    rig.pass(4 * DAY);
    await rig.settle();
    await again();
    const attempts = (await told(ours)).map(({ detail }) => detail['attempt']);
    expect(attempts.length).toBeGreaterThan(1);
    expect(new Set(attempts).size).toBe(attempts.length);
  });

  test('is told what the bank wants, once for both events of it', async () => {
    const ours = await rig.invoice(await rig.customer('pm_card_authenticationRequired'));
    await rig.settle();
    await again();
    const notices = await told(ours);
    expect(notices).toMatchObject([
      {
        title: `Your bank asks you to confirm the payment of invoice ${ours.number}`,
        detail: { needs_action: 'true' },
      },
    ]);
    expect(notices[0]?.body).toContain('pay on Stripe’s page');
    const events = allOf(rig.sim, 'event').map(({ type }) => type);
    expect(events).toContain('invoice.payment_action_required');
    const intent = allOf(rig.sim, 'payment_intent').find(
      ({ status }) => status === 'requires_action',
    );
    authenticate(rig.sim.world, intent?.id ?? '', true);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect(await told(ours)).toHaveLength(1);
  });

  test('who has paid by the time that it is heard of is told nothing', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    const there = (await collection(ours)).stripe?.id ?? '';
    for (const card of ['pm_card_chargeCustomerFail', CARD]) {
      await giveCard(rig, { id: customer, card });
      await rig.stripe.invoices.pay(there).catch(() => {});
    }
    expect(allOf(rig.sim, 'event').some(isOf('invoice.payment_failed', there))).toBe(true);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect(await told(ours)).toEqual([]);
  });

  const isOf =
    (type: string, id: string) =>
    (event: { type: string; data: { object: object } }): boolean =>
      event.type === type && (event.data.object as { id?: string }).id === id;
});
