import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOTICE_KINDS } from '../../src/contract/notice.ts';
import { recordNotice } from '../../src/notices/record.ts';
import { customerWith, openCore, person, type Core, type Person } from '../../src/test/core.ts';

let core: Core;
let [ann, bob, eve]: Person[] = [];
let customer: { id: string };
let mine: string;

beforeAll(async () => {
  core = await openCore();
  [ann, bob, eve] = [await person(core), await person(core), await person(core)];
  customer = await customerWith(core, { owner: ann, billing: bob, viewer: eve } as never);
  mine = `/portal/v1/customers/${customer.id}`;
});
afterAll(() => core.close());

let told = 0;
async function tell(customerId = customer.id, kind: (typeof NOTICE_KINDS)[number] = 'quota') {
  told += 1;
  core.clock.now += 1;
  const about = { customerId, kind, subject: `s${told}`, title: `T${told}`, body: 'B', path: '' };
  return core.sql.begin((tx) => recordNotice(tx, { ...about, detail: {}, at: core.clock.now }));
}
const settings = () => `/v1/customers/${customer.id}/notice-settings`;
const addressesOf = async (id: string | undefined) =>
  [
    ...(await core.sql<{ address: string }[]>`
      select address from notice_letters where notice_id = ${id ?? ''} order by address`),
  ].map(({ address }) => address);

describe('people of a customer', () => {
  test('see what it was told, newest first, and each has read what they have', async () => {
    const [first, second] = [await tell(), await tell()];
    const { body } = await (ann as Person).call('GET', `${mine}/notices`);
    expect(body).toMatchObject({
      unread: 2,
      data: [
        { id: second, read: false, title: 'T2' },
        { id: first, read: false },
      ],
    });
    const read = await (ann as Person).call('POST', `${mine}/notices/${first}/read`);
    expect([read.status, read.body]).toEqual([200, { unread: 1 }]);
    await (ann as Person).call('POST', `${mine}/notices/${first}/read`);
    const again = await (ann as Person).call('GET', `${mine}/notices?limit=1`);
    expect(again.body).toMatchObject({ unread: 1, has_more: true, data: [{ id: second }] });
    expect((await (bob as Person).call('GET', `${mine}/notices`)).body).toMatchObject({
      unread: 2,
    });
    const all = await (bob as Person).call('POST', `${mine}/notices/read`);
    expect(all.body).toEqual({ unread: 0 });
    expect((await (ann as Person).call('GET', `${mine}/notices`)).body).toMatchObject({
      unread: 1,
    });
  });

  test('may say where e-mails go if they own it or see to its bills, and nobody else', async () => {
    const body = { addresses: ['bills@acme.example'], mailed: ['quota'] };
    for (const [who, status] of [
      [ann, 200],
      [bob, 200],
      [eve, 403],
    ] as const) {
      const answer = await (who as Person).call('PUT', `${mine}/notice-settings`, body);
      expect(answer.status).toBe(status);
    }
    expect((await (eve as Person).call('GET', `${mine}/notice-settings`)).body).toEqual(body);
  });
});

describe('e-mails', () => {
  test.each([
    ['to those who own it and see to its bills', { addresses: null, mailed: ['quota'] }, 2],
    ['to an address', { addresses: ['a@b.example'], mailed: ['quota'] }, ['a@b.example']],
    ['to nobody', { addresses: [], mailed: ['quota'] }, []],
    ['of another kind only', { addresses: ['a@b.example'], mailed: ['payment_failed'] }, []],
    ['of nothing', { addresses: null, mailed: [] }, []],
  ])('go %s', async (_name, body, expected) => {
    core.clock.now += 1;
    expect((await core.admin('PUT', settings(), body)).status).toBe(200);
    expect((await core.admin('GET', settings())).body).toEqual(body);
    const addresses = await addressesOf(await tell());
    if (typeof expected === 'number') expect(addresses).toHaveLength(expected);
    else expect(addresses).toEqual(expected);
  });

  test('go to no former member', async () => {
    await core.admin('PUT', settings(), { addresses: null, mailed: [...NOTICE_KINDS] });
    const { body } = await core.admin('GET', `/v1/customers/${customer.id}/memberships`);
    const his = (body['data'] as never as { id: string; user: { id: string } }[]).find(
      ({ user }) => user.id === bob?.id,
    );
    expect((await core.admin('DELETE', `/v1/memberships/${his?.id}`)).status).toBe(204);
    expect(await addressesOf(await tell())).toEqual([ann?.email]);
  });

  test('who changed where they go is in the audit', async () => {
    core.clock.now += 1;
    await core.admin('PUT', settings(), { addresses: [], mailed: [] });
    const { body } = await core.admin('GET', `/v1/audit?subject_id=${customer.id}&limit=1`);
    expect(body['data'][0]).toMatchObject({
      action: 'customer.notice_settings',
      detail: { before: { addresses: null }, after: { addresses: [], mailed: [] } },
    });
    await core.admin('PUT', settings(), { addresses: null, mailed: [...NOTICE_KINDS] });
  });
});

test('admins see all, of a customer, of a kind, with what became of each letter', async () => {
  const other = await customerWith(core, {});
  const id = await tell(other.id, 'payment_failed');
  const list = async (query: string) =>
    (await core.admin('GET', `/v1/notices?${query}`)).body['data'] as never as object[];
  expect(await list(`customer_id=${other.id}`)).toMatchObject([{ id, letters: [] }]);
  expect(await list('kind=payment_failed')).toMatchObject([{ id }]);
  const [newest] = await list(`customer_id=${customer.id}&limit=1`);
  expect(newest).toMatchObject({
    letters: [{ address: ann?.email, state: 'waiting', tries: 0, said: null, sent_at: null }],
  });
});

describe('refused are', () => {
  const ok = { addresses: null, mailed: [] };
  test.each<[string, unknown, string]>([
    ['nothing', {}, 'addresses'],
    ['an address that is none', { ...ok, addresses: ['ann'] }, 'addresses.0'],
    [
      'an address with a line',
      { ...ok, addresses: ['a@b.example\nBcc: x@y.example'] },
      'addresses.0',
    ],
    ['an address with NUL', { ...ok, addresses: ['a\u0000@b.example'] }, 'addresses.0'],
    ['an empty address', { ...ok, addresses: [''] }, 'addresses.0'],
    ['a name with it', { ...ok, addresses: ['Ann <a@b.example>'] }, 'addresses.0'],
    ['a long one', { ...ok, addresses: [`${'a'.repeat(250)}@b.example`] }, 'addresses.0'],
    ['one twice', { ...ok, addresses: ['a@b.example', 'a@b.example'] }, 'addresses'],
    ['six', { ...ok, addresses: [1, 2, 3, 4, 5, 6].map((n) => `a${n}@b.example`) }, 'addresses'],
    ['a text for a list', { ...ok, addresses: 'a@b.example' }, 'addresses'],
    ['an unknown kind', { ...ok, mailed: ['spam'] }, 'mailed.0'],
    ['a kind twice', { ...ok, mailed: ['quota', 'quota'] }, 'mailed'],
    ['a number', { ...ok, mailed: -1 }, 'mailed'],
  ])('settings of %s', async (_name, body, path) => {
    const answer = await core.admin('PUT', settings(), body);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
    const paths = (answer.body['errors'] as never as { path: string }[]).map((one) => one.path);
    expect(paths).toContain(path);
  });

  test('a notice of somebody else, of nobody, and what is no id', async () => {
    const other = await customerWith(core, {});
    const theirs = await tell(other.id);
    const nobodys = `ntc_${'0'.repeat(24)}`;
    for (const [id, status] of [
      [theirs, 404],
      [nobodys, 404],
      ['x', 400],
    ]) {
      const answer = await (ann as Person).call('POST', `${mine}/notices/${id}/read`);
      expect(answer.status).toBe(status);
    }
    expect(await core.sql`select from notice_reads where notice_id = ${theirs as string}`).toEqual(
      [],
    );
    for (const query of ['kind=x', 'customer_id=x', 'limit=0', 'cursor=e30', 'state=sent']) {
      expect((await core.admin('GET', `/v1/notices?${query}`)).status).toBe(400);
    }
    const unknown = `/v1/customers/cus_${'0'.repeat(24)}/notice-settings`;
    expect((await core.admin('GET', unknown)).status).toBe(404);
    expect((await core.admin('PUT', unknown, ok)).status).toBe(404);
  });
});
