import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CreatedKey } from '../src/contract/key.ts';
import { newId } from '../src/kit/id.ts';
import { keysHttp } from '../src/keys/http.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

// Bad input about keys is refused by a stable code, and leaves nothing behind.

let surface: Surface;
let customer: { id: string; key_ref: string };
let keys: string;

beforeAll(async () => {
  surface = await openSurface({ '/v1': keysHttp() });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  customer = await seedCustomer(surface);
  keys = `/v1/customers/${customer.id}/keys`;
});

const create = async (body: object = { name: 'Production' }) =>
  (await surface.send<CreatedKey>('POST', keys, body)).body;

test.each(NO_BODIES)('create with $name', async ({ name, body, headers, refusal }) => {
  await expectRefused(surface, {
    name,
    method: 'POST',
    path: keys,
    body,
    ...(headers && { headers }),
    ...refusal,
  });
});

test.each([
  ['no name', {}, 'name'],
  ['an empty name', { name: '' }, 'name'],
  ['a name of spaces', { name: '  ' }, 'name'],
  ['a name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
  ['a name that is a number', { name: 7 }, 'name'],
  ['NUL in the name', { name: 'a\0b' }, 'name'],
  ['half a character in the name', '{"name":"\\ud800"}', 'name'],
  ['an unknown mode', { name: 'x', mode: 'prod' }, 'mode'],
  ['an expiry that is past', { name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an expiry without a zone', { name: 'x', expires_at: '2090-01-01T00:00:00' }, 'expires_at'],
  ['an expiry that is no day', { name: 'x', expires_at: '2090-02-30T00:00:00Z' }, 'expires_at'],
  ['an expiry that is a number', { name: 'x', expires_at: 1e12 }, 'expires_at'],
])('create with %s', async (name, body, at) => {
  await expectRefused(surface, { name, method: 'POST', path: keys, body, ...invalid, at });
});

test('a name in any script is kept as it is', async () => {
  const name = 'Ключ 鍵 🔑 مفتاح';
  expect((await create({ name })).name).toBe(name);
});

test.each([
  ['nothing', {}, ''],
  ['null as name', { name: null }, 'name'],
  ['a past expiry', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['its mode', { mode: 'test' }, 'mode'],
  ['its secret', { secret: 'x' }, 'secret'],
])('change of %s', async (name, body, at) => {
  const { id } = await create();
  const path = `/v1/keys/${id}`;
  await expectRefused(surface, { name, method: 'PATCH', path, body, ...invalid, at });
});

test.each([
  ['GET', '/v1/keys/nope', 400],
  ['GET', `/v1/keys/${newId('key', 0)}`, 404],
  ['PATCH', `/v1/keys/${newId('key', 0)}`, 404],
  ['POST', `/v1/keys/${newId('key', 0)}/revoke`, 404],
  ['GET', `/v1/customers/${newId('cus', 0)}/keys`, 404],
  ['POST', `/v1/customers/${newId('cus', 0)}/keys`, 404],
  ['GET', '/v1/customers/cus_%00/keys', 400],
])('%s %s is %i', async (method, path, status) => {
  const code = status === 404 ? 'not_found' : 'invalid_request';
  const body = method === 'GET' || path.endsWith('revoke') ? undefined : { name: 'x' };
  await expectRefused(surface, { name: path, method, path, body, status, code });
});

test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=%00', 'cursor=Jzs', 'state=dead'])(
  'a list with %s',
  async (query) => {
    const path = `${keys}?${query}`;
    await expectRefused(surface, { name: query, method: 'GET', path, ...invalid });
  },
);

test('an archived customer gets no key', async () => {
  await surface.sql`update customers set state = 'archived' where id = ${customer.id}`;
  await expectRefused(surface, {
    name: 'archived',
    method: 'POST',
    path: keys,
    body: { name: 'x' },
    status: 409,
    code: 'state_conflict',
  });
});
