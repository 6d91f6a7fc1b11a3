import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LOGGED_MAX, type LoggedRequest, type RequestLog } from '../../src/contract/request-log.ts';
import { newId } from '../../src/kit/id.ts';
import { forgetLogged } from '../../src/requests/store.ts';
import { customerWith, openCore, person, type Core, type Person } from '../../src/test/core.ts';

// What gateways tell of single requests is its customer's to read, and nobody else's.

let core: Core;
let token: string;
let ann: Person;
let bob: Person;
let hers: { id: string };
let his: { id: string };
let key: { id: string; secret: string };

beforeAll(async () => {
  core = await openCore();
  token = await core.mint(['sync']);
  [ann, bob] = [await person(core), await person(core)];
});
afterAll(() => core.close());
beforeEach(async () => {
  hers = await customerWith(core, { viewer: ann });
  his = await customerWith(core, { owner: bob });
  const made = await core.admin('POST', `/v1/customers/${hers.id}/keys`, { name: 'Server' });
  key = made.body as unknown as typeof key;
});

const request = (over: Partial<LoggedRequest> = {}): LoggedRequest => ({
  request_id: newId('req', core.clock.now),
  at: core.clock.now,
  customer: hers.id,
  key: key.id,
  key_hash: null,
  key_ref: null,
  route: null,
  method: 'GET',
  path: '/weather',
  status: 200,
  reason: null,
  duration_ms: 41.25,
  decided_ms: 0.2,
  upstream_ms: 39,
  request_bytes: 0,
  response_bytes: 12,
  billable: true,
  units: [['mtr_requests', 1]],
  ...over,
});
const tell = (requests: unknown[], skipped: unknown[] = []) =>
  core.call('POST', '/internal/v1/requests', {
    body: { requests, skipped },
    headers: { authorization: `Bearer ${token}` },
  });
const pathOf = (customer: { id: string }) => `/portal/v1/customers/${customer.id}/requests`;
async function log(query = '', who = ann, customer = hers): Promise<RequestLog> {
  const answer = await who.call('GET', pathOf(customer) + query);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as RequestLog;
}

test('a request is there with its key, its units and how long it took', async () => {
  const told = request();
  expect((await tell([told])).status).toBe(204);
  const { data, retention_hours, skipped } = await log();
  expect(data).toMatchObject([
    {
      request_id: told.request_id,
      at: new Date(core.clock.now).toISOString(),
      path: '/weather',
      status: 200,
      reason: null,
      key: { id: key.id, name: 'Server' },
      duration_ms: 41.25,
      upstream_ms: 39,
      billable: true,
      units: [{ meter: { slug: 'requests' }, quantity: '1' }],
    },
  ]);
  expect({ retention_hours, skipped }).toEqual({ retention_hours: 72, skipped: 0 });
});

test('one that was refused before it was known belongs to the key that it showed', async () => {
  const unknown = { customer: null, key: null, status: 404, reason: 'route_not_found' };
  const hash = createHash('sha256').update(key.secret).digest('hex');
  const ref = key.secret.slice(8, 18);
  await tell([
    request({ ...unknown, key_hash: hash, path: '/no' }),
    request({ ...unknown, key_ref: ref, status: 401, reason: 'key_malformed', path: '/typo' }),
    request({ ...unknown, key_hash: '0'.repeat(64) }),
    request({ ...unknown, key_ref: '0'.repeat(10) }),
    request(unknown),
    request({ customer: newId('cus', 0) }),
  ]);
  const { data } = await log();
  expect(data.map(({ path, reason, key: shown }) => [path, reason, shown?.id])).toEqual([
    ['/typo', 'key_malformed', undefined],
    ['/no', 'route_not_found', key.id],
  ]);
});

test('a customer sees its own requests alone, and no key of another', async () => {
  await tell([request(), request({ customer: his.id })]);
  const { data } = await log('', bob, his);
  expect(data).toHaveLength(1);
  expect(data[0]?.key).toBeNull();
  expect((await log()).data).toHaveLength(1);
});

test('filters and pages leave nothing out and show nothing twice', async () => {
  const reason = 'rate_limited';
  await tell([
    request({ path: '/1' }),
    request({ path: '/2', status: 404 }),
    request({ path: '/3', status: 502 }),
    request({ path: '/4', status: 429, reason, key: null }),
    request({ path: '/5', status: null }),
  ]);
  const paths = async (query: string) => (await log(query)).data.map(({ path }) => path);
  expect(await paths('?end=ok')).toEqual(['/1']);
  expect(await paths('?end=client_error')).toEqual(['/5', '/2']);
  expect(await paths('?end=server_error')).toEqual(['/3']);
  expect(await paths('?end=refused')).toEqual(['/4']);
  expect(await paths(`?key_id=${key.id}`)).toEqual(['/5', '/3', '/2', '/1']);
  const first = await log('?limit=2');
  const rest = await paths(`?limit=100&cursor=${first.next_cursor}`);
  expect([...first.data.map(({ path }) => path), ...rest]).toEqual(['/5', '/4', '/3', '/2', '/1']);
});

test('what gateways left out is counted, by customer', async () => {
  await tell(
    [],
    [
      [hers.id, 7],
      [his.id, 1],
      [newId('cus', 0), 9],
    ],
  );
  await tell([], [[hers.id, 5]]);
  expect((await log()).skipped).toBe(12);
  expect((await log('', bob, his)).skipped).toBe(1);
});

test('a request is gone after the time that the log states', async () => {
  await tell([request({ path: '/old' }), request({ path: '/new' })], [[hers.id, 3]]);
  await core.sql`update logged_requests set received_at = clock_timestamp() - interval '72 hours'
    where path = '/old' and customer_id = ${hers.id}`;
  await core.sql`update skipped_requests set hour = hour - interval '73 hours'
    where customer_id = ${hers.id}`;
  // Not shown, although nobody deleted it yet.
  expect(await log()).toMatchObject({ data: [{ path: '/new' }], skipped: 0 });
  await forgetLogged(core.sql, 72);
  const left = await core.sql`select path from logged_requests where customer_id = ${hers.id}`;
  expect([...left]).toEqual([{ path: '/new' }]);
});

test('a live tail has what comes, newest first', async () => {
  await tell([request({ path: '/before' })]);
  const live = await core.app.request(`${pathOf(hers)}/live`, { headers: { cookie: ann.cookie } });
  const reader = live.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = (part: string) =>
    vi.waitFor(async () => {
      text += (await reader?.read())?.value ?? '';
      expect(text).toContain(part);
    });
  await until('/before');
  await tell([request({ path: '/after' })]);
  await until('"path":"/after"');
  const last = text.split('data: ').at(-1) ?? '';
  expect(last.indexOf('/after')).toBeLessThan(last.indexOf('/before'));
  expect(text).toContain('event: requests');
  await reader?.cancel();
});

describe('refused is', () => {
  test.each([
    ['no customer at all', { customer: 1 }],
    ['a time before time', { at: -1 }],
    ['a hash that is none', { key_hash: 'x' }],
    ['a reference that is none', { key_ref: 'short' }],
    ['a path without end', { path: 'x'.repeat(501) }],
    ['a status that is none', { status: 99 }],
    ['a duration below zero', { duration_ms: -1 }],
    ['units that are none', { units: [['mtr_requests']] }],
    ['more than it was asked for', { headers: { authorization: 'x' } }],
  ])('a message with %s', async (_, over) => {
    const answer = await tell([{ ...request(), ...over }, request()]);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
    expect((await log()).data).toEqual([]);
  });

  test('a message that is too long, or no JSON, or of nobody', async () => {
    const many = Array.from({ length: LOGGED_MAX + 1 }, () => request());
    expect((await tell(many)).status).toBe(400);
    const headers = { authorization: `Bearer ${token}` };
    const cut = await core.call('POST', '/internal/v1/requests', { body: '{', headers });
    expect(cut.status).toBe(400);
    const nobody = await core.call('POST', '/internal/v1/requests', { body: {} });
    expect(nobody.status).toBe(401);
  });

  test.each([
    ['cursor', 'x'],
    ['cursor', Buffer.from('-1').toString('base64url')],
    ['end', 'well'],
    ['key_id', 'x'],
    ['request_id', `req_${'%00'}`],
    ['limit', '0'],
  ])('a list by %s %s', async (name, value) => {
    expect((await ann.call('GET', `${pathOf(hers)}?${name}=${value}`)).status).toBe(400);
  });
});
