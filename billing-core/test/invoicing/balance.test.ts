import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Balance } from '../../src/contract/balance.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { customerWith, openCore, person, type Answer, type Core } from '../../src/test/core.ts';

let core: Core;
let customer: string;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const newCustomer = async () => (await customerWith(core, {})).id;
const of = (answer: Answer, status = 200): Invoice => {
  expect(answer.status, answer.text).toBe(status);
  return answer.body as unknown as Invoice;
};
const post = (id: string, verb: string, body?: object) =>
  core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
async function sent(amount: number | bigint): Promise<Invoice> {
  const lines = [{ description: 'Line', amount: String(amount) }];
  const made = of(await core.admin('POST', '/v1/invoices', { customer_id: customer, lines }), 201);
  return of(await post(made.id, 'finalize'));
}
const read = async (id: string) => of(await core.admin('GET', `/v1/invoices/${id}`));
const credit = (id: string, note: object = {}) =>
  post(id, 'credit-notes', { reason: 'Agreed', ...note });
const pay = (id: string, payment: object = {}) => post(id, 'payments', payment);
async function balance(): Promise<Balance> {
  const answer = await core.admin('GET', `/v1/customers/${customer}/balance`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Balance;
}

describe('what an invoice took of a customer’s credit', () => {
  test('comes back when it is voided, once', async () => {
    customer = await newCustomer();
    await sent(-1500);
    const { id } = await sent(2000);
    expect((await balance()).amount).toBe('0');
    expect(of(await post(id, 'void'))).toMatchObject({ to_balance: '1500', due: '0' });
    expect((await post(id, 'void')).status).toBe(409);
    const { amount, currency, data } = await balance();
    expect([amount, currency]).toEqual(['1500', 'USD']);
    const entries = data.map((entry) => `${entry.kind} ${entry.amount}`);
    expect(entries.toSorted()).toEqual(['grant 1500', 'use -1500', 'void 1500']);
    expect(await sent(1000)).toMatchObject({ state: 'paid', from_balance: '1000' });
  });

  test('comes back when it is credited, as far as it is not owed any longer', async () => {
    customer = await newCustomer();
    await sent(-1500);
    const { id } = await sent(2000);
    const first = of(await credit(id, { amount: '700' }), 201);
    expect(first).toMatchObject({ state: 'paid', due: '0', to_balance: '200' });
    const shares = { off_due: '500', to_balance: '200', refundable: '0' };
    expect(first.credit_notes[0]).toMatchObject(shares);
    const all = of(await credit(id), 201);
    expect(all).toMatchObject({ credited: '2000', to_balance: '1500', due: '0' });
    expect((await balance()).amount).toBe('1500');
  });

  test('comes back for what voiding gives up after it was credited in part', async () => {
    customer = await newCustomer();
    await sent(-1500);
    const { id } = await sent(2000);
    await credit(id, { amount: '700' });
    await pay(id).then(({ status }) => expect(status).toBe(409));
    const two = await sent(3000);
    expect(two.from_balance).toBe('200');
    expect(of(await post(two.id, 'void')).to_balance).toBe('200');
    expect((await balance()).amount).toBe('200');
  });

  test('is shared with what was paid: balance, and money to be refunded', async () => {
    customer = await newCustomer();
    await sent(-600);
    const { id } = await sent(1000);
    await pay(id);
    const credited = of(await credit(id), 201);
    const shares = { off_due: '0', to_balance: '600', refundable: '400' };
    expect(credited.credit_notes[0]).toMatchObject(shares);
    expect((await pay(id, { kind: 'refund', amount: '401' })).status).toBe(409);
    expect((await pay(id, { kind: 'refund' })).body).toMatchObject({ amount: '400' });
    expect(await read(id)).toMatchObject({ state: 'paid', paid: '0', due: '0' });
    expect((await balance()).amount).toBe('600');
  });

  test('can be more: what was paid in money becomes credit when that is said', async () => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    await pay(id);
    expect((await credit(id, { amount: '300', to_balance: '301' })).status).toBe(409);
    const after = of(await credit(id, { amount: '300', to_balance: '300' }), 201);
    expect(after).toMatchObject({ state: 'paid', due: '0', to_balance: '300' });
    expect((await balance()).amount).toBe('300');
    // It is not money any more.
    expect((await pay(id, { kind: 'refund', amount: '701' })).status).toBe(409);
    expect((await pay(id, { kind: 'refund', amount: '700' })).status).toBe(201);
    expect(await read(id)).toMatchObject({ state: 'open', due: '700' });
    expect((await post(id, 'void')).body['detail']).toMatch(/refund that first/);
  });
});

type Books = { balance: string; entries: string; odd: number };

/** The customer's books by SQL alone: what its invoices say is left, and what the entries say. */
async function books(): Promise<Books> {
  const [row] = await core.sql<[Books]>`
    select (select coalesce(sum(amount), 0) from customer_balance_entries
             where customer_id = ${customer})::text as entries,
           (select coalesce(-sum(from_balance - to_balance), 0) from invoices
             where customer_id = ${customer})::text as balance,
           (select count(*) from invoices where customer_id = ${customer}
               and (paid < 0 or (state = 'void' and paid <> 0)
                 or (state = 'open' and total - from_balance + to_balance - credited - paid <= 0)
                 or (state = 'paid' and total - from_balance + to_balance - credited - paid > 0)
               ))::int as odd`;
  return row;
}

type Step = { what: 'invoice' | 'pay' | 'refund' | 'credit' | 'void'; at: number; amount: number };

async function take({ what, at, amount }: Step, ids: string[]): Promise<number> {
  const id = ids[at % Math.max(ids.length, 1)];
  if (what === 'invoice' || id === undefined) {
    ids.push((await sent(amount % 3 === 0 ? -amount - 1 : amount + 1)).id);
    return 200;
  }
  const text = String((amount % 900) + 1);
  if (what === 'void') return (await post(id, 'void')).status;
  if (what === 'credit') return (await credit(id, amount % 4 ? { amount: text } : {})).status;
  const kind = what === 'pay' ? 'payment' : 'refund';
  return (await pay(id, { kind, ...(amount % 2 === 0 && { amount: text }) })).status;
}

const step = fc.record({
  what: fc.constantFrom<Step['what']>('invoice', 'invoice', 'pay', 'refund', 'credit', 'void'),
  at: fc.nat(5),
  amount: fc.integer({ min: 0, max: 2000 }),
});

test('payments, refunds, credit notes and voids in any order keep the books', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      customer = await newCustomer();
      const ids: string[] = [];
      for (const one of steps) expect([200, 201, 409]).toContain(await take(one, ids));
      const { balance: left, entries, odd } = await books();
      expect([left, odd]).toEqual([entries, 0]);
      expect((await balance()).amount).toBe(entries);
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('and so do those that come at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 12 }), async (steps) => {
      customer = await newCustomer();
      await sent(-700);
      const ids = [(await sent(1000)).id, (await sent(500)).id];
      const all = await Promise.all(steps.map((one) => take(one, ids)));
      for (const status of all) expect([200, 201, 409]).toContain(status);
      const { balance: left, entries, odd } = await books();
      expect([left, odd]).toEqual([entries, 0]);
      expect(BigInt(entries)).toBeGreaterThanOrEqual(0n);
    }),
    { numRuns: 10 },
  );
}, 60_000);

test('a void and a credit note at once give it back once', async () => {
  customer = await newCustomer();
  await sent(-1000);
  const { id } = await sent(1500);
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, () => post(id, 'void')),
    ...Array.from({ length: 4 }, () => credit(id)),
  ]);
  expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
  expect((await balance()).amount).toBe('1000');
});

describe('the database itself refuses', () => {
  const entry = (values: string) => `
    insert into customer_balance_entries (id, customer_id, currency, invoice_id, kind, amount,
      created_at) select 'bal_x' || id, customer_id, currency, id, ${values}, now() from invoices`;
  test.each([
    [
      'a payment that no invoice knows of',
      `insert into payments select 'pay_x' || id, id,
      customer_id, 'payment', currency, 1, 'cash', '', now(), 'me', now() from invoices`,
      /payments/,
    ],
    ['an invoice that is paid by nothing', 'update invoices set paid = paid + 1', /payments/],
    ['credit that no note gives', 'update invoices set credited = credited + 1', /credit notes/],
    [
      'a note that the invoice does not know',
      `insert into credit_notes (id, invoice_id,
      customer_id, series, number, currency, reason, tax, total, off_due, to_balance, refundable,
      created_at) select 'crn_x' || id, id, customer_id, 'CN', 10000 + number, currency, 'x', 0, 1,
      1, 0, 0, now() from invoices`,
      /credit note/,
    ],
    ['balance out of nothing', entry(`'void', 5`), /balance/],
    ['balance spent on nothing', entry(`'use', -1`), /balance|customer_balance_entries_once/],
    ['balance given back unseen', 'update invoices set to_balance = to_balance + 1', /balance/],
    ['a void that keeps it', `update invoices set state = 'void', ended_at = now()`, /void/],
    [
      'an open one that is called paid',
      `update invoices set state = 'paid', paid_at = now()`,
      /not paid/,
    ],
  ])('%s', async (_what, statement, message) => {
    customer = await newCustomer();
    await sent(-300);
    const { id } = await sent(1000);
    const run = core.sql.begin((tx) => tx.unsafe(`${statement} where id = '${id}'`));
    await expect(run).rejects.toThrow(message);
    expect(await read(id)).toMatchObject({ state: 'open', due: '700', paid: '0' });
  });
});

test('members see what they have to their credit, and not what others have', async () => {
  const [ann, bob] = [await person(core), await person(core)];
  customer = (await customerWith(core, { viewer: ann })).id;
  await sent(-900);
  const path = `/portal/v1/customers/${customer}/balance`;
  expect((await ann.call('GET', path)).body).toMatchObject({ amount: '900', has_more: false });
  expect((await bob.call('GET', path)).status).toBe(404);
  const page = await core.admin('GET', `/v1/customers/${customer}/balance?limit=1&cursor=x`);
  expect(page.body['code']).toBe('invalid_request');
});
