import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetAnswers } from '../kit/idempotency.ts';
import { footprint, hold, openCore, somebodyWaits, type Answer, type Core } from './core.ts';

let core: Core;
let token: string;
beforeAll(async () => {
  core = await openCore();
  token = await core.mint(['admin']);
});
afterAll(() => core.close());

const post = (key: string, path: string, body: unknown, as = token): Promise<Answer> =>
  core.call('POST', path, {
    body,
    headers: { authorization: `Bearer ${as}`, 'idempotency-key': key },
  });
const told = ({ status, body }: Answer) => [status, body['code']];
const customers = async (name: string): Promise<number> =>
  (await core.sql`select from customers where name = ${name}`).length;

test('the same request again gets the first answer, and makes nothing', async () => {
  const first = await post('k-1', '/v1/customers', { name: 'Once' });
  const again = await post('k-1', '/v1/customers', { name: 'Once' });
  expect(first.status).toBe(201);
  expect([again.status, again.text]).toEqual([201, first.text]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(await customers('Once')).toBe(1);
});

test('a quoted key is the same key', async () => {
  const first = await post('k-quoted', '/v1/customers', { name: 'Quoted' });
  expect((await post('"k-quoted"', '/v1/customers', { name: 'Quoted' })).text).toBe(first.text);
});

test('another request with the same key is refused', async () => {
  await post('k-2', '/v1/customers', { name: 'First' });
  for (const [path, body] of [
    ['/v1/customers', { name: 'Second' }],
    ['/v1/users', { name: 'First' }],
  ] as const) {
    expect(told(await post('k-2', path, body))).toEqual([422, 'idempotency_key_reused']);
  }
  expect(await customers('Second')).toBe(0);
});

test('of requests at the same time one acts, and the others are told to come again', async () => {
  const held = await hold(core.sql, (own) => own`lock table customers in exclusive mode`);
  const first = post('k-3', '/v1/customers', { name: 'Race' });
  await somebodyWaits(core.sql);
  const second = await post('k-3', '/v1/customers', { name: 'Race' });
  expect(told(second)).toEqual([409, 'idempotency_in_flight']);
  expect(second.headers.get('retry-after')).toBe('1');
  await held.commit();
  const answer = await first;
  expect(answer.status).toBe(201);
  expect((await post('k-3', '/v1/customers', { name: 'Race' })).text).toBe(answer.text);
  expect(await customers('Race')).toBe(1);
});

test('of many at once exactly one acts', async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => post('k-many', '/v1/customers', { name: 'Many' })),
  );
  expect(await customers('Many')).toBe(1);
  const made = answers.filter(({ status }) => status === 201);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
});

test('a failure is not kept: the key works when the request does', async () => {
  const taken = { name: 'A', external_id: 'taken' };
  const blocking = await core.admin('POST', '/v1/customers', taken);
  const before = await footprint(core.sql);
  expect(told(await post('k-4', '/v1/customers', taken))).toEqual([409, 'already_exists']);
  expect(await footprint(core.sql)).toEqual(before);
  const path = `/v1/customers/${blocking.body['id']}`;
  await core.admin('PATCH', path, { external_id: null });
  expect((await post('k-4', '/v1/customers', taken)).status).toBe(201);
});

test('the key of one caller is not the key of another', async () => {
  const other = await core.mint(['admin']);
  const mine = await post('k-5', '/v1/customers', { name: 'Mine' });
  const theirs = await post('k-5', '/v1/customers', { name: 'Theirs' }, other);
  expect([mine.status, theirs.status]).toEqual([201, 201]);
});

test('a secret is replayed to who has the key, and cannot be read from the table', async () => {
  const wanted = { name: 'secret', scopes: ['read'] };
  const first = await post('k-secret', '/v1/admin-tokens', wanted);
  const again = await post('k-secret', '/v1/admin-tokens', wanted);
  expect(again.body['token']).toBe(first.body['token']);
  const rows = await core.sql`select key_hash, fingerprint, answer from idempotency_keys`;
  for (const row of rows) {
    for (const column of Object.values(row) as Buffer[]) {
      const text = column.toString('latin1');
      expect(text).not.toContain((first.body['token'] as string).slice(4, 12));
      expect(text).not.toContain('k-secret');
    }
  }
});

test.each(['', 'a b', 'ключ', 'x'.repeat(256)])('%j is no key', async (key) => {
  const answer = await post(encodeURI(key) === key ? key : 'a b', '/v1/customers', { name: 'A' });
  expect(told(answer)).toEqual([400, 'invalid_request']);
  expect(answer.body['errors'][0]['path']).toBe('Idempotency-Key');
});

test('answers are forgotten after a day', async () => {
  await post('k-old', '/v1/customers', { name: 'Old' });
  await forgetAnswers(core.sql, Date.now() + 86_400_000 - 60_000);
  expect(
    (await post('k-old', '/v1/customers', { name: 'Old' })).headers.get('idempotent-replayed'),
  ).toBe('true');
  await forgetAnswers(core.sql, Date.now() + 86_400_000 + 60_000);
  await post('k-old', '/v1/customers', { name: 'Old' });
  expect(await customers('Old')).toBe(2);
});
