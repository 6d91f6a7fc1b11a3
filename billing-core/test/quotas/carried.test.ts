import { afterEach, beforeEach, expect, test } from 'vitest';
import { quotaWindow, utcWindow } from '../../src/contract/quota-window.ts';
import type { LeaseGrant } from '../../src/contract/sync.ts';
import { synchronise, type SyncMessage, type Synced } from '../../src/sync/actions.ts';
import { envelopeOf, messageOf, usageOf } from '../../src/sync/test/ledger.ts';
import { openCore, type Core } from '../../src/test/core.ts';
import { rollOnce } from '../../src/usage/roller.ts';

// A quota that is hard, then soft or gone, then hard again, in one window.

let core: Core;
let customerId = '';
let subscriptionId = '';
let window = '';
const plans: Record<string, string> = {};
const LIMIT = 50;

async function publish(slug: string, entitlements: object[]): Promise<string> {
  const plan = await core.admin('POST', '/v1/plans', { slug, name: slug });
  const draft = { currency: 'USD', prices: [], entitlements };
  const version = await core.admin('POST', `/v1/plans/${plan.body['id']}/versions`, draft);
  const id = version.body['id'] as string;
  expect((await core.admin('POST', `/v1/plan-versions/${id}/publish`, {})).status).toBe(200);
  return id;
}

beforeEach(async () => {
  core = await openCore();
  const quota = { kind: 'quota', meter_id: 'mtr_requests', limit: `${LIMIT}`, window: 'month' };
  plans['hard'] = await publish('hard', [quota]);
  plans['soft'] = await publish('soft', [{ ...quota, enforcement: 'soft' }]);
  plans['none'] = await publish('none', []);
  customerId = (await core.admin('POST', '/v1/customers', { name: 'Acme' })).body['id'] as string;
  const of = { customerId, keyId: null, meterId: 'mtr_requests', kind: 'month' } as const;
  window = quotaWindow(of, utcWindow('month', core.clock.now)).id;
  const subscription = { customer_id: customerId, plan_version_id: plans['hard'] };
  const made = await core.admin('POST', '/v1/subscriptions', subscription);
  subscriptionId = made.body['id'] as string;
});
afterEach(() => core.close());

async function changeTo(plan: string): Promise<void> {
  core.clock.now += 60_000;
  const path = `/v1/subscriptions/${subscriptionId}/change`;
  const changed = await core.admin('POST', path, { plan_version_id: plans[plan] });
  expect(changed.status, changed.text).toBe(200);
}

const sync = (message: SyncMessage): Promise<Synced> =>
  core.sql.begin((tx) => synchronise(tx, message, core.clock.now)) as Promise<Synced>;

async function ask(boot: string, wanted: number): Promise<LeaseGrant> {
  const leases = [{ window, generation: 0, wanted, returned: 0 }];
  const answer = await sync({ envelope: envelopeOf(boot, { leases }), bytes: new Uint8Array() });
  return answer.grants[0] as LeaseGrant;
}

/** The customer's only window, as admins see it. */
async function shown(): Promise<unknown> {
  const list = await core.admin('GET', `/v1/quota-windows?customer_id=${customerId}`);
  expect(list.body['data']).toHaveLength(1);
  return (list.body['data'] as unknown as unknown[])[0];
}

type Use = { requests: number; settled: number; unleased?: number };

/** A batch with this usage; `settled` of it was spent from a lease. */
async function ship(boot: string, sequence: number, use: Use) {
  const { requests, settled, unleased = 0 } = use;
  const batch = usageOf(requests, { minute: Math.floor(core.clock.now / 60_000) });
  batch.columns.customer = [customerId];
  batch.counts = batch.counts.map((count) => ({ ...count, customer: customerId }));
  const isSpent = settled + unleased > 0;
  if (isSpent) batch.spent = [{ window, settled, unleased, overdrawn: 0 }];
  expect((await sync(messageOf(boot, sequence, batch))).batch?.status).toBe('applied');
}

test.each([
  ['soft', true],
  ['soft', false],
  ['none', true],
  ['none', false],
])(
  'hard, %s and hard again: what was used between counts (rolled up: %s)',
  async (plan, rolled) => {
    const { granted } = await ask('bt_a', 20);
    await ship('bt_a', 1, { requests: granted, settled: granted });
    await changeTo(plan);
    const between = LIMIT - granted - 7;
    await ship('bt_a', 2, { requests: between, settled: 0 });
    await changeTo('hard');
    if (rolled) await rollOnce(core.sql);
    let total = granted;
    for (let round = 0; round < 20; round++) total = (await ask('bt_a', 1_000)).granted;
    expect(total - granted).toBe(7);
    expect(await ask('bt_a', 1_000)).toMatchObject({ exhausted: true, unlent: 0 });
    expect(await shown()).toMatchObject({ lent: `${granted + 7}`, outside: `${between}` });
  },
);

test('usage of the soft time that is recorded after the change counts from then on', async () => {
  await changeTo('soft');
  await changeTo('hard');
  const { granted } = await ask('bt_a', 1);
  expect(granted).toBe(1);
  // A gateway that was cut off ships what it admitted while it knew of no hard limit.
  await ship('bt_b', 1, { requests: 2 * LIMIT, settled: 0 });
  expect(await ask('bt_a', 100)).toMatchObject({ granted, exhausted: true });
});

test('ping-pong between hard and soft under one limit never gives units twice', async () => {
  let [served, sequence] = [0, 0];
  for (let round = 0; round < 4; round++) {
    const before = served;
    const { granted } = await ask(`bt_${round}`, 10);
    if (granted > 0) {
      await ship(`bt_${round}`, 1, { requests: granted, settled: granted });
      served += granted;
    }
    expect(served).toBeLessThanOrEqual(Math.max(LIMIT, before));
    await changeTo('soft');
    await ship('bt_soft', (sequence += 1), { requests: 15, settled: 0 });
    served += 15;
    await changeTo('hard');
  }
  expect(await ask('bt_last', 10)).toMatchObject({ granted: 0, exhausted: true });
});

test('a customer that was hard throughout is lent by the books of leases alone', async () => {
  // Usage with no lease: what the books do not know is no business of theirs then.
  await ship('bt_a', 1, { requests: LIMIT, settled: 0 });
  expect((await ask('bt_a', 10)).granted).toBe(10);
  expect(await shown()).toMatchObject({ lent: '10', outside: '0' });
});

test('an admin sees what was used beside the leases, from each kind of time', async () => {
  const { granted } = await ask('bt_a', 10);
  await ship('bt_a', 1, { requests: granted, settled: granted });
  await ship('bt_a', 2, { requests: 3, settled: 0, unleased: 3 });
  expect(await shown()).toMatchObject({ limit: `${LIMIT}`, lent: `${granted}`, outside: '3' });
  await changeTo('soft');
  await ship('bt_a', 3, { requests: 12, settled: 0 });
  expect(await shown()).toMatchObject({ limit: null, lent: `${granted}`, outside: '15' });
  await changeTo('hard');
  expect(await shown()).toMatchObject({ limit: `${LIMIT}`, lent: `${granted}`, outside: '15' });
});
