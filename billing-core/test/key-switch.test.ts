import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CreatedKey, Key } from '../src/contract/key.ts';
import type { Page } from '../src/contract/page.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { newId } from '../src/kit/id.ts';
import { keyFact } from '../src/keys/facts.ts';
import { keysHttp } from '../src/keys/http.ts';
import { LIVE_KEYS_MAX } from '../src/keys/model.ts';
import { portalKeysHttp } from '../src/keys/portal.ts';
import { expectRefused } from './refused.ts';
import { footprint, openSurface, seedCustomer, type Surface } from './surface.ts';

// Keys are switched off and on again.

const DAY_MS = 86_400_000;
let surface: Surface;
let customerId: string;
let keys: string;

beforeAll(async () => {
  surface = await openSurface({
    '/v1': keysHttp(),
    '/portal/v1/customers/:customer_id': portalKeysHttp(),
  });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  ({ id: customerId } = await seedCustomer(surface));
  surface.caller.customer = { id: customerId, role: 'owner' };
  keys = `/v1/customers/${customerId}/keys`;
});

const create = async (body: object = { name: 'Server' }): Promise<CreatedKey> =>
  (await surface.send<CreatedKey>('POST', keys, body)).body;
const turn = (id: string, deed: 'disable' | 'enable' | 'revoke') =>
  surface.send<Key>('POST', `/v1/keys/${id}/${deed}`);
const listed = async (query: string): Promise<string[]> =>
  (await surface.send<Page<Key>>('GET', `${keys}?${query}`)).body.data.map(({ id }) => id);
const inFuture = (): string => new Date(surface.clock.now + DAY_MS).toISOString();

const factOf = ({ secret }: CreatedKey) => {
  const hash = createHash('sha256').update(secret).digest('hex');
  return keyFact(surface.sql, hash, surface.clock.now);
};

describe('a disabled key', () => {
  test('is told to gateways as one to refuse, also to those that only know revoked', async () => {
    const key = await create();
    const before = await factOf(key);
    const after = await lastChange(surface.sql, 'facts');
    const off = await turn(key.id, 'disable');
    const disabled_at = new Date(surface.clock.now).toISOString();
    expect(off.body).toMatchObject({ state: 'disabled', disabled_at, revoked_at: null });
    expect(await factOf(key)).toMatchObject({ revoked: true, disabled: true });
    const on = await turn(key.id, 'enable');
    expect(on.body).toMatchObject({ state: 'active', disabled_at: null });
    expect(await factOf(key)).toEqual(before);
    const changes = await changesAfter(surface.sql, 'facts', after);
    expect(changes.map(({ kind, subjectId }) => `${kind} ${subjectId}`)).toEqual([
      `key ${key.id}`,
      `key ${key.id}`,
    ]);
    const entries = await surface.sql`
      select action from audit_entries where subject_id = ${key.id} order by action`;
    expect(entries.map(({ action }) => action)).toEqual([
      'key.create',
      'key.disable',
      'key.enable',
    ]);
  });

  test('is as it was the second time, and so is an enabled one', async () => {
    const { id } = await create();
    const first = await turn(id, 'disable');
    const before = await footprint(surface);
    surface.clock.now += 5_000;
    expect(await turn(id, 'disable')).toMatchObject({ status: 200, body: first.body });
    expect(await footprint(surface)).toEqual(before);
    await turn(id, 'enable');
    const enabled = await footprint(surface);
    expect((await turn(id, 'enable')).body.state).toBe('active');
    expect(await footprint(surface)).toEqual(enabled);
  });

  test('can be changed and revoked, but is not made anew', async () => {
    const { id } = await create();
    await turn(id, 'disable');
    const path = `/v1/keys/${id}`;
    const renamed = await surface.send<Key>('PATCH', path, { name: 'Office' });
    expect(renamed.body).toMatchObject({ name: 'Office', state: 'disabled' });
    const refusal = { method: 'POST', status: 409, code: 'state_conflict' } as const;
    const body = { grace_s: 0 };
    await expectRefused(surface, { name: 'rotate', path: `${path}/rotate`, body, ...refusal });
    expect((await turn(id, 'revoke')).body.state).toBe('revoked');
    for (const deed of ['disable', 'enable']) {
      await expectRefused(surface, { name: deed, path: `${path}/${deed}`, ...refusal });
    }
  });

  test('is listed as such, and among the live ones', async () => {
    const [active, off, gone, over] = [
      await create(),
      await create(),
      await create(),
      await create({ name: 'Short', expires_at: inFuture() }),
    ];
    await turn(off.id, 'disable');
    await turn(gone.id, 'disable');
    await turn(gone.id, 'revoke');
    surface.clock.now += DAY_MS;
    expect(await listed('state=disabled')).toEqual([off.id]);
    expect(await listed('state=active')).toEqual([active.id]);
    expect(await listed('state=revoked')).toEqual([gone.id]);
    expect(await listed('state=expired')).toEqual([over.id]);
    expect((await listed('live=true')).toSorted()).toEqual([off.id, active.id].toSorted());
    surface.clock.now -= DAY_MS;
  });

  test('has its place among the live ones, so that enabling it passes no limit', async () => {
    const { id } = await create();
    await turn(id, 'disable');
    await surface.sql`
      insert into api_keys ${surface.sql(
        Array.from({ length: LIVE_KEYS_MAX - 1 }, (_, at) => ({
          id: newId('key', surface.clock.now),
          customer_id: customerId,
          name: `k${at}`,
          mode: 'live',
          prefix: 'tg_live_x',
          last4: '0000',
          secret_hash: createHash('sha256').update(`${customerId}${at}`).digest(),
          created_by: 'usr',
        })),
      )}`;
    const body = { name: 'one more' };
    const refusal = { status: 409, code: 'state_conflict' };
    await expectRefused(surface, { name: 'more', method: 'POST', path: keys, body, ...refusal });
    expect((await turn(id, 'enable')).status).toBe(200);
  });
});

describe('on the customer side', () => {
  const portal = (): string => `/portal/v1/customers/${surface.caller.customer.id}/keys`;

  test.each(['owner', 'developer'] as const)('%s switches a key', async (role) => {
    const { id } = await create();
    surface.caller.customer.role = role;
    const off = await surface.send<Key>('POST', `${portal()}/${id}/disable`);
    expect(off.body.state).toBe('disabled');
    const on = await surface.send<Key>('POST', `${portal()}/${id}/enable`);
    expect(on.body.state).toBe('active');
  });

  test.each(['billing', 'viewer'] as const)('%s does not', async (role) => {
    const { id } = await create();
    surface.caller.customer.role = role;
    for (const deed of ['disable', 'enable']) {
      const path = `${portal()}/${id}/${deed}`;
      const refusal = { status: 403, code: 'forbidden' };
      await expectRefused(surface, { name: role, method: 'POST', path, ...refusal });
    }
  });

  test("another customer's key is as absent as one that never was", async () => {
    const { id } = await create();
    const other = await seedCustomer(surface);
    surface.caller.customer = { id: other.id, role: 'owner' };
    for (const deed of ['disable', 'enable']) {
      const path = `${portal()}/${id}/${deed}`;
      const refusal = { status: 404, code: 'not_found' };
      await expectRefused(surface, { name: deed, method: 'POST', path, ...refusal });
    }
  });
});

test('a list takes no other word for live', async () => {
  const path = `${keys}?live=false`;
  const refusal = { status: 400, code: 'invalid_request', at: 'live' };
  await expectRefused(surface, { name: 'live', method: 'GET', path, ...refusal });
});
