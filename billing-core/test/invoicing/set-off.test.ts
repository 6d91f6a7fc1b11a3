import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerWith, openCore, type Core } from '../../src/test/core.ts';
import { CreditDesk, of } from './credit-desk.ts';

// What customers have to their credit is set off against invoices that are final, and paid out.

let core: Core;
let desk: CreditDesk;
beforeAll(async () => {
  core = await openCore();
  desk = new CreditDesk(core);
});
afterAll(() => core.close());

describe('setting off', () => {
  test('takes what there is off an open invoice, and the rest another time', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(2000);
    await desk.sent(-1500);
    expect(of(await desk.setOff(id, { amount: '400' }))).toMatchObject({
      ...{ state: 'open', set_off: '400', from_balance: '0', due: '1600', paid: '0' },
    });
    expect(of(await desk.setOff(id))).toMatchObject({ state: 'open', set_off: '1500', due: '500' });
    const { amount, data } = await desk.balance();
    expect(amount).toBe('0');
    const entries = data.map((one) => `${one.kind} ${one.amount}`);
    expect(entries.toSorted()).toEqual(['grant 1500', 'set_off -1100', 'set_off -400']);
    expect(await desk.audited('invoice.set_off')).toMatchObject({
      ...{ subject_id: id, detail: { amount: '1100', customer_id: desk.customer } },
    });
  });

  test('pays it in full, and leaves the rest for the next one', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.sent(-1500);
    expect(of(await desk.setOff(id))).toMatchObject({ state: 'paid', set_off: '1000', due: '0' });
    expect((await desk.setOff(id)).body['detail']).toBe('The invoice is paid');
    expect(await desk.sent(700)).toMatchObject({ from_balance: '500', due: '200' });
  });

  test('is of what nobody was expected to pay any more, too', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await core.admin('POST', `/v1/invoices/${id}/uncollectible`);
    await desk.sent(-1000);
    expect(of(await desk.setOff(id))).toMatchObject({ state: 'paid', ended_at: null });
  });

  test('comes back with a void, and with a credit note as far as it is not owed', async () => {
    await desk.newCustomer();
    const [voided, credited] = [await desk.sent(1000), await desk.sent(1000)];
    await desk.sent(-900);
    await desk.setOff(voided.id, { amount: '300' });
    await desk.setOff(credited.id);
    expect(of(await core.admin('POST', `/v1/invoices/${voided.id}/void`))).toMatchObject({
      ...{ state: 'void', to_balance: '300' },
    });
    const note = of(await desk.post(credited.id, 'credit-notes', { reason: 'Agreed' }), 201);
    const shares = { off_due: '400', to_balance: '600', refundable: '0' };
    expect(note.credit_notes[0]).toMatchObject(shares);
    expect((await desk.balance()).amount).toBe('900');
  });

  test('ends what was done because it was past due', async () => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.sent(-1000);
    core.clock.now += 40 * 86_400_000;
    const debt = () => core.admin('GET', `/v1/customers/${desk.customer}/debt`);
    expect((await debt()).body['due']).toBe('1000');
    await desk.setOff(id);
    expect((await debt()).body['due']).toBe('0');
  });

  test.each([
    ['more than is due', { amount: '1001' }, 409],
    ['more than there is', { amount: '901' }, 409],
    ['nothing', { amount: '0' }, 400],
    ['less than nothing', { amount: '-1' }, 400],
    ['a part of a cent', { amount: '1.5' }, 400],
    ['a number', { amount: 5 }, 400],
    ['too much to be true', { amount: '9'.repeat(40) }, 400],
    ['NUL', { amount: '\u00001' }, 400],
    ['another currency', { amount: '1', currency: 'EUR' }, 400],
  ])('of %s is refused', async (_what, body, status) => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.sent(-900);
    expect((await desk.setOff(id, body)).status).toBe(status);
    expect(await desk.read(id)).toMatchObject({ set_off: '0', due: '1000' });
    expect((await desk.balance()).amount).toBe('900');
  });

  test('of somebody else’s credit, of a draft, of none there is, is refused', async () => {
    await desk.newCustomer();
    await desk.sent(-900);
    const other = (await customerWith(core, {})).id;
    const theirs = await desk.sent(1000, other);
    expect((await desk.setOff(theirs.id)).status).toBe(409);
    const lines = [{ description: 'Line', amount: '5' }];
    const draft = of(
      await core.admin('POST', '/v1/invoices', { customer_id: desk.customer, lines }),
      201,
    );
    expect((await desk.setOff(draft.id)).body['detail']).toBe('The invoice is draft');
    expect((await desk.setOff(`inv_${'0'.repeat(24)}`)).status).toBe(404);
    expect((await desk.balance()).amount).toBe('900');
  });

  test('at the same moment takes no cent twice', async () => {
    await desk.newCustomer();
    const ids = [(await desk.sent(1000)).id, (await desk.sent(1000)).id];
    await desk.sent(-1500);
    const answers = await Promise.all([
      ...ids.flatMap((id) => [desk.setOff(id), desk.setOff(id, { amount: '700' })]),
      desk.payOut({ amount: '600' }),
      desk.payOut(),
    ]);
    for (const { status } of answers) expect([200, 201, 409]).toContain(status);
    const { amount, data } = await desk.balance();
    const taken = data.reduce((sum, one) => sum + BigInt(one.amount), 0n);
    expect([amount, taken]).toEqual(['0', 0n]);
  });
});

type Step = { what: string; at: number; amount: number };

async function take({ what, at, amount }: Step, ids: string[]): Promise<number> {
  const id = ids[at % Math.max(ids.length, 1)];
  if (what === 'invoice' || id === undefined) {
    ids.push((await desk.sent(amount % 3 === 0 ? -amount - 1 : amount + 1)).id);
    return 200;
  }
  const said = amount % 2 === 0 ? { amount: String((amount % 900) + 1) } : {};
  if (what === 'set-off') return (await desk.setOff(id, said)).status;
  if (what === 'payout') {
    return (await desk.payOut({ ...said, ...(amount % 3 && { invoice_id: id }) })).status;
  }
  if (what === 'return') return (await desk.payOut({ ...said, kind: 'payout_return' })).status;
  if (what === 'void') return (await core.admin('POST', `/v1/invoices/${id}/void`)).status;
  if (what === 'credit')
    return (await desk.post(id, 'credit-notes', { reason: 'x', ...said })).status;
  return (await desk.post(id, 'payments', { kind: what, ...said })).status;
}

const DEEDS = ['invoice', 'set-off', 'payout', 'return', 'void', 'credit', 'payment', 'refund'];
const step = fc.record({
  what: fc.constantFrom('invoice', ...DEEDS),
  at: fc.nat(5),
  amount: fc.integer({ min: 0, max: 2000 }),
});

test('whatever is done in whatever order, no cent is lost, made, or below zero', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
      await desk.newCustomer();
      const ids: string[] = [];
      for (const one of steps) expect([200, 201, 404, 409]).toContain(await take(one, ids));
      const [books] = await core.sql<[{ left: string; held: string; out: string; odd: number }]>`
        select (select coalesce(sum(amount), 0) from customer_balance_entries
                 where customer_id = ${desk.customer})::text as left,
               (select coalesce(-sum(from_balance + set_off - to_balance), 0) from invoices
                 where customer_id = ${desk.customer})::text as held,
               (select coalesce(sum(amount), 0) from customer_balance_entries
                 where customer_id = ${desk.customer} and invoice_id is null)::text as out,
               (select count(*)::int from invoices where customer_id = ${desk.customer}
                   and total > 0 and state <> 'void'
                   and (paid < 0 or set_off < 0
                     or (state = 'paid') <> (total - from_balance - set_off + to_balance
                                             - credited - paid <= 0))) as odd`;
      expect(BigInt(books.left)).toBe(BigInt(books.held) + BigInt(books.out));
      expect([books.odd, BigInt(books.left) >= 0n]).toEqual([0, true]);
      expect((await desk.balance()).amount).toBe(books.left);
    }),
    { numRuns: 25 },
  );
}, 120_000);

describe('the database itself refuses', () => {
  const entry = (values: string, invoice = 'id') => `
    insert into customer_balance_entries (id, customer_id, currency, invoice_id, kind, amount,
      method, reference, created_at)
    select 'bal_y' || id, customer_id, currency, ${invoice}, ${values}, now() from invoices`;
  test.each([
    ['what was set off unseen', 'update invoices set set_off = set_off + 1', /balance/],
    ['what was set off and is taken back', 'update invoices set set_off = set_off - 1', /kept/],
    ['credit set off of none', entry(`'set_off', -1, null, null`), /balance/],
    ['credit set off that gives', entry(`'set_off', 1, null, null`), /sign/],
    ['a payout of an invoice', entry(`'payout', -1, 'x', ''`), /payout/],
    ['a payout of nobody knows how', entry(`'payout', -1, null, null`, 'null'), /payout/],
    ['a payout of more than there is', entry(`'payout', -801, 'x', ''`, 'null'), /credit/],
  ])('%s', async (_what, statement, message) => {
    await desk.newCustomer();
    const { id } = await desk.sent(1000);
    await desk.sent(-1000);
    await desk.setOff(id, { amount: '200' });
    const run = core.sql.begin((tx) => tx.unsafe(`${statement} where id = '${id}'`));
    await expect(run).rejects.toThrow(message);
    expect(await desk.read(id)).toMatchObject({ state: 'open', due: '800', set_off: '200' });
  });
});
