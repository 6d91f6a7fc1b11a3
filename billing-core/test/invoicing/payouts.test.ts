import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Balance, BalanceEntry } from '../../src/contract/balance.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { customerWith, openCore, person, type Answer, type Core } from '../../src/test/core.ts';

// What customers have to their credit is paid out: by hand, or as a refund of what they paid.

let core: Core;
let customer: string;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const newCustomer = async (): Promise<string> => (customer = (await customerWith(core, {})).id);
// Entries and audit of one moment are in no order.
const tick = (): void => void (core.clock.now += 1);
const of = <Body = Invoice>(answer: Answer, status = 200): Body => {
  expect(answer.status, answer.text).toBe(status);
  return answer.body as unknown as Body;
};
const post = (id: string, verb: string, body: object = {}) =>
  core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
async function sent(amount: number): Promise<Invoice> {
  const lines = [{ description: 'Line', amount: String(amount) }];
  const made = of(await core.admin('POST', '/v1/invoices', { customer_id: customer, lines }), 201);
  return of(await core.admin('POST', `/v1/invoices/${made.id}/finalize`));
}
const read = async (id: string) => of(await core.admin('GET', `/v1/invoices/${id}`));
const payOut = (body: object = {}, whose = customer) => {
  tick();
  return core.admin('POST', `/v1/customers/${whose}/balance/payouts`, body);
};
const balance = async (): Promise<Balance> =>
  of<Balance>(await core.admin('GET', `/v1/customers/${customer}/balance`));
const audited = async (action: string) => {
  const answer = await core.admin('GET', `/v1/audit?action=${action}&limit=1`);
  return (answer.body['data'] as unknown as Record<string, unknown>[])[0];
};

describe('paying out', () => {
  test('by hand is written down with how, all of it unless said', async () => {
    await newCustomer();
    await sent(-1500);
    const first = of<BalanceEntry>(
      await payOut({ amount: '500', method: 'transfer', reference: 'T 7' }),
      201,
    );
    expect(first).toMatchObject({
      ...{ kind: 'payout', amount: '-500', method: 'transfer', reference: 'T 7' },
      ...{ invoice_id: null, currency: 'USD' },
    });
    expect(of<BalanceEntry>(await payOut(), 201)).toMatchObject({
      ...{ amount: '-1000', method: 'manual', reference: '' },
    });
    expect((await payOut()).status).toBe(409);
    expect((await balance()).amount).toBe('0');
    expect(await audited('balance.pay_out')).toMatchObject({
      ...{ subject_id: customer, detail: { amount: '1000', currency: 'USD' } },
    });
  });

  test('that came back is to the customer’s credit again, no more than went out', async () => {
    await newCustomer();
    await sent(-1500);
    await payOut({ amount: '500' });
    expect((await payOut({ kind: 'payout_return', amount: '501' })).status).toBe(409);
    const back = of<BalanceEntry>(await payOut({ kind: 'payout_return' }), 201);
    expect(back).toMatchObject({ kind: 'payout_return', amount: '500' });
    expect((await payOut({ kind: 'payout_return' })).status).toBe(409);
    expect((await balance()).amount).toBe('1500');
  });

  test('as a refund leaves the invoice paid, by credit instead of money', async () => {
    await newCustomer();
    const { id } = await sent(1000);
    await post(id, 'payments');
    const before = await read(id);
    await sent(-300);
    const entry = of<BalanceEntry>(await payOut({ invoice_id: id }), 201);
    expect(entry).toMatchObject({ kind: 'set_off', invoice_id: id, amount: '-300' });
    expect(await read(id)).toMatchObject({
      ...{ state: 'paid', due: '0', paid: '700', set_off: '300', paid_at: before.paid_at },
    });
    expect((await balance()).amount).toBe('0');
  });

  test('as a refund is of what became credit of that invoice, too', async () => {
    await newCustomer();
    const { id } = await sent(1000);
    await post(id, 'payments');
    await post(id, 'credit-notes', { reason: 'Agreed', amount: '1000', to_balance: '1000' });
    expect((await balance()).amount).toBe('1000');
    of(await payOut({ invoice_id: id, method: 'card' }), 201);
    expect(await read(id)).toMatchObject({ state: 'paid', due: '0', paid: '0', set_off: '1000' });
    expect((await balance()).amount).toBe('0');
  });

  test('never gives back more than was paid, nor what is to go back anyway', async () => {
    await newCustomer();
    const { id } = await sent(1000);
    await post(id, 'payments', { amount: '1000' });
    await post(id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    await sent(-2000);
    // 400 of the 1000 are to be refunded without any credit.
    expect((await payOut({ invoice_id: id, amount: '601' })).status).toBe(409);
    of(await payOut({ invoice_id: id }), 201);
    expect(await read(id)).toMatchObject({ paid: '400', set_off: '600', state: 'paid' });
    of(await post(id, 'payments', { kind: 'refund' }), 201);
    expect(await read(id)).toMatchObject({ paid: '0', state: 'paid', due: '0' });
    expect((await balance()).amount).toBe('1400');
  });

  test.each([
    ['what is not there', { amount: '901' }, 409],
    ['nothing', { amount: '0' }, 400],
    ['without end', { amount: '9'.repeat(40) }, 400],
    [
      'a refund that came back',
      { kind: 'payout_return', invoice_id: `inv_${'1'.repeat(24)}` },
      400,
    ],
    ['an invoice that is not there', { invoice_id: `inv_${'1'.repeat(24)}` }, 404],
    ['NUL', { reference: 'a\u0000b' }, 400],
    ['two lines of a way', { method: 'a\nb' }, 400],
    ['a way without end', { method: 'x'.repeat(61) }, 400],
  ])('of %s is refused', async (_what, body, status) => {
    await newCustomer();
    await sent(-900);
    expect((await payOut(body)).status).toBe(status);
    expect((await balance()).amount).toBe('900');
  });

  test('of an open invoice, or of somebody else’s, is refused', async () => {
    const other = await newCustomer();
    const theirs = await sent(1000);
    await post(theirs.id, 'payments');
    await newCustomer();
    const open = await sent(1000);
    await sent(-900);
    expect((await payOut({ invoice_id: open.id })).body['detail']).toBe('The invoice is open');
    // What was credited of what nobody paid is no money.
    expect((await payOut()).body['code']).toBe('customer_owes');
    await core.admin('POST', `/v1/invoices/${open.id}/uncollectible`);
    expect((await payOut()).body['code']).toBe('customer_owes');
    expect((await payOut({ invoice_id: theirs.id })).status).toBe(404);
    expect((await payOut({}, other)).status).toBe(409);
    expect((await payOut({}, `cus_${'0'.repeat(24)}`)).status).toBe(404);
    expect((await balance()).amount).toBe('900');
  });

  test('is of who has left, too', async () => {
    await newCustomer();
    await sent(-900);
    expect((await core.admin('DELETE', `/v1/customers/${customer}`)).status).toBe(204);
    of(await payOut(), 201);
    expect((await balance()).amount).toBe('0');
  });

  test('is seen by members, who cannot do it', async () => {
    const ann = await person(core);
    customer = (await customerWith(core, { owner: ann })).id;
    await sent(-900);
    await payOut({ amount: '100', method: 'transfer' });
    const path = `/portal/v1/customers/${customer}/balance`;
    const seen = (await ann.call('GET', path)).body as unknown as Balance;
    expect(seen.data[0]).toMatchObject({ kind: 'payout', method: 'transfer', amount: '-100' });
    expect((await ann.call('POST', `${path}/payouts`, {})).status).toBe(404);
  });
});
