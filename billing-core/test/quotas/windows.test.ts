import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore, type Core } from '../../src/test/core.ts';
import { synchronise } from '../../src/sync/actions.ts';
import { envelopeOf } from '../../src/sync/test/ledger.ts';
import { newId } from '../../src/kit/id.ts';
import { quotaWindow, utcWindow } from '../../src/contract/quota-window.ts';

let core: Core;
let customerId = '';
let window = '';

beforeAll(async () => {
  core = await openCore();
  const plan = await core.admin('POST', '/v1/plans', { slug: 'free', name: 'Free' });
  const quota = { kind: 'quota', meter_id: 'mtr_requests', limit: '100', window: 'month' };
  const version = await core.admin('POST', `/v1/plans/${plan.body['id']}/versions`, {
    currency: 'USD',
    prices: [],
    entitlements: [quota],
  });
  await core.admin('POST', `/v1/plan-versions/${version.body['id']}/publish`, {});
  const customer = await core.admin('POST', '/v1/customers', { name: 'Acme' });
  customerId = customer.body['id'] as string;
  const subscription = { customer_id: customerId, plan_version_id: version.body['id'] };
  await core.admin('POST', '/v1/subscriptions', subscription);
  const of = { customerId, keyId: null, meterId: 'mtr_requests', kind: 'month' } as const;
  window = quotaWindow(of, utcWindow('month', core.clock.now)).id;
  const leases = [{ window, generation: 0, wanted: 30, returned: 0 }];
  const envelope = envelopeOf('bt_held', { leases });
  await core.sql.begin((tx) =>
    synchronise(tx, { envelope, bytes: new Uint8Array() }, core.clock.now),
  );
});
afterAll(() => core.close());

const path = (boot: string): string => `/v1/gateways/gw_test/boots/${boot}/write-off`;

test('an admin sees who holds what, and what is stranded once a spool is written off', async () => {
  const list = `/v1/quota-windows?customer_id=${customerId}`;
  const before = await core.admin('GET', list);
  expect(before.body['data']).toEqual([
    expect.objectContaining({ id: window, limit: '100', lent: '30', stranded: '0' }),
  ]);
  expect((await core.admin('POST', path('bt_held'))).body).toMatchObject({ state: 'written_off' });
  const after = await core.admin('GET', list);
  expect(after.body['data']).toEqual([
    expect.objectContaining({ lent: '30', stranded: '30', outside: '0' }),
  ]);
  const audit = await core.admin('GET', '/v1/audit?subject_id=bt_held');
  expect(audit.text).toContain('boot.write_off');
});

test('an admin sees what one boot holds, of customers and meters alike', async () => {
  const list = (query: string) => core.admin('GET', `/v1/quota-windows?${query}`);
  const held = await list('gateway=gw_test&boot=bt_held');
  expect(held.body['data']).toEqual([
    expect.objectContaining({ id: window, customer_id: customerId, stranded: '30' }),
  ]);
  expect((await list('')).body['data']).toEqual(held.body['data']);
  expect((await list('meter_id=mtr_requests')).body['data']).toEqual(held.body['data']);
  expect((await list(`meter_id=${newId('mtr', 0)}`)).body['data']).toEqual([]);
  expect((await list('gateway=gw_other&boot=bt_held')).body['data']).toEqual([]);
  expect((await list('gateway=gw_test&boot=bt_never')).body['data']).toEqual([]);
  const all = `customer_id=${customerId}&gateway=gw_test&boot=bt_held`;
  for (const query of ['boot=bt_held', 'gateway=gw_test', all, 'gateway=a%20b&boot=c']) {
    expect((await list(query)).body['code']).toBe('invalid_request');
  }
});

test.each([
  ['a boot that was written off already', 'bt_held', 409, 'state_conflict'],
  ['a boot that never was', 'bt_never', 404, 'not_found'],
  ['a name that is none', 'bt%20x', 400, 'invalid_request'],
])('%s cannot be written off', async (_, boot, status, code) => {
  const answer = await core.admin('POST', path(boot));
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
});

test('a token that may only read writes nothing off', async () => {
  const token = await core.mint(['read']);
  const headers = { authorization: `Bearer ${token}` };
  expect((await core.call('POST', path('bt_held'), { headers })).status).toBe(403);
});

test('usage that is known to be lost is there for an admin to see', async () => {
  const gaps = [{ reason: 'corrupt_frames', first_frame: 3, last_frame: 7 }];
  const message = { envelope: envelopeOf('bt_gap', { gaps }), bytes: new Uint8Array() };
  for (let repeats = 0; repeats < 2; repeats++) {
    await core.sql.begin((tx) => synchronise(tx, message, core.clock.now));
  }
  const answer = await core.admin('GET', '/v1/usage/gaps');
  expect(answer.body['data']).toEqual([
    expect.objectContaining({ ...gaps[0], gateway: 'gw_test', boot: 'bt_gap' }),
  ]);
});
