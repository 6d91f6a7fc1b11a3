import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CreatedKey, Key } from '../src/contract/key.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { keysHttp } from '../src/keys/http.ts';
import { portalKeysHttp } from '../src/keys/portal.ts';
import { expectRefused } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

const DAY_MS = 86_400_000;
let surface: Surface;
let keys: string;

beforeAll(async () => {
  surface = await openSurface({
    '/v1': keysHttp(),
    '/portal/v1/customers/:customer_id': portalKeysHttp(),
  });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  const customer = await seedCustomer(surface);
  surface.caller.customer = { id: customer.id, role: 'owner' };
  keys = `/v1/customers/${customer.id}/keys`;
});

const create = async (body: object = { name: 'Production' }) => {
  const answer = await surface.send<CreatedKey>('POST', keys, body);
  expect(answer.status).toBe(201);
  return answer.body;
};
const get = async (id: string) => (await surface.send<Key>('GET', `/v1/keys/${id}`)).body;
const inFuture = () => new Date(surface.clock.now + DAY_MS).toISOString();

describe('a rotation', () => {
  const rotate = (id: string, body: object) =>
    surface.send<CreatedKey>('POST', `/v1/keys/${id}/rotate`, body);

  test('makes a key like it with a secret of its own, and ends it after a grace', async () => {
    const ip_allow = ['203.0.113.0/24'];
    const before = await create({ name: 'Server', expires_at: inFuture(), ip_allow });
    surface.clock.now += 60_000;
    const { now } = surface.clock;
    const answer = await rotate(before.id, { grace_s: 3_600 });
    expect(answer.status).toBe(201);
    const { id, name, mode, secret, expires_at } = answer.body;
    expect([name, mode, answer.body.ip_allow]).toEqual(['Server', 'live', before.ip_allow]);
    expect(id).not.toBe(before.id);
    expect(secret).not.toBe(before.secret);
    expect(Date.parse(expires_at ?? '')).toBe(now + DAY_MS);
    const old = await get(before.id);
    expect([old.state, old.expires_at]).toEqual([
      'active',
      new Date(now + 3_600_000).toISOString(),
    ]);
    surface.clock.now += 3_600_000;
    expect((await get(before.id)).state).toBe('expired');
    expect((await get(id)).state).toBe('active');
  });

  test('without a grace revokes it at once; a longer one lengthens no life', async () => {
    const first = await create();
    const { body: second } = await rotate(first.id, { grace_s: 0 });
    expect((await get(first.id)).state).toBe('revoked');
    const soon = new Date(surface.clock.now + 60_000).toISOString();
    await surface.send('PATCH', `/v1/keys/${second.id}`, { expires_at: soon });
    expect((await rotate(second.id, {})).status).toBe(201);
    expect((await get(second.id)).expires_at).toBe(soon);
  });

  test('is told to gateways: both keys are changes', async () => {
    const { id } = await create();
    const after = await lastChange(surface.sql, 'facts');
    const { body } = await rotate(id, {});
    const changes = await changesAfter(surface.sql, 'facts', after);
    expect(changes.map(({ subjectId }) => subjectId).toSorted()).toEqual([id, body.id].toSorted());
  });

  test('of what is no more, of a stranger’s, or for a time that is none is refused', async () => {
    const { id } = await create();
    await surface.send('POST', `/v1/keys/${id}/revoke`);
    const post = { method: 'POST', path: `/v1/keys/${id}/rotate`, body: {} };
    const refused = { name: 'revoked', ...post, status: 409, code: 'state_conflict' };
    await expectRefused(surface, refused);
    for (const grace_s of [-1, 1.5, 2_592_001, null, '60']) {
      const body = { grace_s };
      const invalid = { status: 400, code: 'invalid_request', at: 'grace_s' };
      await expectRefused(surface, { name: String(grace_s), ...post, body, ...invalid });
    }
    const own = await create();
    const other = await seedCustomer(surface);
    surface.caller.customer = { id: other.id, role: 'owner' };
    const path = `/portal/v1/customers/${other.id}/keys/${own.id}/rotate`;
    await expectRefused(surface, {
      name: 'stranger',
      ...post,
      path,
      status: 404,
      code: 'not_found',
    });
  });
});
