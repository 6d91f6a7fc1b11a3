import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyFact } from '../src/contract/facts.ts';
import { customerWith, footprint, openCore, person, type Core } from '../src/test/core.ts';

// What a key may do, and from where.

let core: Core;
let gateway: string;
beforeAll(async () => {
  core = await openCore();
  gateway = await core.mint(['sync']);
});
afterAll(() => core.close());

async function customer(key_scopes: string[] = []): Promise<string> {
  const made = await core.admin('POST', '/v1/customers', { name: 'Acme', key_scopes });
  expect(made.status, made.text).toBe(201);
  return made.body['id'] as string;
}

type Made = { id: string; secret: string };
async function keyOf(customerId: string, more: object = {}): Promise<Made> {
  const made = await core.admin('POST', `/v1/customers/${customerId}/keys`, { name: 'k', ...more });
  expect(made.status, made.text).toBe(201);
  return JSON.parse(made.text) as Made;
}

async function factOf({ secret }: Made): Promise<KeyFact> {
  const hash = createHash('sha256').update(secret).digest('hex');
  const headers = { authorization: `Bearer ${gateway}` };
  return JSON.parse((await core.call('GET', `/internal/v1/keys/${hash}`, { headers })).text);
}

describe('scopes', () => {
  test('of a key are some of those its customer may have, and gateways are told', async () => {
    const id = await customer(['orders:read', 'orders:write']);
    const key = await keyOf(id, { scopes: ['orders:read'] });
    expect((await factOf(key)).scopes).toEqual(['orders:read']);
    expect(await factOf(await keyOf(id))).not.toHaveProperty('scopes');
    const path = `/v1/keys/${key.id}`;
    const changed = await core.admin('PATCH', path, { scopes: ['orders:write'] });
    expect(changed.body['scopes']).toEqual(['orders:write']);
    expect((await factOf(key)).scopes).toEqual(['orders:write']);
  });

  test.each([
    ['one that the customer may not have', ['orders:delete'], 'scopes.0'],
    ['one that it may have, and one that it may not', ['orders:read', 'a'], 'scopes.1'],
    ['what is none', ['Orders'], 'scopes.0'],
    ['one twice', ['orders:read', 'orders:read'], 'scopes'],
  ])('%s is refused, to make and to change', async (_name, scopes, at) => {
    const id = await customer(['orders:read']);
    const { id: keyId } = await keyOf(id);
    const before = await footprint(core.sql);
    for (const [method, path] of [
      ['POST', `/v1/customers/${id}/keys`],
      ['PATCH', `/v1/keys/${keyId}`],
    ] as const) {
      const body = { ...(method === 'POST' && { name: 'k' }), scopes };
      const refused = await core.admin(method, path, body);
      expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, at]);
    }
    expect(await footprint(core.sql)).toEqual(before);
  });

  test('that are taken from the customer are gone from its keys', async () => {
    const id = await customer(['orders:read', 'orders:write']);
    const key = await keyOf(id, { scopes: ['orders:read', 'orders:write'] });
    await core.admin('PATCH', `/v1/customers/${id}`, { key_scopes: ['orders:read'] });
    expect((await factOf(key)).scopes).toEqual(['orders:read']);
    await core.admin('PATCH', `/v1/customers/${id}`, { key_scopes: [] });
    expect(await factOf(key)).not.toHaveProperty('scopes');
  });

  test('a customer gives its own keys, within what it may', async () => {
    const owner = await person(core);
    const { id } = await customerWith(core, { owner });
    await core.admin('PATCH', `/v1/customers/${id}`, { key_scopes: ['orders:read'] });
    const path = `/portal/v1/customers/${id}`;
    expect((await owner.call('GET', path)).body['key_scopes']).toEqual(['orders:read']);
    const wanted = { name: 'k', scopes: ['orders:read'] };
    expect((await owner.call('POST', `${path}/keys`, wanted)).status).toBe(201);
    const more = { name: 'k', scopes: ['orders:write'] };
    expect((await owner.call('POST', `${path}/keys`, more)).status).toBe(400);
  });

  test('nobody who signs up gives themselves any', async () => {
    const owner = await person(core);
    const body = { name: 'Mine', key_scopes: ['orders:read'] };
    const refused = await owner.call('POST', '/portal/v1/customers', body);
    expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, 'key_scopes']);
  });
});

describe('routes', () => {
  let count = 0;
  async function route(): Promise<string> {
    count += 1;
    const made = await core.admin('POST', '/v1/routes', {
      name: `route-${count}`,
      host: '*',
      path_pattern: `/r${count}/*`,
      upstreams: [{ url: 'https://upstream.example.test' }],
    });
    expect(made.status, made.text).toBe(201);
    return made.body['id'] as string;
  }

  test('that a key may be used for are told to gateways, and can be changed', async () => {
    const id = await customer();
    const [first, second] = [await route(), await route()];
    const key = await keyOf(id, { route_ids: [first] });
    expect((await factOf(key)).routes).toEqual([first]);
    expect(await factOf(await keyOf(id))).not.toHaveProperty('routes');
    const path = `/v1/keys/${key.id}`;
    const more = await core.admin('PATCH', path, { route_ids: [first, second] });
    expect(more.body['route_ids']).toEqual([first, second]);
    expect((await factOf(key)).routes).toEqual([first, second]);
    await core.admin('PATCH', path, { route_ids: [] });
    expect(await factOf(key)).not.toHaveProperty('routes');
  });

  test('that are gone open no others, neither to the key nor to the one made anew', async () => {
    const id = await customer();
    const only = await route();
    const key = await keyOf(id, { route_ids: [only] });
    expect((await core.admin('DELETE', `/v1/routes/${only}`)).status).toBe(204);
    expect((await factOf(key)).routes).toEqual([only]);
    const again = { name: 'n', route_ids: [only] };
    const renamed = await core.admin('PATCH', `/v1/keys/${key.id}`, again);
    expect([renamed.status, renamed.body['route_ids']]).toEqual([200, [only]]);
    const anew = await core.admin('POST', `/v1/keys/${key.id}/rotate`, {});
    expect([anew.status, anew.body['route_ids']]).toEqual([201, [only]]);
    const refused = await core.admin('POST', `/v1/customers/${id}/keys`, {
      name: 'k',
      route_ids: [only],
    });
    expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, 'route_ids.0']);
  });

  test.each<[string, (known: string) => unknown, string]>([
    ['one that never was', (known) => [known, `rte_${'0'.repeat(24)}`], 'route_ids.1'],
    ['what is no id', () => ['route-1'], 'route_ids.0'],
    ['one twice', (known) => [known, known], 'route_ids'],
    ['a name alone', () => 'rte', 'route_ids'],
    ['null', () => null, 'route_ids'],
    ['too many', () => Array.from({ length: 101 }, (_, at) => idOf(at)), 'route_ids'],
  ])('%s is refused, to make and to change', async (_name, routesOf, at) => {
    const id = await customer();
    const { id: keyId } = await keyOf(id);
    const route_ids = routesOf(await route());
    const before = await footprint(core.sql);
    for (const [method, path] of [
      ['POST', `/v1/customers/${id}/keys`],
      ['PATCH', `/v1/keys/${keyId}`],
    ] as const) {
      const body = { ...(method === 'POST' && { name: 'k' }), route_ids };
      const refused = await core.admin(method, path, body);
      expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, at]);
    }
    expect(await footprint(core.sql)).toEqual(before);
  });
  const idOf = (at: number): string => `rte_${String(at).padStart(24, '0')}`;
});

describe('addresses', () => {
  test('from which a key may be used are told to gateways, and can be changed', async () => {
    const id = await customer();
    const lists = { ip_allow: ['10.0.0.0/8', '2001:db8::1'], ip_deny: ['10.1.0.0/16'] };
    const key = await keyOf(id, lists);
    expect(await factOf(key)).toMatchObject(lists);
    const { body } = await core.admin('PATCH', `/v1/keys/${key.id}`, { ip_allow: [] });
    expect(body['ip_allow']).toEqual([]);
    expect(await factOf(key)).not.toHaveProperty('ip_allow');
  });

  test.each([
    ['ip_allow', ['10.0.0.0/40']],
    ['ip_allow', ['everywhere']],
    ['ip_deny', ['2001:db8::/200']],
    ['ip_deny', ['']],
  ])('%s of %j is refused', async (field, list) => {
    const id = await customer();
    const body = { name: 'k', [field]: list };
    const refused = await core.admin('POST', `/v1/customers/${id}/keys`, body);
    expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, `${field}.0`]);
  });
});
