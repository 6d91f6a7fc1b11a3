import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseApiKey } from '../src/contract/api-key.ts';
import type { CreatedKey, Key } from '../src/contract/key.ts';
import type { Page } from '../src/contract/page.ts';
import { changesAfter, lastChange } from '../src/kit/changes.ts';
import { newId } from '../src/kit/id.ts';
import { keysHttp } from '../src/keys/http.ts';
import { LIVE_KEYS_MAX } from '../src/keys/model.ts';
import { portalKeysHttp } from '../src/keys/portal.ts';
import { keyFact } from '../src/keys/facts.ts';
import { expectRefused } from './refused.ts';
import { footprint, openSurface, seedCustomer, type Surface } from './surface.ts';

const DAY_MS = 86_400_000;
let surface: Surface;
let customer: { id: string; key_ref: string };
let keys: string;

beforeAll(async () => {
  surface = await openSurface({
    '/v1': keysHttp(),
    '/portal/v1/customers/:customer_id': portalKeysHttp(),
  });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  customer = await seedCustomer(surface);
  surface.caller.customer = { id: customer.id, role: 'owner' };
  keys = `/v1/customers/${customer.id}/keys`;
});

const create = async (body: object = { name: 'Production' }, path = keys) => {
  const answer = await surface.send<CreatedKey>('POST', path, body);
  expect(answer.status).toBe(201);
  return answer.body;
};
const get = async (id: string) => (await surface.send<Key>('GET', `/v1/keys/${id}`)).body;
const list = async (path = keys) => (await surface.send<Page<Key>>('GET', path)).body;
const revoke = (id: string) => surface.send<Key>('POST', `/v1/keys/${id}/revoke`);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const inFuture = () => new Date(surface.clock.now + DAY_MS).toISOString();

describe('a secret', () => {
  test('is well formed, of its customer and mode, shown once and stored as a hash', async () => {
    const live = await create();
    const parts = parseApiKey(live.secret);
    expect(parts).toMatchObject({ mode: 'live', customerRef: customer.key_ref });
    expect(live).toMatchObject({
      prefix: `tg_live_${customer.key_ref}`,
      last4: live.secret.slice(-4),
      state: 'active',
      created_by: surface.caller.actor.id,
      last_used_at: null,
    });
    const { secret, ...shown } = live;
    expect(await get(live.id)).toEqual(shown);
    expect((await list()).data).toEqual([shown]);

    const [dump] = await surface.sql`
      select (select json_agg(api_keys)::text from api_keys)
          || (select json_agg(audit_entries)::text from audit_entries) as stored`;
    expect(dump!['stored']).not.toContain(parts!.secret);
    const [row] = await surface.sql`
      select encode(secret_hash, 'hex') as hash from api_keys where id = ${live.id}`;
    expect(row!['hash']).toBe(sha256(secret));

    const staging = await create({ name: 'Staging', mode: 'test' });
    expect(parseApiKey(staging.secret)).toMatchObject({ mode: 'test' });
    expect(staging.prefix).toBe(`tg_test_${customer.key_ref}`);
  });

  test('is the same again for the same Idempotency-Key, and is in no table in clear', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await surface.send<CreatedKey>('POST', keys, { name: 'Once' }, headers);
    const again = await surface.send('POST', keys, { name: 'Once' }, headers);
    expect(again.body).toEqual(first.body);
    expect((await list()).data).toHaveLength(1);
    const secret = Buffer.from(first.body.secret);
    const [row] = await surface.sql`
      select count(*)::int as answers, max(position(${secret} in answer)) as secrets
        from idempotency_keys`;
    expect(row).toEqual({ answers: 1, secrets: 0 });
  });
});

test('each write of a key is one audit entry and one change of that key', async () => {
  const after = await lastChange(surface.sql, 'facts');
  const { id } = await create();
  await surface.send('PATCH', `/v1/keys/${id}`, { name: 'Renamed' });
  await revoke(id);
  const changes = await changesAfter(surface.sql, 'facts', after);
  expect(changes.map(({ kind, subjectId }) => [kind, subjectId])).toEqual([
    ['key', id],
    ['key', id],
    ['key', id],
  ]);
  const entries = await surface.sql`
    select action, actor_id, request_id from audit_entries where subject_id = ${id} order by id`;
  expect(entries.map((entry) => entry['action']).toSorted()).toEqual([
    'key.create',
    'key.revoke',
    'key.update',
  ]);
  for (const entry of entries) {
    expect(entry['actor_id']).toBe(surface.caller.actor.id);
    expect(entry['request_id']).toMatch(/^req_/);
  }
});

describe('state', () => {
  test('follows expiry by time alone and can be moved before and after', async () => {
    const started = surface.clock.now;
    const { id } = await create({ name: 'Short', expires_at: inFuture() });
    const path = `/v1/keys/${id}`;
    expect((await get(id)).state).toBe('active');
    surface.clock.now = started + DAY_MS;
    expect((await get(id)).state).toBe('expired');
    expect((await list(`${keys}?state=expired`)).data).toHaveLength(1);
    expect((await list(`${keys}?state=active`)).data).toHaveLength(0);
    const revived = await surface.send('PATCH', path, { expires_at: null });
    expect(revived.body).toMatchObject({ state: 'active', expires_at: null });
    surface.clock.now = started;
  });

  test('revoking is for ever, and a second time changes nothing', async () => {
    const started = surface.clock.now;
    const { id } = await create();
    const first = await revoke(id);
    expect(first.body).toMatchObject({ state: 'revoked', revoked_at: expect.any(String) });
    const before = await footprint(surface);
    surface.clock.now = started + 5_000;
    const second = await revoke(id);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(await footprint(surface)).toEqual(before);
    surface.clock.now = started;
    const path = `/v1/keys/${id}`;
    await expectRefused(surface, {
      name: 'rename',
      method: 'PATCH',
      path,
      body: { name: 'Back' },
      status: 409,
      code: 'state_conflict',
    });
  });
});

test('lists page newest first, without one twice or left out', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    surface.clock.now += 1;
    ids.unshift((await create({ name: `Key ${i}` })).id);
  }
  const seen: string[] = [];
  let path = `${keys}?limit=2`;
  for (let pages = 0; pages < 3; pages++) {
    const body = await list(path);
    seen.push(...body.data.map((key) => key.id));
    expect(body.has_more).toBe(pages < 2);
    path = `${keys}?limit=2&cursor=${body.next_cursor}`;
  }
  expect(seen).toEqual(ids);
});

test('a customer has at most 100 live keys, also when they are asked for at once', async () => {
  const now = new Date(surface.clock.now);
  const row = (i: number) => ({
    id: newId('key', surface.clock.now),
    customer_id: customer.id,
    name: `Seeded ${i}`,
    mode: 'live',
    prefix: 'tg_live_',
    last4: 'abcd',
    created_by: 'test',
    secret_hash: createHash('sha256').update(`${customer.id} ${i}`).digest(),
    revoked_at: i >= LIVE_KEYS_MAX - 1 ? now : null,
  });
  const seeded = Array.from({ length: LIVE_KEYS_MAX + 20 }, (_, i) => row(i));
  await surface.sql`insert into api_keys ${surface.sql(seeded)}`;
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => surface.send('POST', keys, { name: 'Last' })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('state_conflict');
});

describe('the customer side', () => {
  const portal = () => `/portal/v1/customers/${customer.id}/keys`;

  test.each(['owner', 'developer'] as const)('%s makes, renames and revokes keys', async (role) => {
    surface.caller.customer.role = role;
    const { id, secret } = await create({ name: 'Mine' }, portal());
    expect(parseApiKey(secret)).toBeDefined();
    const path = `${portal()}/${id}`;
    expect((await surface.send<Key>('PATCH', path, { name: 'Ours' })).body.name).toBe('Ours');
    expect((await surface.send<Key>('POST', `${path}/revoke`)).body.state).toBe('revoked');
  });

  test.each(['billing', 'viewer'] as const)('%s reads keys and changes none', async (role) => {
    const { id } = await create();
    surface.caller.customer.role = role;
    const path = `${portal()}/${id}`;
    expect((await list(portal())).data).toHaveLength(1);
    expect((await surface.send('GET', path)).status).toBe(200);
    const refusal = { status: 403, code: 'forbidden' };
    const body = { name: 'x' };
    const name = role;
    await expectRefused(surface, { name, method: 'POST', path: portal(), body, ...refusal });
    await expectRefused(surface, { name, method: 'PATCH', path, body, ...refusal });
    await expectRefused(surface, { name, method: 'POST', path: `${path}/revoke`, ...refusal });
  });

  test("another customer's key is as absent as one that never was", async () => {
    const theirs = await create();
    const other = await seedCustomer(surface);
    surface.caller.customer = { id: other.id, role: 'owner' };
    // The path may name anyone: only what the access check found counts.
    for (const owner of [customer.id, other.id]) {
      const base = `/portal/v1/customers/${owner}/keys`;
      const path = `${base}/${theirs.id}`;
      expect((await list(base)).data).toEqual([]);
      const refusal = { name: 'other', path, status: 404, code: 'not_found' };
      await expectRefused(surface, { method: 'GET', ...refusal });
      await expectRefused(surface, { method: 'PATCH', body: { name: 'x' }, ...refusal });
      await expectRefused(surface, { method: 'POST', ...refusal, path: `${path}/revoke` });
    }
    expect((await get(theirs.id)).state).toBe('active');
  });
});

describe('key facts', () => {
  test('tell a gateway the key, its customer and that there is no subscription', async () => {
    const expires_at = inFuture();
    const { id, secret } = await create({ name: 'Fact', mode: 'test', expires_at });
    const fact = await keyFact(surface.sql, sha256(secret), surface.clock.now);
    expect(fact).toEqual({
      key_id: id,
      mode: 'test',
      expires_at: Date.parse(expires_at),
      revoked: false,
      customer: {
        id: customer.id,
        state: 'active',
        subscription: null,
        rate_limit: null,
        quotas: [],
      },
    });
    await revoke(id);
    await surface.sql`update customers set state = 'archived' where id = ${customer.id}`;
    const later = await keyFact(surface.sql, sha256(secret), surface.clock.now);
    expect(later).toMatchObject({ revoked: true, customer: { state: 'archived' } });
  });

  test('are looked up for a revoked key in as many steps as for one that never was', async () => {
    const { id, secret } = await create();
    const steps = async (hash: string): Promise<number> => {
      let count = 0;
      const apply: ProxyHandler<typeof surface.sql>['apply'] = (target, self, args) => {
        count += 1;
        return Reflect.apply(target, self, args) as unknown;
      };
      await keyFact(new Proxy(surface.sql, { apply }), hash, surface.clock.now);
      return count;
    };
    const working = await steps(sha256(secret));
    await revoke(id);
    expect(await steps(sha256(secret))).toBe(await steps('ab'.repeat(32)));
    expect(await steps(sha256(secret))).toBeLessThan(working);
  });

  test.each([
    ['an unknown hash', 'ab'.repeat(32)],
    ['too short', 'ab'],
    ['upper case', 'AB'.repeat(32)],
    ['a key itself', 'tg_live_'],
    ['nothing', ''],
  ])('%s is no key', async (_, hash) => {
    expect(await keyFact(surface.sql, hash, surface.clock.now)).toBeUndefined();
  });
});
