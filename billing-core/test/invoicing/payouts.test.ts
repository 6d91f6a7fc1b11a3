import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Balance, BalanceEntry } from '../../src/contract/balance.ts';
import { customerWith, openCore, person, type Core } from '../../src/test/core.ts';
import { CreditDesk, of } from './credit-desk.ts';

// What customers have to their credit is paid out: by hand, or as a refund of what they paid.

let core: Core;
let desk: CreditDesk;
beforeAll(async () => {
  core = await openCore();
  desk = new CreditDesk(core);
});
afterAll(() => core.close());

describe('paying out', () => {
  test('by hand is written down with how, all of it unless said', async () => {
    await desk.newCustomer();
    await desk.sent(-1500);
    const first = of<BalanceEntry>(
      await desk.payOut({ amount: '500', method: 'transfer', reference: 'T 7' }),
      201,
    );
    expect(first).toMatchObject({
      ...{ kind: 'payout', amount: '-500', method: 'transfer', reference: 'T 7' },
      ...{ invoice_id: null, currency: 'USD' },
    });
    expect(of<BalanceEntry>(await desk.payOut(), 201)).toMatchObject({
      ...{ amount: '-1000', method: 'manual', reference: '' },
    });
    expect((await desk.payOut()).status).toBe(409);
    expect((await desk.balance()).amount).toBe('0');
    expect(await desk.audited('balance.pay_out')).toMatchObject({
      ...{ subject_id: desk.customer, detail: { amount: '1000', currency: 'USD' } },
    });
  });

  test('that came back is to the customer’s credit again, no more than went out', async () => {
    await desk.newCustomer();
    await desk.sent(-1500);
    await desk.payOut({ amount: '500' });
    expect((await desk.payOut({ kind: 'payout_return', amount: '501' })).status).toBe(409);
    const back = of<BalanceEntry>(await desk.payOut({ kind: 'payout_return' }), 201);
    expect(back).toMatchObject({ kind: 'payout_return', amount: '500' });
    expect((await desk.payOut({ kind: 'payout_return' })).status).toBe(409);
    expect((await desk.balance()).amount).toBe('1500');
  });

  test('as a refund leaves the invoice paid, by credit instead of money', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.post(id, 'payments');
    const before = await desk.read(id);
    await desk.sent(-300);
    const entry = of<BalanceEntry>(await desk.payOut({ invoice_id: id }), 201);
    expect(entry).toMatchObject({ kind: 'set_off', invoice_id: id, amount: '-300' });
    expect(await desk.read(id)).toMatchObject({
      ...{ state: 'paid', due: '0', paid: '700', set_off: '300', paid_at: before.paid_at },
    });
    expect((await desk.balance()).amount).toBe('0');
  });

  test('as a refund is of what became credit of that invoice, too', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.post(id, 'payments');
    await desk.post(id, 'credit-notes', { reason: 'Agreed', amount: '1000', to_balance: '1000' });
    expect((await desk.balance()).amount).toBe('1000');
    of(await desk.payOut({ invoice_id: id, method: 'card' }), 201);
    expect(await desk.read(id)).toMatchObject({
      state: 'paid',
      due: '0',
      paid: '0',
      set_off: '1000',
    });
    expect((await desk.balance()).amount).toBe('0');
  });

  test('never gives back more than was paid, nor what is to go back anyway', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.post(id, 'payments', { amount: '1000' });
    await desk.post(id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    await desk.sent(-2000);
    // 400 of the 1000 are to be refunded without any credit.
    expect((await desk.payOut({ invoice_id: id, amount: '601' })).status).toBe(409);
    of(await desk.payOut({ invoice_id: id }), 201);
    expect(await desk.read(id)).toMatchObject({ paid: '400', set_off: '600', state: 'paid' });
    of(await desk.post(id, 'payments', { kind: 'refund' }), 201);
    expect(await desk.read(id)).toMatchObject({ paid: '0', state: 'paid', due: '0' });
    expect((await desk.balance()).amount).toBe('1400');
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
    await desk.newCustomer();
    await desk.sent(-900);
    expect((await desk.payOut(body)).status).toBe(status);
    expect((await desk.balance()).amount).toBe('900');
  });

  test('of an open invoice, or of somebody else’s, is refused', async () => {
    const other = await desk.newCustomer();
    const theirs = await desk.sent(1000);
    await desk.post(theirs.id, 'payments');
    await desk.newCustomer();
    const open = await desk.sent(1000);
    await desk.sent(-900);
    expect((await desk.payOut({ invoice_id: open.id })).body['detail']).toBe('The invoice is open');
    // What was credited of what nobody paid is no money.
    expect((await desk.payOut()).body['code']).toBe('customer_owes');
    await core.admin('POST', `/v1/invoices/${open.id}/uncollectible`);
    expect((await desk.payOut()).body['code']).toBe('customer_owes');
    expect((await desk.payOut({ invoice_id: theirs.id })).status).toBe(404);
    expect((await desk.payOut({}, other)).status).toBe(409);
    expect((await desk.payOut({}, `cus_${'0'.repeat(24)}`)).status).toBe(404);
    expect((await desk.balance()).amount).toBe('900');
  });

  test('is of who has left, too', async () => {
    await desk.newCustomer();
    await desk.sent(-900);
    expect((await core.admin('DELETE', `/v1/customers/${desk.customer}`)).status).toBe(204);
    of(await desk.payOut(), 201);
    expect((await desk.balance()).amount).toBe('0');
  });

  test('is seen by members, who cannot do it', async () => {
    const ann = await person(core);
    desk.customer = (await customerWith(core, { owner: ann })).id;
    await desk.sent(-900);
    await desk.payOut({ amount: '100', method: 'transfer' });
    const path = `/portal/v1/customers/${desk.customer}/balance`;
    const seen = (await ann.call('GET', path)).body as unknown as Balance;
    expect(seen.data[0]).toMatchObject({ kind: 'payout', method: 'transfer', amount: '-100' });
    expect((await ann.call('POST', `${path}/payouts`, {})).status).toBe(404);
  });
});
