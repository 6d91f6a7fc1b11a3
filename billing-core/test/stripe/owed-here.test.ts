import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { InvoiceRow } from '../../src/invoicing/store.ts';
import { mustBeTellable } from '../../src/stripe/invoice-form.ts';
import { customerWith, person, type Person } from '../../src/test/core.ts';
import { comparedIn, giveCard, openRig, type Rig } from './rig.ts';

// What is owed is what our books say, whatever Stripe would still take.

vi.setConfig({ testTimeout: 60_000 });
const CARD = 'pm_card_visa';
const DECLINED = 'pm_card_chargeCustomerFail';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('owed here');
});
afterAll(() => rig.close());

describe('a transfer that is sent back', () => {
  test.each([[['5000']], [['2000', '3000']]])(
    'that came in parts of %j opens it, and no payment is made up',
    async (parts) => {
      const { id } = await rig.invoice(await rig.customer(), [
        { description: 'l', amount: '5000' },
      ]);
      await rig.settle();
      for (const amount of parts) {
        expect((await rig.post(id, 'payments', { amount, method: 'bank' })).status).toBe(201);
        await rig.settle();
      }
      expect(await rig.read(id)).toMatchObject({ state: 'paid', due: '0' });
      const back = { kind: 'refund', amount: '5000', method: 'bank' };
      expect((await rig.post(id, 'payments', back)).status).toBe(201);
      await rig.settle();
      expect(await rig.read(id)).toMatchObject({ state: 'open', due: '5000' });
      expect(await rig.payments(id)).toHaveLength(parts.length + 1);
    },
  );

  test('also where the core died as it told Stripe of the transfer', async () => {
    const { id } = await rig.invoice(await rig.customer(), [{ description: 'l', amount: '5000' }]);
    await rig.settle();
    await rig.post(id, 'payments', { method: 'bank' });
    rig.fault({ fault: 'lose_reply', method: 'POST', path: '/v1/invoices/:id/pay' });
    await rig.settle();
    await rig.post(id, 'payments', { kind: 'refund', amount: '5000', method: 'bank' });
    await rig.settle();
    expect(await rig.read(id)).toMatchObject({ state: 'open', due: '5000' });
  });
});

describe('what is void here', () => {
  let owner: Person;
  let customer: string;
  beforeAll(async () => {
    owner = await person(rig.core);
    customer = (await customerWith(rig.core, { owner })).id;
    await giveCard(rig, { id: customer, card: DECLINED });
  });
  const ask = (path: string, body?: object) =>
    owner.call('POST', `/portal/v1/customers/${customer}${path}`, body);

  async function owed(): Promise<string> {
    await giveCard(rig, { id: customer, card: DECLINED });
    const { id } = await rig.invoice(customer);
    await rig.settle();
    await giveCard(rig, { id: customer, card: CARD });
    return id;
  }
  const taken = async (id: string): Promise<number> => {
    const { body } = await rig.core.admin('GET', `/v1/invoices/${id}/collection`);
    const { stripe } = body as unknown as { stripe: { id: string } };
    return (await rig.stripe.invoices.retrieve(stripe.id)).amount_paid;
  };

  test('is not charged, nor is there a page to pay it, before Stripe has heard of it', async () => {
    const id = await owed();
    await rig.post(id, 'void');
    expect((await ask(`/invoices/${id}/charge`)).status).toBe(409);
    expect((await ask('/payment-pages', { page: 'invoice', invoice_id: id })).status).toBe(409);
    await rig.settle();
    expect(await taken(id)).toBe(0);
  });

  test('is paid or void, and never both, when both are asked for at once', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await owed();
      await Promise.all([ask(`/invoices/${id}/charge`), rig.post(id, 'void')]);
      await rig.settle();
      const { state, paid } = await rig.read(id);
      expect([state, Number(paid)]).toEqual(
        (await taken(id)) === 0 ? ['void', 0] : ['paid', 1_000],
      );
    }
    expect((await comparedIn(rig)).data).toEqual([]);
  });
});

test('a payment by hand does not say that it came through Stripe', async () => {
  const { id } = await rig.invoice(await rig.customer());
  const { status, body } = await rig.post(id, 'payments', { method: 'stripe', reference: 'pi_x' });
  expect([status, body['code']]).toEqual([400, 'invalid_request']);
  expect(await rig.payments(id)).toEqual([]);
});

test.each([
  ['ISK', 5_000n, 'ISK in another unit'],
  ['UGX', 5_000n, 'UGX in another unit'],
  ['KWD', 1_005n, '1005 thousandths of KWD'],
])('an amount of %s that Stripe would take for another is not told', (currency, total, why) => {
  const row = { currency, total, from_balance: 0n } as InvoiceRow;
  expect(() => mustBeTellable(row)).toThrow(why);
  expect(() => mustBeTellable({ ...row, currency: 'JPY' })).not.toThrow();
});
