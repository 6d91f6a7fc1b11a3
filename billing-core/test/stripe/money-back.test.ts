import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDispute } from '../../../stripe-sim/src/objects/dispute.ts';
import type { Attention } from '../../src/contract/attention.ts';
import type { Collection, Dispute } from '../../src/contract/dispute.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { takeEvents } from '../../src/stripe/run.ts';
import { takeDispute } from '../../src/stripe/take-dispute.ts';
import { customerWith, openCore, person } from '../../src/test/core.ts';
import { allOf, comparedIn, DAY, giveCard, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('money-back');
});
afterAll(() => rig.close());

const CARD = 'pm_card_visa';
const read = async <Body>(path: string): Promise<Body> => {
  const answer = await rig.core.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
};
const collection = ({ id }: Invoice) => read<Collection>(`/v1/invoices/${id}/collection`);
const list = async <Row>(path: string): Promise<Row[]> => (await read<{ data: Row[] }>(path)).data;

async function paid(card = CARD): Promise<Invoice & { intent: string }> {
  const ours = await rig.invoice(await rig.customer(card));
  await rig.settle();
  const [payment] = await rig.payments(ours.id);
  return { ...ours, intent: payment?.reference ?? '' };
}
const again = async (): Promise<void> => {
  await rig.core.sql`update stripe_events set applied_at = null`;
  await takeEvents(rig.kit);
};

describe('a refund through Stripe', () => {
  const order = (ours: Invoice, amount?: string) =>
    rig.post(ours.id, 'payments', { kind: 'refund', method: 'stripe', ...(amount && { amount }) });

  test('is pending until Stripe has made it, and no more than came can go back', async () => {
    const ours = await paid();
    expect((await collection(ours)).refundable).toBe('1000');
    const { body: entry } = await order(ours, '400');
    expect(await collection(ours)).toMatchObject({
      refundable: '600',
      refunds: [{ payment_id: entry['id'], state: 'pending', stripe_id: null }],
    });
    const answers = await Promise.all(Array.from({ length: 4 }, () => order(ours, '400')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    await rig.settle();
    const { refunds, refundable } = await collection(ours);
    expect([refundable, refunds.map(({ state }) => state)]).toEqual([
      '200',
      ['succeeded', 'succeeded'],
    ]);
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('is of what came through Stripe alone, also when many are ordered at once', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    await rig.post(ours.id, 'payments', { method: 'transfer', amount: '400' });
    await rig.settle();
    await giveCard(rig, { id: customer, card: CARD });
    await rig.stripe.invoices.pay((await collection(ours)).stripe?.id ?? '');
    await rig.settle();
    expect(await collection(ours)).toMatchObject({ refundable: '600' });
    const answers = await Promise.all(Array.from({ length: 4 }, () => order(ours, '400')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    await rig.settle();
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test.each([
    ['more than came', '1001'],
    ['nothing', '0'],
    ['less than nothing', '-1'],
    ['a part of a cent', '1.5'],
    ['a number too long', '9'.repeat(40)],
  ])('of %s is refused', async (_what, amount) => {
    const ours = await paid();
    expect((await order(ours, amount)).status).toBeGreaterThanOrEqual(400);
    expect((await collection(ours)).refunds).toEqual([]);
  });

  test('of what came another way is refused, and by hand it is not', async () => {
    const ours = await rig.invoice(await rig.customer());
    await rig.post(ours.id, 'payments', { method: 'transfer' });
    await rig.settle();
    const refused = await order(ours, '100');
    expect([refused.status, refused.body['code']]).toEqual([409, 'state_conflict']);
    expect((await rig.post(ours.id, 'payments', { kind: 'refund', amount: '100' })).status).toBe(
      201,
    );
  });

  test('that the bank sends back is taken back, once, and said to have failed', async () => {
    const ours = await paid('pm_card_refundFail');
    await rig.post(ours.id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    await order(ours, '400');
    expect(await rig.read(ours.id)).toMatchObject({ paid: '600', due: '0' });
    rig.pass(30 * DAY);
    await rig.settle();
    await again();
    const { refunds, refundable } = await collection(ours);
    expect([refundable, refunds.map(({ state }) => state)]).toEqual(['1000', ['failed']]);
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '1000', due: '0' });
    expect((await rig.payments(ours.id)).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['payment', '1000'],
      ['refund', '400'],
      ['payment', '400'],
    ]);
    expect((await comparedIn(rig)).data).toEqual([]);
  });
});

describe('a dispute', () => {
  const disputed = async () => {
    const ours = await paid();
    const charge = allOf(rig.sim, 'charge').find((one) => one.payment_intent === ours.intent);
    const { id } = openDispute(rig.sim.world, charge?.id ?? '');
    await rig.settle();
    return { ours, id };
  };
  const decide = async (id: string, said: 'winning_evidence' | 'losing_evidence') => {
    await rig.stripe.disputes.update(id, { evidence: { uncategorized_text: said } });
    await rig.settle();
  };
  const of = (state: string) => list<Dispute>(`/v1/disputes?state=${state}`);

  test('is shown with its time, and books nothing while the bank has not decided', async () => {
    const { ours, id } = await disputed();
    const facts = {
      id,
      currency: 'USD',
      amount: '1000',
      reason: 'fraudulent',
      state: 'open',
      status: 'needs_response',
      has_evidence: false,
      closed_at: null,
      payment_id: null,
      customer: { name: 'Acme' },
      invoice: { id: ours.id, number: ours.number },
      evidence_due_by: expect.stringMatching(/^2/),
    };
    expect((await collection(ours)).disputes).toMatchObject([facts]);
    expect(await list(`/v1/disputes?customer_id=${ours.customer.id}`)).toMatchObject([facts]);
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect((await read<Attention>('/v1/attention')).stripe?.disputes).toBe(1);
    expect((await collection(ours)).refundable).toBe('0');
    await decide(id, 'winning_evidence');
    expect((await collection(ours)).disputes).toMatchObject([
      {
        state: 'won',
        payment_id: null,
        has_evidence: true,
        closed_at: expect.stringMatching(/^2/),
      },
    ]);
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('that is lost takes the payment out of the books, once, and it is owed again', async () => {
    const { ours, id } = await disputed();
    await decide(id, 'losing_evidence');
    await again();
    const [, entry] = await rig.payments(ours.id);
    expect(entry).toMatchObject({
      kind: 'refund',
      method: 'dispute',
      amount: '1000',
      reference: id,
    });
    expect(await rig.read(ours.id)).toMatchObject({ state: 'open', paid: '0', due: '1000' });
    expect((await of('lost')).find((one) => one.id === id)?.payment_id).toBe(entry?.id);
    expect((await comparedIn(rig)).data).toEqual([]);
    // Stripe has it as paid: what is owed is paid another way.
    await rig.post(ours.id, 'payments', { method: 'transfer' });
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('whose customer wants to pay by card again is told that Stripe takes nothing', async () => {
    const owner = await person(rig.core);
    const { id: customer } = await customerWith(rig.core, { owner });
    await giveCard(rig, { id: customer, card: CARD });
    const ours = await rig.invoice(customer);
    await rig.settle();
    const [payment] = await rig.payments(ours.id);
    const charge = allOf(rig.sim, 'charge').find((c) => c.payment_intent === payment?.reference);
    await rig.stripe.disputes.close(openDispute(rig.sim.world, charge?.id ?? '').id);
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('open');
    const path = `/portal/v1/customers/${customer}/invoices/${ours.id}/charge`;
    const headers = { cookie: owner.cookie, origin: 'http://portal.test' };
    const answer = await rig.core.call('POST', path, { headers });
    expect([answer.status, answer.body['detail']]).toEqual([
      409,
      'Stripe has it as paid: it has to be paid another way',
    ]);
  });

  test('that is won after it was lost puts the payment back, once', async () => {
    const { ours, id } = await disputed();
    await decide(id, 'losing_evidence');
    rig.pass(DAY);
    const there = rig.sim.world.tables.dispute.get(id);
    Object.assign(there ?? {}, { status: 'won' });
    await again();
    await again();
    expect(await rig.read(ours.id)).toMatchObject({ state: 'paid', paid: '1000', due: '0' });
    expect((await rig.payments(ours.id)).map(({ kind }) => kind)).toEqual([
      'payment',
      'refund',
      'payment',
    ]);
    expect((await comparedIn(rig)).data).toEqual([]);
  });

  test('that is told before the payment is followed all the same', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    await giveCard(rig, { id: customer, card: CARD });
    const there = (await collection(ours)).stripe?.id ?? '';
    await rig.stripe.invoices.pay(there);
    const charge = allOf(rig.sim, 'charge').at(-1);
    const { id } = openDispute(rig.sim.world, charge?.id ?? '');
    expect((await rig.read(ours.id)).state).toBe('open');
    await takeDispute(rig.kit, id);
    expect((await rig.read(ours.id)).state).toBe('paid');
    expect((await collection(ours)).disputes).toMatchObject([{ id, state: 'open' }]);
    await rig.settle();
  });

  test.each([
    ['state=paid', 400],
    ['customer_id=inv_1', 400],
    ['cursor=x', 400],
    ['invoice_id=x', 400],
  ])('a list with %s is answered %d', async (query, status) => {
    expect((await rig.core.admin('GET', `/v1/disputes?${query}`)).status).toBe(status);
  });

  test('is for admins only, and of an invoice that nobody has there is none', async () => {
    const { cookie } = await person(rig.core);
    const headers = { cookie, origin: 'http://portal.test' };
    const unknown = `/v1/invoices/inv_${'0'.repeat(24)}/collection`;
    for (const path of ['/v1/disputes', unknown]) {
      expect((await rig.core.call('GET', path, { headers })).status).toBe(403);
    }
    expect((await rig.core.admin('GET', unknown)).status).toBe(404);
  });
});

test('where an admin collects there is nothing at Stripe, and all the same an answer', async () => {
  const core = await openCore();
  const { body: customer } = await core.admin('POST', '/v1/customers', {
    name: 'Acme',
    currency: 'USD',
  });
  const lines = [{ description: 'x', amount: '100' }];
  const { body } = await core.admin('POST', '/v1/invoices', { customer_id: customer['id'], lines });
  const answer = await core.admin('GET', `/v1/invoices/${body['id']}/collection`);
  expect(answer.body).toEqual({
    stripe: null,
    refundable: '0',
    refunds: [],
    disputes: [],
    trouble: '',
  });
  await core.close();
});
