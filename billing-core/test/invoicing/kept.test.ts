import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { openLog } from '../../src/kit/log.ts';
import { openDatabase } from '../../src/kit/database.ts';
import { runClosing } from '../../src/invoicing/jobs.ts';
import { openScene, type Scene } from './scene.ts';

const START = Date.UTC(2027, 3, 1);
const MAY = Date.UTC(2027, 4, 1);
const DAY = 86_400_000;
const CUSTOMERS = 30;

let scene: Scene;
let sent: Invoice;
beforeAll(async () => {
  scene = await openScene(START);
  const customer_id = await scene.customer();
  const lines = [
    { description: 'One', amount: '700' },
    { description: 'Two', amount: '300' },
  ];
  const { admin } = scene.core;
  const { id } = (await admin('POST', '/v1/invoices', { customer_id, lines })).body;
  await admin('POST', `/v1/invoices/${id}/finalize`);
  await admin('POST', `/v1/invoices/${id}/payments`, { amount: '600' });
  const noted = await admin('POST', `/v1/invoices/${id}/credit-notes`, {
    reason: 'x',
    lines: [{ position: 1, amount: '200' }],
  });
  if (noted.status !== 201) throw new Error(noted.text);
  sent = noted.body as unknown as Invoice;
});
afterAll(() => scene.core.close());

const run = (statement: string) => scene.core.sql.begin((tx) => tx.unsafe(statement));

describe('what was sent stays, whoever asks the database', () => {
  test.each([
    ['an invoice is deleted', () => `delete from invoices where id = '${sent.id}'`],
    [
      'an invoice gets another number',
      () => `update invoices set number = 99 where id = '${sent.id}'`,
    ],
    ['its footer', () => `update invoices set footer = 'x' where id = '${sent.id}'`],
    ['its tax table', () => `update invoices set taxes = '[{}]' where id = '${sent.id}'`],
    [
      'a line is added',
      () => `insert into invoice_lines (invoice_id, position, kind, description,
      exact_amount, amount) values ('${sent.id}', 7, 'manual', 'x', 0, 0)`,
    ],
    [
      'a line is moved',
      () => `update invoice_lines set position = 9 where invoice_id = '${sent.id}'`,
    ],
    ['a line is deleted', () => `delete from invoice_lines where invoice_id = '${sent.id}'`],
    ['a credit note changes', () => `update credit_notes set reason = 'y'`],
    ['a credit note is deleted', () => 'delete from credit_notes'],
    ['a line of it changes', () => 'update credit_note_lines set tax = 1'],
    ['a line of it is deleted', () => 'delete from credit_note_lines'],
    [
      'a line is added to it',
      () => `insert into credit_note_lines select id, invoice_id, 0, 1, 0
      from credit_notes`,
    ],
    ['a payment changes', () => 'update payments set amount = 1'],
    ['a payment is deleted', () => 'delete from payments'],
    ['credit changes', () => 'update customer_balance_entries set amount = 1'],
    ['its customer is deleted', () => `delete from customers where id = '${sent.customer.id}'`],
    ['all invoices', () => 'truncate invoices cascade'],
    ['all payments', () => 'truncate payments'],
    ['all credit', () => 'truncate customer_balance_entries'],
    ['all credit notes', () => 'truncate credit_notes cascade'],
    [
      'the series goes back',
      () => `update document_series set last_number = last_number - 1
      where id = 'INV'`,
    ],
    [
      'the series leaves one out',
      () => `update document_series set last_number = last_number + 1
      where id = 'INV'`,
    ],
    ['the series is deleted', () => 'delete from document_series'],
    ['the series is emptied', () => 'truncate document_series cascade'],
  ])('%s: refused', async (_what, statement) => {
    const before = (await scene.core.admin('GET', `/v1/invoices/${sent.id}`)).text;
    // A statement that finds nothing to change would be refused by nobody.
    const [{ balance }] = await scene.core.sql<[{ balance: number }]>`
      select count(*)::int as balance from customer_balance_entries`;
    if (balance === 0) await withCredit();
    await expect(run(statement())).rejects.toThrow(
      /kept|only grows|invoice is|goes forward|not used|violates|truncate|beyond|lines sum/,
    );
    expect((await scene.core.admin('GET', `/v1/invoices/${sent.id}`)).text).toBe(before);
  });
});

async function withCredit(): Promise<void> {
  const customer_id = await scene.customer();
  const lines = [{ description: 'Back', amount: '-5' }];
  const { admin } = scene.core;
  const { id } = (await admin('POST', '/v1/invoices', { customer_id, lines })).body;
  expect((await admin('POST', `/v1/invoices/${id}/finalize`)).status).toBe(200);
}

describe('what is written past the program is looked at, too', () => {
  const invoice = (number: string, total: number) => `insert into invoices (id, customer_id, state,
    reason, series, number, currency, customer, total, created_at, finalized_at)
    select 'inv_z', '${sent.customer.id}', 'open', 'manual', 'INV', ${number}, 'USD',
            '{}', ${total},
            now(), now() from document_series where id = 'INV'`;
  test.each([
    ['a number with a hole before it', () => invoice('last_number + 900', 0), /leaves a hole/],
    [
      'a total without lines',
      () => `update document_series set last_number = last_number + 1
      where id = 'INV'; ${invoice('last_number', 5)}`,
      /its lines sum/,
    ],
    [
      'more credited on a line than it came to',
      () => `
      insert into credit_notes
        select 'crn_z', invoice_id, customer_id, series, number + 1, currency,
        'x', 0, 200, now(), 200, 0, 0 from credit_notes;
      update document_series set last_number = last_number + 1 where id = 'CN';
      insert into credit_note_lines select 'crn_z', invoice_id, 1, 200, 0 from credit_notes
        where id = 'crn_z';
      update invoices set credited = credited + 200 where id = '${sent.id}'`,
      /beyond what it comes/,
    ],
  ])('%s: refused', async (_what, statement, message) => {
    await expect(run(statement())).rejects.toThrow(message);
  });
});

test('cores that close at once make each invoice once, and numbers without a hole', async () => {
  const { core } = scene;
  const version = await scene.plan([
    { model: 'flat', amount: '2900' },
    { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1' },
  ]);
  const customers: string[] = [];
  for (let n = 0; n < CUSTOMERS; n++) {
    const customer = await scene.customer();
    await scene.subscribe(customer, version);
    await scene.use(customer, { at: START + DAY, requests: n + 1 });
    customers.push(customer);
  }
  await scene.go(MAY + DAY);
  const [{ name }] = await core.sql<[{ name: string }]>`select current_database() as name`;
  const { user, pass, host, port } = core.sql.options;
  const url = `postgres://${user}:${String(pass)}@${host[0]}:${port[0]}/${name}`;
  const log = openLog('test', 'silent');
  const cores = [openDatabase(url, 4), openDatabase(url, 4), openDatabase(url, 4)];
  const close = (sql: (typeof cores)[number]) =>
    runClosing(
      { sql, log, send: async () => {}, now: core.clock.now },
      new AbortController().signal,
    );
  const made = await Promise.all(cores.map(close));
  await Promise.all(cores.map((sql) => sql.end()));
  expect(made.reduce((a, b) => a + b)).toBe(CUSTOMERS);
  for (const [n, customer] of customers.entries()) {
    const all = await scene.invoices(customer);
    const lines = all.flatMap((invoice) =>
      invoice.lines.map(({ kind, quantity }) => [kind, quantity]),
    );
    expect(lines.filter(([kind]) => kind === 'usage')).toEqual([['usage', String(n + 1)]]);
    expect(lines.filter(([kind]) => kind === 'fee')).toHaveLength(2);
  }
  const [numbers] = await core.sql`
    select max(number) = count(*) and count(distinct number) = count(*) as dense
      from invoices where number is not null`;
  expect(numbers).toMatchObject({ dense: true });
}, 60_000);
