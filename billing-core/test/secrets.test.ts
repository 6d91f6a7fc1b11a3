import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteFact, RoutesSnapshot } from '../src/contract/facts.ts';
import { lastChange } from '../src/kit/changes.ts';
import { openVault } from '../src/kit/vault.ts';
import { activeRoutes, checkSecrets } from '../src/routes/secrets.ts';
import { footprint, openCore, type Core } from '../src/test/core.ts';

const TEXT = 'sk_live_the_text_that_nobody_sees';
let core: Core;
let gateway: string;
let count = 0;

beforeAll(async () => {
  core = await openCore();
  gateway = await core.mint(['sync']);
});
afterAll(() => core.close());

async function secret(value = TEXT): Promise<{ id: string; name: string }> {
  const name = `secret-${(count += 1)}`;
  const { status, body, text } = await core.admin('POST', '/v1/secrets', { name, value });
  expect(status, text).toBe(201);
  return { id: body['id'] as string, name };
}

async function routeWith(request_headers: unknown[]): Promise<string> {
  const name = `route ${(count += 1)}`;
  const body = { name, path_pattern: `/s${count}`, upstream_url: 'http://u.test', request_headers };
  const made = await core.admin('POST', '/v1/routes', body);
  expect(made.status, made.text).toBe(201);
  return made.body['id'] as string;
}

/** What gateways are told of this route. */
async function factOf(route: string): Promise<RouteFact | undefined> {
  const headers = { authorization: `Bearer ${gateway}` };
  const { text } = await core.call('GET', '/internal/v1/routes', { headers });
  return (JSON.parse(text) as RoutesSnapshot).routes.find((fact) => fact.id === route);
}

describe('the text of a secret', () => {
  test('goes to gateways, and to nobody else', async () => {
    const { id, name } = await secret();
    const rule = { op: 'set', name: 'Authorization', secret: name, prefix: 'Bearer ' };
    const route = await routeWith([rule]);
    const answers = [
      await core.admin('GET', '/v1/secrets'),
      await core.admin('GET', `/v1/secrets/${id}`),
      await core.admin('PATCH', `/v1/secrets/${id}`, { value: TEXT }),
      await core.admin('GET', '/v1/routes'),
      await core.admin('GET', `/v1/routes/${route}`),
      await core.admin('PATCH', `/v1/routes/${route}`, { timeout_ms: 7 }),
      await core.admin('GET', `/v1/routes/${route}/versions`),
      await core.admin('GET', '/v1/audit'),
    ];
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toContain(TEXT);
    }
    expect((await factOf(route))?.request_headers).toEqual([
      { op: 'set', name: 'Authorization', value: `Bearer ${TEXT}` },
    ]);
    const admin = await core.mint(['admin']);
    const headers = { authorization: `Bearer ${admin}` };
    const refused = await core.call('GET', '/internal/v1/routes', { headers });
    expect(refused.status).toBe(403);
    expect((await core.call('GET', '/internal/v1/routes')).status).toBe(401);
  });

  test('is in no table in the clear', async () => {
    await routeWith([{ op: 'set', name: 'X-Key', secret: (await secret()).name }]);
    for (const name of Object.keys(await footprint(core.sql))) {
      const rows = await core.sql`select t::text as row from ${core.sql(name)} t`;
      const hex = Buffer.from(TEXT).toString('hex');
      for (const { row } of rows) {
        expect(row).not.toContain(TEXT);
        expect(row).not.toContain(hex);
      }
    }
  });

  test('changes everywhere with one call, and gateways hear of it', async () => {
    const { id, name } = await secret();
    const route = await routeWith([{ op: 'add', name: 'X-Key', secret: name }]);
    const before = await lastChange(core.sql, 'facts');
    await core.admin('PATCH', `/v1/secrets/${id}`, { value: 'another' });
    const [change] = await core.sql`select kind from changes where number > ${before}`;
    expect(change?.['kind']).toBe('route');
    expect(await factOf(route)).toMatchObject({
      version: 1,
      request_headers: [{ value: 'another' }],
    });
  });
});

test('a secret says who uses it, and goes only when nobody does', async () => {
  const { id, name } = await secret();
  const route = await routeWith([{ op: 'set', name: 'X-Key', secret: name }]);
  const path = `/v1/secrets/${id}`;
  const routeName = (await core.admin('GET', `/v1/routes/${route}`)).body['name'];
  expect((await core.admin('GET', path)).body['used_by']).toEqual([routeName]);
  const refused = await core.admin('DELETE', path);
  expect([refused.status, refused.body['code']]).toEqual([409, 'state_conflict']);
  await core.admin('PATCH', `/v1/routes/${route}`, { request_headers: [] });
  expect((await core.admin('DELETE', path)).status).toBe(204);
  expect((await core.admin('GET', path)).status).toBe(404);
});

test('a route cannot name a secret that is not there', async () => {
  const request_headers = [
    { op: 'remove', name: 'cookie' },
    { op: 'set', name: 'X-Key', secret: 'nobody' },
  ];
  const body = {
    name: 'x',
    path_pattern: '/nobody',
    upstream_url: 'http://u.test',
    request_headers,
  };
  const before = await footprint(core.sql);
  const refused = await core.admin('POST', '/v1/routes', body);
  expect(refused.status).toBe(400);
  expect(refused.body['errors'][0]?.['path']).toBe('request_headers.1.secret');
  expect(await footprint(core.sql)).toEqual(before);
});

describe('a text that no header can hold', () => {
  // As it comes out of a file, a private key, and what would be a header of its own.
  const texts = [`${TEXT}\n`, 'a\nb', `${TEXT}\r\nX-Admin: 1`, ' a', 'caf\u00e9', '\u0001'];
  const header = (secretName: string) => [{ op: 'set', name: 'X-Key', secret: secretName }];

  test.each(texts)('is sent by no route: %j', async (text) => {
    const { name } = await secret(text);
    const body = { name, path_pattern: `/${name}`, upstream_url: 'http://u.test' };
    const request_headers = header(name);
    const refused = await core.admin('POST', '/v1/routes', { ...body, request_headers });
    const errors = [{ path: 'request_headers.0.secret', message: 'is not the value of a header' }];
    expect([refused.status, refused.body['errors']]).toEqual([400, errors]);
  });

  test.each(texts)('takes the place of none that is sent: %j', async (value) => {
    const { id, name } = await secret();
    const route = await routeWith(header(name));
    const refused = await core.admin('PATCH', `/v1/secrets/${id}`, { value });
    expect([refused.status, refused.body['errors'][0]?.['path']]).toEqual([400, 'value']);
    expect(refused.text).not.toContain(TEXT);
    expect(await factOf(route)).toMatchObject({ request_headers: [{ value: TEXT }] });
  });
});

test.each([
  ['no name', { value: 'x' }, 'name'],
  ['a name in capitals', { name: 'Stripe', value: 'x' }, 'name'],
  ['a name with a space', { name: 'a b', value: 'x' }, 'name'],
  ['a name that is too long', { name: 'a'.repeat(64), value: 'x' }, 'name'],
  ['no value', { name: 'a' }, 'value'],
  ['an empty value', { name: 'a', value: '' }, 'value'],
  ['a value with NUL', { name: 'a', value: 'a\0b' }, 'value'],
  ['a value that is too long', { name: 'a', value: 'x'.repeat(16_001) }, 'value'],
  ['a number', { name: 'a', value: 7 }, 'value'],
  ['an unknown field', { name: 'a', value: 'x', text: 'x' }, 'text'],
])('a secret with %s is refused, and its text is not repeated', async (_name, body, at) => {
  const before = await footprint(core.sql);
  const refused = await core.admin('POST', '/v1/secrets', body);
  expect([refused.status, refused.body['code']]).toEqual([400, 'invalid_request']);
  expect(refused.body['errors'][0]?.['path']).toBe(at);
  expect(await footprint(core.sql)).toEqual(before);
});

test('a taken name is refused', async () => {
  const { name } = await secret();
  const again = await core.admin('POST', '/v1/secrets', { name, value: 'x' });
  expect([again.status, again.body['code']]).toEqual([409, 'already_exists']);
});

describe('the key', () => {
  test('without one nothing can be kept', async () => {
    const bare = await openCore({ vault: undefined });
    const refused = await bare.admin('POST', '/v1/secrets', { name: 'a', value: 'x' });
    expect([refused.status, refused.body['code']]).toEqual([409, 'state_conflict']);
    await checkSecrets(bare.sql, undefined);
    await bare.close();
  });

  test('one that does not open what is kept is noticed at the start, by name', async () => {
    const { name } = await secret();
    const wrong = openVault(['another key, also long enough to be one']);
    await expect(checkSecrets(core.sql, wrong)).rejects.toThrow(/SECRETS_KEY does not open/);
    await expect(checkSecrets(core.sql, undefined)).rejects.toThrow(/set SECRETS_KEY/);
    await routeWith([{ op: 'set', name: 'X-Key', secret: name }]);
    await expect(activeRoutes(core.sql, wrong)).rejects.toThrow(/sealed with another key/);
  });

  test('a new one before the old one seals everything anew', async () => {
    const own = await openCore();
    await own.admin('POST', '/v1/secrets', { name: 'a', value: TEXT });
    const [old, next] = [
      'a key of the tests, that is long enough',
      'the next key of the tests, long',
    ];
    await checkSecrets(own.sql, openVault([next!, old!]));
    await checkSecrets(own.sql, openVault([next!]));
    await expect(checkSecrets(own.sql, openVault([old!]))).rejects.toThrow(/does not open/);
    await own.close();
  });
});
