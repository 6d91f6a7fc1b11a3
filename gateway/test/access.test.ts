import { describe, expect, it } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, keyFact, type Rig, type RigOptions, routeFact } from './rig.ts';

const { rigOf, clientOf } = useRigs();
type Route = Parameters<typeof routeFact>[0];

/** A rig with one route; what the upstream saw. */
async function rigWith(route: Route, options: RigOptions = {}): Promise<[Rig, string[]]> {
  const seen: string[] = [];
  const rig = await rigOf({
    routes: (upstream_url) => [routeFact({ upstream_url, ...route })],
    upstream: (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.setHeader('Access-Control-Allow-Origin', 'https://upstream.test');
      response.end(JSON.stringify(request.rawHeaders));
    },
    ...options,
  });
  return [rig, seen];
}
const ask = (rig: Rig, headers: Record<string, string> = {}, path = '/x'): Promise<Response> =>
  fetch(rig.url + path, { headers: { 'x-api-key': KEY, ...headers } });
const codeOf = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, ((await response.json()) as { code: string }).code];
};

describe('maintenance', () => {
  it('is told before anybody is asked who they are, with when and why', async () => {
    const maintenance = { retry_after_s: 90, message: 'Back at noon' };
    const [rig, seen] = await rigWith({ maintenance });
    const response = await fetch(`${rig.url}/x`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('90');
    expect(await response.json()).toMatchObject({ code: 'maintenance', detail: 'Back at noon' });
    expect([seen, rig.metering.begun, rig.refusals]).toEqual([[], [], []]);
  });

  it('goes before the address, and both before the key', async () => {
    const closed = { maintenance: { retry_after_s: 1, message: null }, ip_deny: ['127.0.0.1'] };
    const [rig] = await rigWith(closed);
    expect(await codeOf(ask(rig))).toEqual([503, 'maintenance']);
    const [fenced] = await rigWith({ ip_deny: ['127.0.0.1'] });
    expect(await codeOf(fetch(`${fenced.url}/x`))).toEqual([403, 'address_refused']);
  });
});

describe('addresses', () => {
  it.each([
    ['a peer that is denied', { ip_deny: ['127.0.0.0/8'] }, 403],
    ['a peer that is not allowed', { ip_allow: ['10.0.0.0/8'] }, 403],
    ['a peer that is allowed', { ip_allow: ['127.0.0.1'] }, 200],
  ])('of %s', async (_name, route, status) => {
    const [rig] = await rigWith(route);
    expect((await ask(rig)).status).toBe(status);
  });

  it('are those a trusted proxy tells, and not those a client tells', async () => {
    const route = { ip_allow: ['203.0.113.0/24'] };
    const told = { 'x-forwarded-for': '203.0.113.7' };
    const [open] = await rigWith(route, { trusted: ['127.0.0.1'] });
    expect((await ask(open, told)).status).toBe(200);
    const forged = { 'x-forwarded-for': '203.0.113.7, 198.51.100.1' };
    expect(await codeOf(ask(open, forged))).toEqual([403, 'address_refused']);
    const [direct] = await rigWith(route);
    expect(await codeOf(ask(direct, told))).toEqual([403, 'address_refused']);
  });

  it('from which a key may be used are its own, and are counted for its customer', async () => {
    const [rig, seen] = await rigWith({}, { fact: keyFact({ ip_allow: ['10.0.0.0/8'] }) });
    expect(await codeOf(ask(rig))).toEqual([403, 'key_address_refused']);
    expect(rig.refusals).toEqual(['cus_1 key_address_refused']);
    expect(seen).toEqual([]);
  });
});

describe('scopes', () => {
  it.each<[string, string[] | undefined, number]>([
    ['none', undefined, 403],
    ['another', ['orders:read'], 403],
    ['some of them', ['orders:write'], 403],
    ['all of them', ['users:read', 'orders:write', 'a'], 200],
  ])('a key with %s', async (_name, scopes, status) => {
    const required_scopes = ['orders:write', 'users:read'];
    const fact = keyFact(scopes ? { scopes } : {});
    const [rig] = await rigWith({ required_scopes }, { fact });
    const response = await ask(rig);
    expect(response.status).toBe(status);
    if (status === 403) expect(await response.json()).toMatchObject({ code: 'scope_missing' });
  });

  it('are asked for after the credential and before the subscription', async () => {
    const route = { required_scopes: ['a'] };
    const revoked = await rigWith(route, { fact: keyFact({ revoked: true }) });
    expect(await codeOf(ask(revoked[0]))).toEqual([401, 'key_revoked']);
    const customer = { ...keyFact().customer, subscription: null };
    const unsubscribed = await rigWith(route, { fact: keyFact({ customer }) });
    expect(await codeOf(ask(unsubscribed[0]))).toEqual([403, 'scope_missing']);
  });
});

describe('features', () => {
  const customer = (features?: string[]) => ({
    ...keyFact().customer,
    ...(features && { features }),
  });

  it.each<[string, string[] | undefined, string | undefined]>([
    ['none', undefined, 'export, reports'],
    ['an empty list', [], 'export, reports'],
    ['another', ['sso'], 'export, reports'],
    ['some of them', ['export'], 'reports'],
    ['all of them', ['reports', 'sso', 'export'], undefined],
  ])('of a customer with %s', async (_name, features, lacked) => {
    const fact = keyFact({ customer: customer(features) });
    const [rig, seen] = await rigWith({ required_features: ['export', 'reports'] }, { fact });
    const response = await ask(rig);
    expect(response.status).toBe(lacked === undefined ? 200 : 403);
    if (lacked === undefined) return;
    const said = `The customer's plan lacks what the route requires: ${lacked}`;
    expect(await response.json()).toMatchObject({ code: 'feature_missing', detail: said });
    expect([seen, rig.metering.begun]).toEqual([[], []]);
    expect(rig.refusals).toEqual(['cus_1 feature_missing']);
  });

  it('are asked for after the subscription and before the size', async () => {
    const route = { required_features: ['export'], max_body_bytes: 1 };
    const nothing = { ...customer(), subscription: null };
    const unsubscribed = await rigWith(route, { fact: keyFact({ customer: nothing }) });
    expect(await codeOf(ask(unsubscribed[0]))).toEqual([402, 'subscription_missing']);
    const [rig] = await rigWith(route);
    const large = fetch(`${rig.url}/x`, {
      ...{ method: 'POST', body: 'too much', headers: { 'x-api-key': KEY } },
    });
    expect(await codeOf(large)).toEqual([403, 'feature_missing']);
  });
});

describe('cross-origin requests', () => {
  const cors = {
    ...{ origins: ['https://app.test'], headers: ['*'], expose: ['X-Total'] },
    ...{ credentials: false, max_age_s: 60 },
  };
  const origin = 'https://app.test';
  const preflight = (rig: Rig, more: Record<string, string> = {}): Promise<Response> =>
    fetch(`${rig.url}/x`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', ...more },
    });

  it('a preflight is answered here, without a key, and costs nothing', async () => {
    const [rig, seen] = await rigWith({ cors, methods: ['PUT'] });
    const answer = await preflight(rig, { 'access-control-request-headers': 'x-a' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-methods')).toBe('PUT');
    expect(answer.headers.get('access-control-allow-headers')).toBe('x-a');
    expect(answer.headers.get('access-control-max-age')).toBe('60');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    expect([seen, rig.metering.begun, rig.refusals]).toEqual([[], [], []]);
  });

  it('a preflight on a connection that goes on leaves it whole', async () => {
    const [rig] = await rigWith({ cors });
    const fields = `Origin: ${origin}\r\nAccess-Control-Request-Method: GET`;
    const first = `OPTIONS /x HTTP/1.1\r\nHost: api.test\r\n${fields}\r\n\r\n`;
    const text = await clientOf(rig)
      .send(first + head('GET /x'))
      .until(/HTTP\/1.1 200/);
    expect(text).toMatch(/^HTTP\/1.1 204 No Content\r\n/);
  });

  it.each([
    ['of a strange origin', { origin: 'https://evil.test' }, 403, 'origin_refused'],
    [
      'of a method the route has not',
      { 'access-control-request-method': 'DELETE' },
      405,
      'method_not_allowed',
    ],
  ])('a preflight %s is refused', async (_name, more, status, code) => {
    const [rig] = await rigWith({ cors, methods: ['PUT'] });
    expect(await codeOf(preflight(rig, more))).toEqual([status, code]);
  });

  it('a preflight of a route that is down, or closed to the address, is refused so', async () => {
    const [down] = await rigWith({ cors, maintenance: { retry_after_s: 1, message: null } });
    expect(await codeOf(preflight(down))).toEqual([503, 'maintenance']);
    const [fenced] = await rigWith({ cors, ip_deny: ['127.0.0.1'] });
    expect(await codeOf(preflight(fenced))).toEqual([403, 'address_refused']);
  });

  it('without a rule an OPTIONS is forwarded as any other request', async () => {
    const [rig, seen] = await rigWith({});
    await (await preflight(rig, { 'x-api-key': KEY })).text();
    expect(seen).toEqual(['OPTIONS /x']);
  });

  it('answers say who may read them, in place of the upstream', async () => {
    const [rig] = await rigWith({ cors });
    const { headers } = await ask(rig, { origin });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('X-Total');
    expect(headers.get('vary')).toBe('Origin');
    const strange = await ask(rig, { origin: 'https://evil.test' });
    expect(strange.status).toBe(200);
    expect(strange.headers.get('access-control-allow-origin')).toBe(null);
  });

  it('a script can read why it was refused', async () => {
    const [rig] = await rigWith({ cors }, { fact: null });
    const response = await ask(rig, { origin });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    const [gone] = await rigWith({ cors, upstream_url: 'http://127.0.0.1:1' });
    const failed = await ask(gone, { origin });
    expect(failed.status).toBe(502);
    expect(failed.headers.get('access-control-allow-origin')).toBe(origin);
  });
});

describe('the place of the key', () => {
  const sent = async (response: Response): Promise<string[]> => (await response.json()) as string[];
  const at = { header: 'x-token', bearer: false, query: 'api_key' };

  it('is the one the route names; the key is gone from there, and the rest stays', async () => {
    const [rig, seen] = await rigWith({ key_location: at });
    const byHeader = await fetch(`${rig.url}/x?a=1`, {
      headers: { 'X-Token': KEY, 'x-api-key': 'theirs', authorization: 'Bearer upstream' },
    });
    const fields = await sent(byHeader);
    expect(fields).not.toContain(KEY);
    expect(fields).toEqual(expect.arrayContaining(['theirs', 'Bearer upstream']));
    const byQuery = await fetch(`${rig.url}/x?a=%20b&api_key=${KEY}&c`);
    expect(await sent(byQuery)).not.toContain(KEY);
    expect(seen).toEqual(['GET /x?a=1', 'GET /x?a=%20b&c']);
  });

  it.each([
    ['?api_key=', '', '?a&b'],
    ['?a&b&api_key=', '', '?a&b'],
    ['?api_key=', '', ''],
    ['?a&api%5Fkey=', '&b', '?a&b'],
  ])('in the query is found and taken out however it stands: %s', async (before, after, left) => {
    const [rig, seen] = await rigWith({ key_location: at });
    const rest = after === '' && left === '?a&b' && before === '?api_key=' ? '&a&b' : after;
    expect((await fetch(`${rig.url}/x${before}${KEY}${rest}`)).status).toBe(200);
    expect(seen).toEqual([`GET /x${left}`]);
  });

  it.each([
    ['in a place that the route does not name', { 'x-api-key': KEY }, '', 401, 'key_missing'],
    ['in two places with two values', { 'x-token': KEY }, '?api_key=b', 400, 'invalid_request'],
    ['twice in the query', {}, `?api_key=${KEY}&api_key=b`, 400, 'invalid_request'],
    ['mistyped', {}, '?api_key=tg_live_no', 401, 'key_malformed'],
  ])('a key %s is refused', async (_name, headers, query, status, code) => {
    const [rig] = await rigWith({ key_location: at });
    expect(await codeOf(fetch(`${rig.url}/x${query}`, { headers }))).toEqual([status, code]);
  });

  it('is not the query unless a route says so', async () => {
    const [rig] = await rigWith({});
    expect(await codeOf(fetch(`${rig.url}/x?api_key=${KEY}`))).toEqual([401, 'key_missing']);
  });
});
