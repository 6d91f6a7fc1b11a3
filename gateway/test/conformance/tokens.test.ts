import { rollOnce } from '../../../billing-core/src/usage/roller.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Caller, openWebSocketUpstream, type WebSocketUpstream } from '../web-socket.ts';
import { badTokens } from './bad-tokens.ts';
import { callerOf, codeOf } from './caller.ts';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { AUDIENCE, type Issuer, openIssuer, secondsFromNow } from './issuer.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };

// Tokens of another issuer as a credential, on each host, with a real core.

let world: World;
let upstream: Upstream;
let issuer: Issuer;
let sockets: WebSocketUpstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  issuer = await openIssuer();
  sockets = await openWebSocketUpstream();
  const jwt = { issuer: issuer.url, audience: [AUDIENCE] };
  const upstream_url = upstream.url;
  await world.route({ path_pattern: '/open', upstream_url, jwt });
  await world.route({ path_pattern: '/passed', upstream_url, jwt: { ...jwt, forward: true } });
  await world.route({ path_pattern: '/by-key', upstream_url, jwt: { ...jwt, names: 'key' } });
  const scopes = { required_scopes: ['orders:read'] };
  await world.route({ path_pattern: '/scoped', upstream_url, jwt, ...scopes });
  const key_location = { header: null, bearer: false, query: null };
  await world.route({ path_pattern: '/tokens-only', upstream_url, jwt, key_location });
  const away = { ...jwt, jwks_url: 'http://127.0.0.1:1/keys' };
  await world.route({ path_pattern: '/away', upstream_url, jwt: away });
  const exact = { ...jwt, clock_tolerance_s: 0 };
  await world.route({ path_pattern: '/chat', upstream_url: sockets.url, jwt: exact });
  await world.route({ path_pattern: '/lasting', upstream_url, jwt: exact });
});
afterAll(async () => {
  upstream.close();
  issuer.close();
  sockets.close();
  await world.close();
});

let people = 0;

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  let seller: Seller;
  let holder: string;
  const named = async (customerId: string, external_id: string | null): Promise<void> => {
    const { status } = await world.core.admin('PATCH', `/v1/customers/${customerId}`, {
      external_id,
    });
    expect(status).toBe(200);
  };
  beforeAll(async () => {
    host = await openHost(kind, { world });
    seller = await world.customer();
    people += 1;
    holder = `crm ${people}/ü`;
    await named(seller.customerId, holder);
  });
  afterAll(() => host.kill());
  afterEach(() => {
    upstream.requests.length = 0;
  });
  const call = callerOf(
    () => host.urls[0],
    () => '',
  );
  const status = async (path: string, key: string): Promise<number> => {
    const answer = await call(path, { key });
    await answer.text();
    return answer.status;
  };

  test('takes a token for the customer whom it names, and keeps it from the upstream', async () => {
    const token = await issuer.sign(holder);
    for (let i = 0; i < 3; i++) expect(await status('/open', token)).toBe(200);
    const [seen] = upstream.requests;
    expect(seen?.rawHeaders.join(' ')).not.toContain(token);
    expect(seen?.headers['x-tollgate-customer']).toBe(seller.customerId);
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(3), SOON);
    await rollOnce(world.core.sql);
    const path = `/v1/usage?customer_id=${seller.customerId}&group_by=key&interval=day`;
    const { body } = await world.core.admin('GET', path);
    const group = { id: seller.customerId, label: 'Tokens' };
    expect(body['data']).toEqual([expect.objectContaining({ group, requests: 3 })]);
  });

  test('hands the token on where the route says so, and a key never', async () => {
    const token = await issuer.sign(holder);
    expect(await status('/passed', token)).toBe(200);
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${token}`);
    expect(await status('/passed', seller.key)).toBe(200);
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(undefined);
  });

  test('asks no upstream for a token that does not hold', async () => {
    const table = await badTokens(issuer, holder);
    const told: unknown[] = [];
    for (const [name, token] of table) {
      told.push([name, ...(await codeOf(call('/open', { key: token })))]);
    }
    expect(told).toEqual(table.map(([name, , code]) => [name, 401, code]));
    expect(upstream.requests).toEqual([]);
    expect(issuer.asked).not.toContain('/thief');
  });

  test('refuses two credentials, and a key where only tokens are taken', async () => {
    const headers = { 'x-api-key': seller.key };
    const both = call('/open', { key: await issuer.sign(holder), headers });
    expect(await codeOf(both)).toEqual([400, 'invalid_request']);
    expect(await status('/tokens-only', await issuer.sign(holder))).toBe(200);
    expect(await codeOf(call('/tokens-only', { key: seller.key }))).toEqual([401, 'key_missing']);
    expect(upstream.requests).toHaveLength(1);
  });

  test('says that it cannot tell while the issuer is away', async () => {
    const answer = call('/away', { key: await issuer.sign(holder) });
    expect(await codeOf(answer)).toEqual([503, 'key_unverifiable']);
    expect(upstream.requests).toEqual([]);
  });

  test('asks both the token and the customer for the scope of a route', async () => {
    const claims = { scope: 'orders:write orders:read' };
    const token = await issuer.sign(holder, { claims });
    expect(await codeOf(call('/scoped', { key: token }))).toEqual([403, 'scope_missing']);
    const key_scopes = ['orders:read'];
    await world.core.admin('PATCH', `/v1/customers/${seller.customerId}`, { key_scopes });
    await vi.waitFor(async () => expect(await status('/scoped', token)).toBe(200), SOON);
    const bare = await issuer.sign(holder);
    expect(await codeOf(call('/scoped', { key: bare }))).toEqual([403, 'scope_missing']);
  });

  test('ends a WebSocket with its token', async () => {
    const claims = { exp: secondsFromNow(5) };
    const token = await issuer.sign(holder, { claims });
    const before = sockets.peers.length;
    const authorization = `Bearer ${token}`;
    const caller = new Caller(`${host.urls[0]}/chat`, { authorization });
    await vi.waitFor(() => expect(sockets.peers).toHaveLength(before + 1), SOON);
    await vi.waitFor(() => {
      expect(caller.closed).toMatchObject({ code: 1008, reason: 'key_expired' });
    }, SOON);
    expect(caller.failed).toBe(false);
  });

  test('ends a response that lasts with its token, at the end of a span', async () => {
    const plain = upstream.handler;
    upstream.handler = (_, response) => void response.write('begun');
    const exp = secondsFromNow(4);
    const token = await issuer.sign(holder, { claims: { exp } });
    const answer = await call('/lasting', { key: token });
    upstream.handler = plain;
    expect(answer.status).toBe(200);
    // Torn, not ended: it is not whole.
    await expect(answer.text()).rejects.toThrow(TypeError);
    const late = Date.now() - exp * 1_000;
    expect(late).toBeGreaterThan(-1_000);
    // The span of these hosts, and what a busy machine takes.
    expect(late).toBeLessThan(1_000 + 4_000);
  });

  test('takes a token for the key whom it names, until that is revoked', async () => {
    const own = await world.customer();
    const token = await issuer.sign(own.keyId);
    expect(await status('/by-key', token)).toBe(200);
    expect(await status('/by-key', own.key)).toBe(200);
    await world.core.admin('POST', `/v1/keys/${own.keyId}/revoke`);
    await vi.waitFor(async () => {
      expect(await codeOf(call('/by-key', { key: token }))).toEqual([401, 'key_revoked']);
    }, SOON);
  });

  test('follows a name to another customer', async () => {
    const other = await world.customer();
    const wanderer = `wanderer ${people}`;
    const token = await issuer.sign(wanderer);
    await named(seller.customerId, wanderer);
    await vi.waitFor(async () => expect(await status('/open', token)).toBe(200), SOON);
    await named(seller.customerId, holder);
    await named(other.customerId, wanderer);
    await vi.waitFor(async () => {
      expect(await status('/open', token)).toBe(200);
      const seen = upstream.requests.at(-1)?.headers['x-tollgate-customer'];
      expect(seen).toBe(other.customerId);
    }, SOON);
    await named(other.customerId, null);
    await vi.waitFor(async () => {
      expect(await codeOf(call('/open', { key: token }))).toEqual([401, 'key_unknown']);
    }, SOON);
  });
});
