import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAuthority } from '../../scripts/test/certificates.ts';
import type { RouteFact, RoutesSnapshot } from '../src/contract/facts.ts';
import { openCore, type Core } from '../src/test/core.ts';

// Authorities and client certificates of upstreams: what may be said, and who is told of it.

let core: Core;
let count = 0;

beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const DAY_MS = 86_400_000;
const authority = newAuthority('authority');
const client = authority.issue({ name: 'gateway' });
const other = authority.issue({ name: 'other' });
const until = Date.now() - DAY_MS;
const expired = authority.issue({ name: 'old', from: until - DAY_MS, until });
const early = authority.issue({ name: 'early', from: Date.now() + DAY_MS });

async function secret(value: string): Promise<{ id: string; name: string }> {
  const name = `key-${(count += 1)}`;
  const made = await core.admin('POST', '/v1/secrets', { name, value });
  expect(made.status, made.text).toBe(201);
  return { id: made.body['id'] as string, name };
}

const bodyWith = (tls: unknown, url = 'https://u.test') => {
  count += 1;
  return { name: `route ${count}`, path_pattern: `/t${count}`, upstreams: [{ url, tls }] };
};

async function routeWith(tls: unknown): Promise<{ id: string; text: string }> {
  const made = await core.admin('POST', '/v1/routes', bodyWith(tls));
  expect(made.status, made.text).toBe(201);
  return { id: made.body['id'] as string, text: made.text };
}

async function factOf(route: string): Promise<RouteFact | undefined> {
  const token = await core.mint(['sync']);
  const headers = { authorization: `Bearer ${token}` };
  const { text } = await core.call('GET', '/internal/v1/routes', { headers });
  return (JSON.parse(text) as RoutesSnapshot).routes.find((fact) => fact.id === route);
}

type Errors = { path: string; message: string }[];
const errorsOf = (body: Record<string, unknown>): Errors => body['errors'] as Errors;

test('gateways are told all of it, admins all but the private key', async () => {
  const { name } = await secret(client.key);
  const tls = {
    ca: `# ours\n${authority.certificate}`,
    certificate: client.certificate + authority.certificate,
    key: name,
    server_name: 'API.internal',
  };
  const { id, text } = await routeWith(tls);
  const { ca, certificate, server_name } = {
    ca: authority.certificate,
    certificate: tls.certificate,
    server_name: 'api.internal',
  };
  const told = { ca, certificate, server_name };
  expect(JSON.parse(text)).toMatchObject({ upstreams: [{ tls: { ...told, key: name } }] });
  expect((await factOf(id))?.upstreams).toEqual([
    { url: 'https://u.test', weight: 1, tls: { ...told, key: client.key } },
  ]);
  const shown = [text];
  for (const path of [`/v1/routes/${id}`, `/v1/routes/${id}/versions`, '/v1/audit', '/v1/secrets'])
    shown.push((await core.admin('GET', path)).text);
  const lines = client.key.split('\n').filter((line) => line.length > 20);
  for (const answer of shown) for (const line of lines) expect(answer).not.toContain(line);
  expect((await core.admin('GET', '/v1/secrets')).text).toContain(`"used_by":["route `);
});

test('the end of the certificate that expires first is told with the route', async () => {
  const [soon, later] = [Date.now() + DAY_MS, Date.now() + 2 * DAY_MS].map(
    (end) => Math.floor(end / 1_000) * 1_000,
  ) as [number, number];
  const { name } = await secret(client.key);
  const brief = authority.issue({ name: 'brief', until: soon });
  const ca = authority.issue({ name: 'short', authority: true, until: later }).certificate;
  const own = { certificate: client.certificate, key: name };
  for (const [tls, end] of [
    [{ ca: authority.certificate + brief.certificate }, soon],
    [{ ...own, ca }, later],
  ] as const) {
    const { id, text } = await routeWith(tls);
    const told = { certificates_expire_at: new Date(end).toISOString() };
    expect(JSON.parse(text)).toMatchObject(told);
    expect((await core.admin('GET', `/v1/routes/${id}`)).body).toMatchObject(told);
  }
});

test('a route without tls has no word of it', async () => {
  const { id, text } = await routeWith(undefined);
  expect(JSON.parse(text)).toMatchObject({ certificates_expire_at: null });
  expect(text).not.toContain('tls');
  expect(await factOf(id)).not.toHaveProperty('upstreams');
});

const [BEGIN, END] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];
const GARBAGE = `${BEGIN}\nAAAA\n${END}\n`;
const at = (field: string) => `upstreams.0.tls.${field}`;

test.each([
  ['empty', { ca: '' }, 'ca'],
  ['no PEM', { ca: 'certificate' }, 'ca'],
  ['a number', { ca: 7 }, 'ca'],
  ['a list', { ca: [authority.certificate] }, 'ca'],
  ['a NUL', { ca: `${authority.certificate}\0` }, 'ca'],
  ['half a surrogate', { ca: `\ud800${authority.certificate}` }, 'ca'],
  ['too large', { ca: authority.certificate.padEnd(40_000, ' ') }, 'ca'],
  ['too many', { ca: GARBAGE.repeat(101) }, 'ca'],
  ['cut off', { ca: authority.certificate + authority.certificate.slice(0, 200) }, 'ca'],
  ['not a certificate', { ca: GARBAGE }, 'ca'],
  ['a private key', { ca: authority.key }, 'ca'],
  ['a certificate and its key', { ca: client.certificate + client.key }, 'ca'],
  ['a request', { ca: GARBAGE.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST') }, 'ca'],
  ['expired', { ca: expired.certificate }, 'ca'],
  ['expired beside a good one', { ca: authority.certificate + expired.certificate }, 'ca'],
  ['early', { ca: early.certificate }, 'ca'],
  ['a certificate without key', { certificate: client.certificate }, 'key'],
  ['a key without certificate', { key: 'some' }, 'certificate'],
  ['a key that is a text', { certificate: client.certificate, key: client.key }, 'key'],
  ['a secret that is not there', { certificate: client.certificate, key: 'not-there' }, 'key'],
  ['nothing', {}, 'ca'],
  ['an address for a name', { server_name: '127.0.0.1' }, 'server_name'],
  ['a name with a port', { server_name: 'a.test:443' }, 'server_name'],
  ['an empty name', { server_name: '' }, 'server_name'],
  ['a name that is too long', { server_name: `${'a.'.repeat(130)}test` }, 'server_name'],
  ['an international name', { server_name: 'ä.test' }, 'server_name'],
])('%s is refused', async (_name, tls, field) => {
  const { status, body, text } = await core.admin('POST', '/v1/routes', bodyWith(tls));
  expect([status, body['code']], text).toEqual([400, 'invalid_request']);
  expect(errorsOf(body).map(({ path }) => path)).toContain(at(field));
  expect(text).not.toContain('-----');
});

test('a field that nobody knows, and TLS without https, are refused', async () => {
  const tls = { ca: authority.certificate };
  const strange = await core.admin('POST', '/v1/routes', bodyWith({ ...tls, insecure: true }));
  expect(strange.status).toBe(400);
  const plain = await core.admin('POST', '/v1/routes', bodyWith(tls, 'http://u.test'));
  expect(errorsOf(plain.body)).toEqual([{ path: 'upstreams.0.tls', message: 'is for https only' }]);
});

describe('a private key', () => {
  const tlsOf = (key: string) => ({ certificate: client.certificate, key });
  const ENCRYPTED = client.key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE');

  test.each([
    ['of another certificate', other.key, 'does not fit the certificate'],
    ['that is none', 'secret text', 'is not a private key in PEM'],
    ['that is a certificate', client.certificate, 'is not a private key in PEM'],
    ['that is encrypted', ENCRYPTED, 'is encrypted: a gateway has no passphrase for it'],
  ])('%s is refused, and never said', async (_name, value, message) => {
    const { name } = await secret(value);
    const { status, body, text } = await core.admin('POST', '/v1/routes', bodyWith(tlsOf(name)));
    expect(status, text).toBe(400);
    expect(errorsOf(body)).toEqual([{ path: at('key'), message }]);
  });

  test('cannot be replaced by one that fits no longer, nor deleted', async () => {
    const { id, name } = await secret(client.key);
    const route = await routeWith(tlsOf(name));
    const path = `/v1/secrets/${id}`;
    const { status, body } = await core.admin('PATCH', path, { value: other.key });
    expect([status, errorsOf(body)[0]?.path]).toEqual([400, 'value']);
    expect((await core.admin('PATCH', path, { value: client.key })).status).toBe(200);
    expect((await core.admin('DELETE', path)).status).toBe(409);
    expect((await factOf(route.id))?.upstreams?.[0]?.tls?.key).toBe(client.key);
  });

  test('is renewed together with its certificate, in one step', async () => {
    const { name } = await secret(client.key);
    const { id } = await routeWith(tlsOf(name));
    const next = await secret(other.key);
    const renewed = { certificate: other.certificate, key: next.name };
    const upstreams = [{ url: 'https://u.test', tls: renewed }];
    const half = [{ url: 'https://u.test', tls: { ...renewed, key: name } }];
    expect((await core.admin('PATCH', `/v1/routes/${id}`, { upstreams: half })).status).toBe(400);
    expect((await core.admin('PATCH', `/v1/routes/${id}`, { upstreams })).status).toBe(200);
    expect((await factOf(id))?.upstreams?.[0]?.tls).toEqual({ ...renewed, key: other.key });
  });
});

test('a certificate that has expired since does not hold up another change', async () => {
  const { id } = await routeWith({ ca: authority.certificate });
  // As if time had passed: the stored version has a certificate that is over.
  const upstreams = [{ url: 'https://u.test', weight: 1, tls: { ca: expired.certificate } }];
  const nothing = { certificate: null, key: null, server_name: null };
  const stored = [{ ...upstreams[0], tls: { ...upstreams[0]!.tls, ...nothing } }];
  await core.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update route_versions set definition = definition || ${tx.json({ upstreams: stored })}
              where route_id = ${id}`;
  });
  expect((await core.admin('PATCH', `/v1/routes/${id}`, { timeout_ms: 7 })).status).toBe(200);
  expect((await core.admin('PATCH', `/v1/routes/${id}`, { upstreams })).status).toBe(200);
  const fresh = authority.issue({ name: 'older', from: until - DAY_MS, until });
  const again = [{ url: 'https://u.test', tls: { ca: fresh.certificate } }];
  const refused = await core.admin('PATCH', `/v1/routes/${id}`, { upstreams: again });
  expect(errorsOf(refused.body)[0]?.message).toMatch(/^expired on /);
});
