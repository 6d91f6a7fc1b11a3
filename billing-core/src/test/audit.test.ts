import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCore, type Core, type Json } from './core.ts';

// Every change leaves by whom, from where, what it was and what it is; never a secret.

let core: Core;
let token: string;
beforeAll(async () => {
  core = await openCore({ isProxy: (address) => address === '10.0.0.1' });
  token = await core.mint(['admin']);
});
afterAll(() => core.close());

const from = (address: string, method: string, path: string, body?: unknown) => {
  // Entries are listed by their time.
  core.clock.now += 1;
  return core.call(method, path, {
    body,
    peer: '10.0.0.1',
    headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': `8.8.8.8, ${address}` },
  });
};
const trail = async (subject: string): Promise<Json[]> =>
  (await core.admin('GET', `/v1/audit?subject_id=${subject}`)).body['data'] as Json[];

test('an entry says from where, and what each row was and is', async () => {
  const made = await from('203.0.113.7', 'POST', '/v1/customers', { name: 'Acme' });
  const id = made.body['id'] as string;
  await from('2001:db8::5', 'PATCH', `/v1/customers/${id}`, { name: 'Acme Ltd' });
  const [changed, created] = await trail(id);
  expect(created).toMatchObject({
    action: 'customer.create',
    address: '203.0.113.7',
    changes: [{ table: 'customers', row_id: id, before: null, after: { name: 'Acme' } }],
  });
  expect(changed).toMatchObject({ action: 'customer.update', address: '2001:db8::5' });
  expect(changed?.['changes']).toEqual([
    { table: 'customers', row_id: id, before: { name: 'Acme' }, after: { name: 'Acme Ltd' } },
  ]);
});

test('what a request leaves as it was leaves no change', async () => {
  const { body } = await from('203.0.113.7', 'POST', '/v1/customers', { name: 'Same' });
  await from('203.0.113.7', 'PATCH', `/v1/customers/${body['id']}`, { name: 'Same' });
  const [again] = await trail(body['id'] as string);
  expect(again).toMatchObject({ action: 'customer.update', changes: [] });
});

test('no secret is in it', async () => {
  const acme = await from('203.0.113.7', 'POST', '/v1/customers', { name: 'Keys' });
  const path = `/v1/customers/${acme.body['id']}/keys`;
  const key = await from('203.0.113.7', 'POST', path, { name: 'live', mode: 'live' });
  const made = await from('203.0.113.7', 'POST', '/v1/admin-tokens', {
    name: 'x',
    scopes: ['read'],
  });
  expect([key.status, made.status]).toEqual([201, 201]);
  const [kept] = await core.sql<{ told: string }[]>`
    select json_agg(audit_changes)::text as told from audit_changes`;
  const secrets = [key.body['secret'] as string, made.body['token'] as string];
  for (const secret of secrets) expect(kept?.told).not.toContain(secret.slice(8));
  const hashes = await core.sql<{ hash: string }[]>`
    select encode(secret_hash, 'hex') as hash from api_keys
     union all select encode(token_hash, 'hex') from admin_tokens`;
  for (const { hash } of hashes) expect(kept?.told).not.toContain(hash);
});

test('what nobody but SQL changed is there too, without a request', async () => {
  const { body } = await from('203.0.113.7', 'POST', '/v1/customers', { name: 'By hand' });
  await core.sql`update customers set name = 'Otherwise' where id = ${body['id'] as string}`;
  const rows = await core.sql`select request_id, before, after from audit_changes
    where row_id = ${body['id'] as string} order by number desc limit 1`;
  expect(rows).toEqual([
    { request_id: null, before: { name: 'By hand' }, after: { name: 'Otherwise' } },
  ]);
});

test('a change is taken back with its request', async () => {
  const before = await core.sql`select from audit_changes`;
  const refused = await from('203.0.113.7', 'POST', '/v1/meters', {
    slug: 'requests',
    name: 'Again',
    unit: 'request',
  });
  expect(refused.status).toBe(409);
  expect(await core.sql`select from audit_changes`).toHaveLength(before.length);
});

test('it only grows, whoever asks', async () => {
  const { sql } = core;
  for (const statement of [
    sql`update audit_changes set after = '{}'`,
    sql`delete from audit_changes`,
    sql`truncate audit_changes`,
  ]) {
    await expect(statement).rejects.toMatchObject({ code: '23000' });
  }
});

describe('it is looked through', () => {
  const actions = async (query: string) =>
    ((await core.admin('GET', `/v1/audit?${query}`)).body['data'] as never as Json[]).map(
      ({ action }) => action as string,
    );

  test('by what was done, exactly or all of a kind', async () => {
    const made = await from('203.0.113.7', 'POST', '/v1/plans', { slug: 'looked', name: 'Looked' });
    const id = made.body['id'] as string;
    await from('203.0.113.7', 'PATCH', `/v1/plans/${id}`, { name: 'Seen' });
    expect(await actions(`subject_id=${id}&action=plan.create`)).toEqual(['plan.create']);
    expect(await actions(`subject_id=${id}&action=plan`)).toEqual(['plan.update', 'plan.create']);
    expect(await actions(`subject_id=${id}&action=pla`)).toEqual([]);
  });

  test('by when, up to and without its end', async () => {
    const made = await from('203.0.113.7', 'POST', '/v1/customers', { name: 'When' });
    const [entry] = await trail(made.body['id'] as string);
    const at = `${entry?.['at']}`;
    const after = new Date(Date.parse(at) + 1).toISOString();
    const of = `subject_id=${made.body['id']}`;
    expect(await actions(`${of}&from=${at}&to=${after}`)).toEqual(['customer.create']);
    expect(await actions(`${of}&to=${at}`)).toEqual([]);
    expect(await actions(`${of}&from=${after}`)).toEqual([]);
  });

  test.each([
    'action=',
    'action=%25',
    'action=a.b.c',
    'action=PLAN',
    'from=x',
    'to=2026-01-01',
    'x=1',
  ])('and not by %s', async (query) => {
    const answer = await core.admin('GET', `/v1/audit?${query}`);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });
});
