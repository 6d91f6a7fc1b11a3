import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice, NewCreditNote } from '../../src/contract/invoice.ts';
import { DAY_MS } from '../../src/kit/clock.ts';
import { finalizeAll } from '../../src/invoicing/finalize.ts';
import { invoiceById } from '../../src/invoicing/store.ts';
import { customerWith, openCore, person, type Answer, type Core } from '../../src/test/core.ts';

let core: Core;
let customer: string;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const of = (answer: Answer, status = 200): Invoice => {
  expect(answer.status, answer.text).toBe(status);
  return answer.body as unknown as Invoice;
};
const newCustomer = async () => (await customerWith(core, {})).id;
async function draft(...amounts: number[]): Promise<Invoice> {
  const lines = amounts.map((amount, i) => ({ description: `L${i}`, amount: String(amount) }));
  const wanted = { customer_id: customer, lines };
  return of(await core.admin('POST', '/v1/invoices', wanted), 201);
}
const post = (id: string, verb: string, body?: object) =>
  core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
const read = async (id: string) => of(await core.admin('GET', `/v1/invoices/${id}`));
async function sent(...amounts: number[]): Promise<Invoice> {
  return of(await post((await draft(...amounts)).id, 'finalize'));
}
const credit = (id: string, note: Partial<NewCreditNote> = {}) =>
  post(id, 'credit-notes', { reason: 'Agreed', ...note });
const pay = (id: string, payment: object = {}) => post(id, 'payments', payment);

async function taxed(percent: number): Promise<void> {
  const id = `txr_${String(percent).padStart(24, '0')}`;
  await core.sql`insert into tax_rates (id, name, percent, inclusive, created_at)
    values (${id}, 'VAT', ${percent}, false, now()) on conflict do nothing`;
  await core.sql`insert into customer_tax_rates values (${customer}, ${id}, 0)`;
}

describe('numbers', () => {
  test('have no gap and no double through parallel finalisations that may fail', async () => {
    customer = await newCustomer();
    const drafts = await Promise.all(Array.from({ length: 40 }, () => draft(100)));
    const [{ last_number: before }] = await core.sql<[{ last_number: bigint }]>`
      select last_number from document_series where id = 'INV'`;
    const fails = (i: number) => i % 3 === 1;
    await Promise.all(
      drafts.map(({ id }, i) =>
        core.sql
          .begin(async (tx) => {
            const row = await invoiceById(tx, id);
            if (row) await finalizeAll(tx, [row], { now: core.clock.now });
            if (fails(i)) throw new Error('rolled back');
          })
          .catch(() => {}),
      ),
    );
    const rows = await core.sql<{ id: string; number: bigint }[]>`
      select id, number from invoices where number > ${before} order by number`;
    const kept = drafts.filter((_, i) => !fails(i)).map(({ id }) => id);
    expect(rows.map(({ number }) => number)).toEqual(kept.map((_, i) => before + BigInt(i) + 1n));
    expect(rows.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
  });

  test('are given at finalisation, and none to a draft that is discarded', async () => {
    customer = await newCustomer();
    const [one, two] = [await draft(100), await draft(200)];
    expect([one.number, one.state]).toEqual([null, 'draft']);
    expect((await core.admin('DELETE', `/v1/invoices/${one.id}`)).status).toBe(204);
    const before = (await sent(1)).number ?? '';
    const after = of(await post(two.id, 'finalize')).number ?? '';
    expect(Number(after.slice(4))).toBe(Number(before.slice(4)) + 1);
    expect((await post(two.id, 'finalize')).status).toBe(409);
  });
});

describe('an invoice that was sent', () => {
  test.each([
    ['total', 'update invoices set total = 1, subtotal = 1'],
    ['customer', `update invoices set customer = '{}'`],
    ['number', 'update invoices set number = number + 1000'],
    ['lines', 'update invoice_lines set amount = 1'],
    [
      'lines, one more',
      `insert into invoice_lines (invoice_id, position, kind, description,
      exact_amount, amount) select id, 9, 'manual', 'x', 1, 1 from invoices`,
    ],
    ['lines, one less', 'delete from invoice_lines'],
    ['row', 'delete from invoices'],
    [
      'state, back to a draft',
      `update invoices set state = 'draft', number = null, series = null,
      finalized_at = null`,
    ],
    ['due date', `update invoices set due_at = now() + interval '1 year'`],
  ])('keeps its %s, whoever asks the database', async (_what, statement) => {
    customer = await newCustomer();
    const { id } = await sent(100, 200);
    const key = statement.includes('invoice_lines') ? 'invoice_id' : 'id';
    const where = statement.startsWith('insert') ? `where id = '${id}'` : `where ${key} = '${id}'`;
    await expect(core.sql.unsafe(`${statement} ${where}`)).rejects.toThrow(
      /kept as it was sent|the invoice is open/,
    );
  });

  test('keeps who its customer was', async () => {
    customer = await newCustomer();
    const { id } = await sent(100);
    await core.admin('PATCH', `/v1/customers/${customer}`, { name: 'Renamed' });
    expect((await read(id)).customer.name).toBe('Acme');
  });

  test('says what the settings said when it was finalised', async () => {
    customer = await newCustomer();
    const settings = {
      issuer: 'Tollgate GmbH\nBerlin',
      footer: 'Thank you',
      due_days: 30,
      grace_minutes: 60,
      zero_amount: 'issue',
    };
    expect((await core.admin('PUT', '/v1/billing-settings', settings)).status).toBe(200);
    const one = await sent(100);
    await core.admin('PUT', '/v1/billing-settings', { ...settings, issuer: 'Other', due_days: 0 });
    expect(await read(one.id)).toMatchObject({ issuer: 'Tollgate GmbH\nBerlin' });
    const days = Date.parse(one.due_at ?? '') - Date.parse(one.finalized_at ?? '');
    expect(days).toBe(30 * 86_400_000);
  });
});

describe('money', () => {
  test('comes in parts until nothing is due, and never more than is', async () => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    expect((await pay(id, { amount: '400', method: 'transfer' })).status).toBe(201);
    expect(await read(id)).toMatchObject({ state: 'open', paid: '400', due: '600' });
    expect((await pay(id, { amount: '601' })).body['detail']).toBe('Only 600 is due');
    expect((await pay(id)).body).toMatchObject({ amount: '600', kind: 'payment' });
    expect(await read(id)).toMatchObject({ state: 'paid', paid: '1000', due: '0' });
    expect((await pay(id)).status).toBe(409);
  });

  test('that goes back opens the invoice again, unless it was credited', async () => {
    customer = await newCustomer();
    const [one, two] = [await sent(1000), await sent(1000)];
    for (const { id } of [one, two]) await pay(id);
    await pay(one.id, { kind: 'refund', amount: '300' });
    expect(await read(one.id)).toMatchObject({ state: 'open', due: '300' });
    await credit(two.id, { amount: '300' });
    expect((await pay(two.id, { kind: 'refund' })).body).toMatchObject({ amount: '300' });
    expect(await read(two.id)).toMatchObject({ state: 'paid', due: '0', paid: '700' });
    expect((await pay(two.id, { kind: 'refund', amount: '701' })).status).toBe(409);
  });

  test('sent ten times at once is taken once', async () => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay(id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await read(id)).paid).toBe('1000');
  });
});

describe('a customer’s credit', () => {
  test('comes from a negative invoice and is used by the next ones, to the cent', async () => {
    customer = await newCustomer();
    expect(await sent(-1500)).toMatchObject({ state: 'paid', from_balance: '-1500', due: '0' });
    expect(await sent(1000)).toMatchObject({ state: 'paid', from_balance: '1000', due: '0' });
    expect(await sent(1000)).toMatchObject({ state: 'open', from_balance: '500', due: '500' });
    expect(await sent(1000)).toMatchObject({ state: 'open', from_balance: '0', due: '1000' });
  });

  test('is used once by invoices that are finalised at the same time', async () => {
    customer = await newCustomer();
    await sent(-1000);
    const drafts = await Promise.all(Array.from({ length: 6 }, () => draft(400)));
    const all = await Promise.all(drafts.map(({ id }) => post(id, 'finalize')));
    const used = all.map((answer) => BigInt(of(answer).from_balance)).reduce((a, b) => a + b);
    expect(used).toBe(1000n);
  });
});

describe('credit notes', () => {
  test.each([
    ['a line that is not there', { position: 2, amount: '1' }, 'There is no line at position 2'],
    [
      'more than a line has',
      { position: 1, amount: '201' },
      'Only 200 is left of the line at position 1',
    ],
  ])('of %s say which, as lines say their position', async (_what, line, detail) => {
    customer = await newCustomer();
    const { id } = await sent(100, 200);
    expect((await credit(id, { lines: [line] })).body).toMatchObject({ status: 409, detail });
  });

  test('of an amount and of the rest sum to the invoice and its tax', async () => {
    customer = await newCustomer();
    await taxed(19);
    const { id, total, tax } = await sent(333, 333, 334);
    expect([total, tax]).toEqual(['1190', '190']);
    expect((await credit(id, { amount: '100' })).status).toBe(201);
    expect((await credit(id, { lines: [{ position: 2, amount: '77' }] })).status).toBe(201);
    const after = of(await credit(id), 201);
    const sum = (name: 'total' | 'tax') =>
      after.credit_notes.reduce((all, note) => all + BigInt(note[name]), 0n).toString();
    expect([sum('total'), sum('tax')]).toEqual(['1190', '190']);
    expect(after).toMatchObject({ state: 'paid', due: '0', credited: '1190' });
    expect((await credit(id)).status).toBe(409);
  });

  test('issued at the same time never credit more than there is', async () => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => credit(id, { amount: '300' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect((await read(id)).credited).toBe('900');
  });

  test('stay as they are', async () => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    await credit(id);
    await expect(core.sql`update credit_notes set total = 1`).rejects.toThrow(/only grows/);
    await expect(core.sql`delete from credit_note_lines`).rejects.toThrow(/only grows/);
  });
});

describe('states', () => {
  test.each([
    ['draft', 'void', 409],
    ['open', 'void', 200],
    ['open', 'uncollectible', 200],
    ['uncollectible', 'void', 200],
    ['void', 'uncollectible', 409],
    ['paid', 'void', 409],
    ['paid', 'uncollectible', 409],
  ])('an invoice that is %s becomes %s: %i', async (state, wanted, status) => {
    customer = await newCustomer();
    const { id } = await draft(1000);
    if (state !== 'draft') await post(id, 'finalize');
    if (state === 'paid') await pay(id);
    if (state === 'void' || state === 'uncollectible') await post(id, state);
    expect((await read(id)).state).toBe(state);
    expect((await post(id, wanted)).status).toBe(status);
    expect((await read(id)).state).toBe(status === 200 ? wanted : state);
  });

  test.each([
    ['in 2099', '2099-01-01T00:00:00Z', 400],
    ['a day and a moment ahead', () => new Date(core.clock.now + DAY_MS + 1).toISOString(), 400],
    [
      'a day ahead, by a bank elsewhere',
      () => new Date(core.clock.now + DAY_MS).toISOString(),
      201,
    ],
    ['years ago', '2020-01-01T00:00:00Z', 201],
  ])('a payment that came %s is answered as it should', async (_when, at, status) => {
    customer = await newCustomer();
    const { id } = await sent(1000);
    const received_at = typeof at === 'string' ? at : at();
    const answer = await pay(id, { received_at });
    expect(answer.status).toBe(status);
    if (status === 201) return;
    expect(answer.body['errors']).toEqual([
      { path: 'received_at', message: 'is more than a day ahead' },
    ]);
    expect((await read(id)).due).toBe('1000');
  });

  test('money that comes for an uncollectible one is taken, for a void one it is not', async () => {
    customer = await newCustomer();
    const [one, two] = [await sent(1000), await sent(1000)];
    await post(one.id, 'uncollectible');
    await post(two.id, 'void');
    expect((await pay(one.id)).status).toBe(201);
    expect(await read(one.id)).toMatchObject({ state: 'paid', ended_at: null });
    expect((await pay(two.id)).status).toBe(409);
  });
});

test('members see the invoices of their customer, but for drafts, and nobody else’s', async () => {
  const ann = await person(core);
  customer = (await customerWith(core, { viewer: ann })).id;
  const [hidden, seen] = [await draft(100), await sent(200)];
  const base = `/portal/v1/customers/${customer}/invoices`;
  const list = await ann.call('GET', base);
  const ids = (list.body['data'] as unknown as { id: string }[]).map(({ id }) => id);
  expect(ids).toEqual([seen.id]);
  expect((await ann.call('GET', `${base}/${seen.id}`)).body).toMatchObject({ total: '200' });
  expect((await ann.call('GET', `${base}/${hidden.id}`)).status).toBe(404);
  customer = await newCustomer();
  const other = await sent(300);
  expect((await ann.call('GET', `${base}/${other.id}`)).status).toBe(404);
  expect((await ann.call('GET', `${base}/${other.id}/payments`)).status).toBe(404);
});
