import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  customerWith,
  openCore,
  person,
  type Answer,
  type Core,
  type Person,
} from '../src/test/core.ts';

// What customers change of themselves, and what they paid.

let core: Core;
/** One for all that is refused: passwords take long to make. */
let acme: Own;
beforeAll(async () => {
  core = await openCore();
  acme = await own();
}, 240_000);
afterAll(() => core.close());
beforeEach(() => void (core.clock.now += 1));

const told = ({ status, body }: Answer) => [status, body['code']];
type Own = { id: string; path: string; people: Record<string, Person> };

async function own(): Promise<Own> {
  const people: Record<string, Person> = {};
  for (const role of ['owner', 'billing', 'developer', 'viewer']) people[role] = await person(core);
  const { id } = await customerWith(core, people);
  return { id, path: `/portal/v1/customers/${id}`, people };
}
const as = ({ people }: Own, role: string): Person => people[role]!;

describe('name and zone', () => {
  test('are changed by owners alone, and gateways and who collects are told', async () => {
    const change = { name: 'Globex', billing_zone: 'Europe/Berlin' };
    for (const role of ['billing', 'developer', 'viewer']) {
      expect(told(await as(acme, role).call('PATCH', acme.path, change))).toEqual([
        403,
        'forbidden',
      ]);
    }
    core.clock.now += 1;
    const answer = await as(acme, 'owner').call('PATCH', acme.path, change);
    expect(answer.body).toMatchObject(change);
    expect(answer.body).not.toHaveProperty('metadata');
    const kinds = await core.sql`select kind from changes where subject_id = ${acme.id}
      order by number desc limit 2`;
    expect(kinds).toEqual([{ kind: 'payer' }, { kind: 'customer' }]);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${acme.id}`);
    expect(trail.body['data'][0]).toMatchObject({
      action: 'customer.update',
      actor_id: as(acme, 'owner').id,
      detail: { fields: ['name', 'billing_zone'] },
    });
  });

  test.each<[string, object, string]>([
    ['nothing', {}, ''],
    ['an empty name', { name: ' ' }, 'name'],
    ['a long name', { name: 'x'.repeat(201) }, 'name'],
    ['a name of several lines', { name: 'a\nb' }, 'name'],
    ['a name that shows backwards', { name: 'a\u202eb' }, 'name'],
    ['a number', { name: 7 }, 'name'],
    ['an offset', { billing_zone: '+02:00' }, 'billing_zone'],
    ['no zone', { billing_zone: 'Europe/Atlantis' }, 'billing_zone'],
    ['what admins change', { currency: 'EUR' }, 'currency'],
    ['what is the operator’s', { metadata: { tier: 'gold' } }, 'metadata'],
    ['its scopes', { key_scopes: ['admin'] }, 'key_scopes'],
  ])('are not changed to %s', async (_what, change, path) => {
    const answer = await as(acme, 'owner').call('PATCH', acme.path, change);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors'][0]).toMatchObject({ path });
  });
});

describe('address and tax number', () => {
  const details = { billing_address: '1 High Street\nSpringfield', tax_number: 'DE 123' };

  test('are changed by owners and billing, and stand on the next invoice', async () => {
    const path = `${acme.path}/billing-details`;
    for (const role of ['developer', 'viewer']) {
      expect(told(await as(acme, role).call('PUT', path, details))).toEqual([403, 'forbidden']);
    }
    expect((await as(acme, 'owner').call('PUT', path, details)).body).toMatchObject(details);
    const fewer = { ...details, tax_number: '' };
    expect((await as(acme, 'billing').call('PUT', path, fewer)).body).toMatchObject(fewer);
    const lines = [{ description: 'Work', amount: '100' }];
    const invoice = await core.admin('POST', '/v1/invoices', { customer_id: acme.id, lines });
    const final = await core.admin('POST', `/v1/invoices/${invoice.body['id']}/finalize`);
    expect(final.body).toMatchObject(fewer);
  });

  test.each<[string, object, string]>([
    ['only one of them', { tax_number: '' }, 'billing_address'],
    ['a long address', { ...details, billing_address: 'x'.repeat(1_001) }, 'billing_address'],
    ['NUL', { ...details, billing_address: 'a\u0000b' }, 'billing_address'],
    ['a long number', { ...details, tax_number: 'x'.repeat(61) }, 'tax_number'],
    ['a number of two lines', { ...details, tax_number: 'a\nb' }, 'tax_number'],
    ['null', { ...details, tax_number: null }, 'tax_number'],
    ['more', { ...details, name: 'x' }, 'name'],
  ])('are not %s', async (_what, body, path) => {
    const answer = await as(acme, 'owner').call('PUT', `${acme.path}/billing-details`, body);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(answer.body['errors'] ?? answer.body['detail'])).toContain(path);
  });
});

describe('payments', () => {
  const pay = async ({ id }: Own, amount: string, given?: string): Promise<string> => {
    const lines = [{ description: 'Work', amount }];
    const invoice = await core.admin('POST', '/v1/invoices', { customer_id: id, lines });
    const path = `/v1/invoices/${invoice.body['id']}`;
    const final = await core.admin('POST', `${path}/finalize`);
    await core.admin('POST', `${path}/payments`, { reference: 'R' });
    core.clock.now += 1;
    if (given) await core.admin('POST', `${path}/payments`, { kind: 'refund', amount: given });
    core.clock.now += 1;
    return final.body['number'] as string;
  };
  type Listed = { kind: string; amount: string; invoice_number: string };
  const rowsOf = ({ body }: Answer) =>
    (body['data'] as unknown as Listed[]).map(({ kind, amount, invoice_number }) => [
      kind,
      amount,
      invoice_number,
    ]);

  test('of all invoices are one list, the newest first, of this customer alone', async () => {
    const other = await own();
    const first = await pay(acme, '5000', '1250');
    const second = await pay(acme, '700');
    await pay(other, '999');
    const path = `${acme.path}/payments`;
    const all = [
      ['payment', '700', second],
      ['refund', '1250', first],
      ['payment', '5000', first],
    ];
    expect(rowsOf(await as(acme, 'viewer').call('GET', path))).toEqual(all);
    const refunds = await as(acme, 'owner').call('GET', `${path}?kind=refund`);
    expect(rowsOf(refunds)).toEqual([all[1]]);
    const page = await as(acme, 'owner').call('GET', `${path}?limit=2`);
    expect(rowsOf(page)).toEqual(all.slice(0, 2));
    const next = `${path}?limit=2&cursor=${page.body['next_cursor']}`;
    expect(rowsOf(await as(acme, 'owner').call('GET', next))).toEqual(all.slice(2));
    const { text } = await as(acme, 'owner').call('GET', `${path}.csv`);
    expect(text.trimEnd().split('\r\n')).toHaveLength(4);
    const [head = ''] = text.split('\r\n');
    expect(head).toMatch(/^\ufeff?id,invoice_id,kind,currency,amount,.*,invoice_number$/);
  });

  test.each([
    ['kind=gift', 'kind'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['cursor=x', 'cursor'],
    ['customer_id=cus_x', 'customer_id'],
  ])('are not listed by %s', async (query, path) => {
    const answer = await as(acme, 'owner').call('GET', `${acme.path}/payments?${query}`);
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body['errors'][0]).toMatchObject({ path });
  });
});
