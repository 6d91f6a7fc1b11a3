import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GATEWAY_TOKEN_CACHE_MS } from '../auth/authenticate.ts';
import { openCore, person, PORTAL, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const as = (token: string, method: string, path: string, body?: unknown) =>
  core.call(method, path, { body, headers: { authorization: `Bearer ${token}` } });
const meters = (token: string) => as(token, 'GET', '/v1/meters');
const routes = (token: string) => as(token, 'GET', '/internal/v1/routes');

describe('an admin token', () => {
  test('is shown once and stored as a hash', async () => {
    const wanted = { name: 'CI', scopes: ['admin'] };
    const made = await core.admin('POST', '/v1/admin-tokens', wanted);
    expect(made.status).toBe(201);
    const token = made.body['token'] as string;
    expect(token).toMatch(/^tga_[0-9A-Za-z]{40}$/);
    expect(made.body['last4']).toBe(token.slice(-4));
    expect((await meters(token)).status).toBe(200);
    expect((await core.admin('GET', '/v1/admin-tokens')).text).not.toContain(token);
    const stored = await core.sql`select * from admin_tokens`;
    expect(JSON.stringify(stored)).not.toContain(token.slice(4));
    const trail = await core.sql`select action, detail from audit_entries
      where subject_id = ${made.body['id'] as string}`;
    expect(trail).toEqual([{ action: 'admin_token.create', detail: wanted }]);
  });

  test.each([
    ['admin', 'GET', 200],
    ['admin', 'POST', 201],
    ['read', 'GET', 200],
    ['read', 'HEAD', 200],
    ['read', 'POST', 403],
    ['read', 'PATCH', 403],
    ['read', 'DELETE', 403],
    ['sync', 'GET', 403],
    ['sync', 'POST', 403],
  ] as const)('with scope %s: %s /v1 is answered %i', async (scope, method, status) => {
    const token = await core.mint([scope]);
    const writes = method === 'POST';
    const body = writes ? { slug: `m_${scope}`, name: 'M', unit: 'u' } : undefined;
    expect((await as(token, method, '/v1/meters', body)).status).toBe(status);
  });

  test.each([
    ['read', 403],
    ['admin', 403],
    ['sync', 200],
  ] as const)('with scope %s: /internal/v1 is answered %i', async (scope, status) => {
    expect((await routes(await core.mint([scope]))).status).toBe(status);
  });

  test('stops working when it is revoked; a second time changes nothing', async () => {
    const made = await core.admin('POST', '/v1/admin-tokens', { name: 'x', scopes: ['read'] });
    const path = `/v1/admin-tokens/${made.body['id']}/revoke`;
    const revoked = await core.admin('POST', path);
    expect(revoked.body).toMatchObject({ state: 'revoked' });
    const answer = await meters(made.body['token'] as string);
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    core.clock.now += 1_000;
    expect((await core.admin('POST', path)).body['revoked_at']).toBe(revoked.body['revoked_at']);
  });

  test('stops working when it expires', async () => {
    const token = await core.mint(['read'], new Date(core.clock.now + 60_000).toISOString());
    expect((await meters(token)).status).toBe(200);
    core.clock.now += 60_000;
    expect((await meters(token)).status).toBe(401);
  });

  test('cannot be born expired', async () => {
    const expires_at = new Date(core.clock.now).toISOString();
    const wanted = { name: 'x', scopes: ['read'], expires_at };
    const answer = await core.admin('POST', '/v1/admin-tokens', wanted);
    expect([answer.status, answer.body['errors'][0]['path']]).toEqual([400, 'expires_at']);
  });

  test('says when it was last used, written at most once a minute', async () => {
    const token = await core.mint(['read']);
    const used = async () =>
      (await core.sql`select last_used_at from admin_tokens order by id desc limit 1`)[0]?.[
        'last_used_at'
      ] as Date | null;
    expect(await used()).toBeNull();
    const first = core.clock.now;
    await meters(token);
    core.clock.now = first + 59_000;
    await meters(token);
    expect((await used())?.getTime()).toBe(first);
    core.clock.now = first + 60_000;
    await meters(token);
    expect((await used())?.getTime()).toBe(first + 60_000);
  });

  test.each(['', 'Bearer', 'Bearer x', `Bearer tga_${'0'.repeat(40)}`, 'Basic YTpi'])(
    'nothing opens with Authorization: %s',
    async (authorization) => {
      const answer = await core.call('GET', '/v1/meters', { headers: { authorization } });
      expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
    },
  );
});

describe('a gateway token', () => {
  test('is asked of the database once in seconds, and a revocation bites within', async () => {
    const token = await core.mint(['sync']);
    expect((await routes(token)).status).toBe(200);
    await core.sql`update admin_tokens set revoked_at = now() where scopes = '{sync}'`;
    core.clock.now += GATEWAY_TOKEN_CACHE_MS - 1;
    expect((await routes(token)).status).toBe(200);
    core.clock.now += 1;
    expect((await routes(token)).status).toBe(401);
    expect(GATEWAY_TOKEN_CACHE_MS).toBeLessThanOrEqual(5_000);
  });

  test('does not live on from memory when the clock is set back', async () => {
    const token = await core.mint(['sync']);
    expect((await routes(token)).status).toBe(200);
    await core.sql`update admin_tokens set revoked_at = now() where scopes = '{sync}'`;
    core.clock.now -= 3_600_000;
    expect((await routes(token)).status).toBe(401);
    core.clock.now += 3_600_000;
  });

  test('expires in memory as well', async () => {
    const token = await core.mint(['sync'], new Date(core.clock.now + 1_000).toISOString());
    expect((await routes(token)).status).toBe(200);
    core.clock.now += 1_000;
    expect((await routes(token)).status).toBe(401);
  });
});

describe('a session on /v1', () => {
  test('is for admins', async () => {
    const [admin, user] = [await person(core, 'admin'), await person(core)];
    expect((await admin.call('GET', '/v1/meters')).status).toBe(200);
    const answer = await user.call('GET', '/v1/meters');
    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
  });

  test('writes only from the portal’s own origin', async () => {
    const { cookie } = await person(core, 'admin');
    const write = (headers: Record<string, string>) =>
      core.call('POST', '/v1/meters', {
        body: { slug: 'by_cookie', name: 'M', unit: 'u' },
        headers: { cookie, ...headers },
      });
    for (const headers of [{}, { origin: 'http://evil.test' }, { origin: 'null' }]) {
      expect((await write(headers)).status).toBe(403);
    }
    expect((await write({ origin: PORTAL })).status).toBe(201);
  });

  test('ends its power with the role', async () => {
    const admin = await person(core, 'admin');
    await person(core, 'admin');
    await core.admin('PATCH', `/v1/users/${admin.id}`, { role: 'user' });
    expect((await admin.call('GET', '/v1/meters')).status).toBe(403);
  });

  test('a token opens no page of the portal', async () => {
    const answer = await core.admin('GET', '/portal/v1/me');
    expect(answer.status).toBe(401);
  });
});
