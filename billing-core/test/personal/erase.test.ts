import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseAgain, erasureJob } from '../../src/personal/erase.ts';
import { allOf, comparedIn, DAY, openRig, type Rig } from '../stripe/rig.ts';
import type { Sql } from '../../src/kit/database.ts';
import { fullCustomer, type Full } from './full-customer.ts';
import { booksNow, tablesWith } from './traces.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('erase');
});
afterAll(() => rig.close());

const at = ({ id }: { id: string }) => `/v1/customers/${id}/erasure`;
const erase = (who: Full, name = `=${who.mark} GmbH`) => rig.core.admin('POST', at(who), { name });

/** Rows of everybody else, as they are. */
const othersNow = async (sql: Sql, id: string) =>
  JSON.stringify(
    await sql`
      select (select json_agg(c order by id) from customers c where id <> ${id}) as customers,
             (select json_agg(m order by id) from memberships m where customer_id <> ${id}) as m,
             (select json_agg(i order by id) from invoices i where customer_id <> ${id}) as i,
             (select json_agg(n order by id) from notices n where customer_id <> ${id}) as n,
             (select json_agg(k order by id) from api_keys k where customer_id <> ${id}) as k`,
  );

describe('a customer with all that there can be of it', () => {
  let ann: Full;
  let bob: Full;
  beforeAll(async () => {
    [ann, bob] = [await fullCustomer(rig, 'Erasedann'), await fullCustomer(rig, 'Keptbob')];
    const [shared] = [ann.other];
    await rig.core.admin('POST', `/v1/customers/${bob.id}/memberships`, {
      user_id: shared.id,
      role: 'viewer',
    });
  });

  test('is refused with each reason while something is to be seen to', async () => {
    const preview = await rig.core.admin('GET', at(ann));
    expect(preview.body['objections']).toMatchObject([{ reason: 'not_archived' }]);
    const answer = await erase(ann);
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
    expect(answer.body['errors']).toMatchObject([{ path: 'not_archived' }]);
    const open = await rig.invoice(ann.id, [{ description: 'More', amount: '5' }]);
    const both = (await erase(ann)).body['errors'] as unknown as { path: string }[];
    const reasons = both.map(({ path }) => path);
    expect(reasons).toEqual(['not_archived', 'open_invoices', 'stripe_not_told']);
    await rig.settle();
    expect((await rig.read(open.id)).state).toBe('paid');
    await rig.core.admin('DELETE', `/v1/customers/${ann.id}`);
    await rig.settle();
    expect((await rig.core.admin('GET', at(ann))).body['objections']).toEqual([]);
  });

  test('is in no table any more, nor at Stripe, while all books are what they were', async () => {
    const { sql } = rig.core;
    await comparedIn(rig);
    const before = await tablesWith(sql, ann.mark);
    expect(before).toEqual(
      expect.arrayContaining([
        'public.api_keys',
        'public.audit_changes',
        'public.audit_entries',
        'public.credit_notes',
        'public.customer_views',
        'public.customers',
        'public.invitations',
        'public.invoice_lines',
        'public.invoices',
        'public.logged_requests',
        'public.notice_letters',
        'public.notice_settings',
        'public.notices',
        'public.quota_overrides',
        'public.quota_requests',
        'public.sessions',
        'public.stripe_calls',
        'public.stripe_customers',
        'public.users',
      ]),
    );
    const [books, others] = [await booksNow(sql), await othersNow(sql, ann.id)];
    const { body: preview } = await rig.core.admin('GET', at(ann));
    expect(preview).toMatchObject({
      erased: {
        members: 2,
        users: 1,
        invitations: 1,
        keys: 1,
        notices: 1,
        letters: 1,
        requests: 1,
      },
      kept: { invoices: 2, named_invoices: 0 },
    });
    const done = await erase(ann);
    expect(done.status, done.text).toBe(200);
    expect(done.body).toMatchObject({ customer_id: ann.id, counts: { users: 1, invoices: 2 } });
    await rig.settle();
    expect(await tablesWith(sql, ann.mark)).toEqual([]);
    expect(await booksNow(sql)).toBe(books);
    expect(await othersNow(sql, ann.id)).toBe(others);
    expect(await sql`select from users where id = ${ann.owner.id}`).toEqual([]);
    expect(await sql`select from users where id = ${ann.other.id}`).toHaveLength(1);
    expect((await tablesWith(sql, bob.mark)).length).toBeGreaterThan(15);
    const theirs = allOf(rig.sim, 'customer').find(({ id }) => JSON.stringify(id) !== '');
    expect(theirs).toBeDefined();
    const [payer] = await sql`select stripe_id, is_deleted from stripe_customers
      where customer_id = ${ann.id}`;
    expect(payer?.['is_deleted']).toBe(true);
    expect(await rig.stripe.customers.retrieve(payer?.['stripe_id'] as string)).toMatchObject({
      deleted: true,
    });
    expect(await comparedIn(rig)).toMatchObject({ state: 'clean', data: [] });
  });

  test('shows on its documents that it was erased, and signs nobody in', async () => {
    const page = await rig.core.admin('GET', `/v1/invoices/${ann.invoice}/html`);
    expect(page.text).toContain('Erased customer');
    expect(page.text).not.toContain(ann.mark);
    expect((await ann.owner.call('GET', '/portal/v1/me')).status).toBe(401);
    expect((await ann.other.call('GET', '/portal/v1/me')).status).toBe(200);
  });

  test('is erased once: a second time changes nothing', async () => {
    const { sql } = rig.core;
    const [books, list] = [await booksNow(sql), await sql`select * from erasures`];
    expect((await erase(ann, 'whatever')).status).toBe(200);
    expect(await booksNow(sql)).toBe(books);
    expect(await sql`select * from erasures`).toEqual(list);
  });

  test('is erased again after the database went back to before, whatever its state', async () => {
    const { sql, clock } = rig.core;
    await sql`update customers set state = 'active' where id = ${bob.id}`;
    const turn = () => sql.begin((tx) => eraseAgain(tx, bob.id, clock.now));
    expect(await turn()).toEqual({ became: 'erased', open: [] });
    await rig.settle();
    expect(await tablesWith(sql, bob.mark)).toEqual([]);
    expect(await turn()).toMatchObject({ became: 'erased before' });
    const nobody = `cus_${'0'.repeat(24)}`;
    const none = await sql.begin((tx) => eraseAgain(tx, nobody, clock.now));
    expect(none.became).toBe('not here');
  });
});

test('what the setting keeps has its name until its time is over', async () => {
  const { core } = rig;
  const set = await core.admin('PUT', '/v1/erasure-settings', { keep_documents_days: 30 });
  expect(set.status).toBe(200);
  const cleo = await fullCustomer(rig, 'Namedcleo');
  await core.admin('DELETE', `/v1/customers/${cleo.id}`);
  await rig.settle();
  expect((await core.admin('GET', at(cleo))).body['kept']).toMatchObject({ named_invoices: 1 });
  const done = await erase(cleo);
  expect(done.body, done.text).toMatchObject({ whole_at: null, counts: { invoices: 0 } });
  await rig.settle();
  const kept = ['public.credit_notes', 'public.invoice_lines', 'public.invoices'];
  expect(await tablesWith(core.sql, cleo.mark)).toEqual(kept);
  core.clock.now += 31 * DAY;
  if (!('inSteps' in erasureJob)) throw new Error('the job has steps');
  const run = { sql: core.sql, data: {}, now: core.clock.now };
  await erasureJob.inSteps({ ...run, signal: new AbortController().signal });
  expect(await tablesWith(core.sql, cleo.mark)).toEqual([]);
  await core.admin('PUT', '/v1/erasure-settings', { keep_documents_days: 0 });
});

test('nothing but an erasure replaces what was sent, and it replaces no amount', async () => {
  const { sql } = rig.core;
  const invoice = await rig.invoice(await rig.customer(), [{ description: 'It', amount: '5' }]);
  const change = (what: string) => sql`update invoices set ${sql.unsafe(what)}
    where id = ${invoice.id}`;
  await expect(change(`note = 'x'`)).rejects.toThrow('kept as it was sent');
  await expect(
    sql.begin(async (tx) => {
      await tx`select set_config('tollgate.erasing', 'cus', true)`;
      await tx`update invoices set total = total + 1 where id = ${invoice.id}`;
    }),
  ).rejects.toThrow('kept as it was sent');
  await expect(
    sql.begin(async (tx) => {
      await tx`select set_config('tollgate.erasing', 'cus', true)`;
      await tx`delete from audit_entries`;
    }),
  ).rejects.toThrow('only grows');
});

test.each([
  ['another name', { name: 'Somebody' }, 400, 'invalid_request'],
  ['no name', {}, 400, 'invalid_request'],
  ['a name that is a number', { name: 5 }, 400, 'invalid_request'],
  ['a field that nobody knows', { name: 'x', force: true }, 400, 'invalid_request'],
])('an erasure with %s is refused', async (_what, body, status, code) => {
  const id = await rig.customer();
  const answer = await rig.core.admin('POST', at({ id }), body);
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
  expect(await rig.core.sql`select from erasures where customer_id = ${id}`).toEqual([]);
});

test.each([[-1], [7_301], ['x'], [1.5], [null]])(
  'documents are not kept for %s days',
  async (days) => {
    const answer = await rig.core.admin('PUT', '/v1/erasure-settings', {
      keep_documents_days: days,
    });
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  },
);
