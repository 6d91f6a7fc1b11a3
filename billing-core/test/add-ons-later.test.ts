import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubscriptionAddOn, SubscriptionPreview } from '../src/contract/subscription.ts';
import { lastChange } from '../src/kit/changes.ts';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import { entitlementsOf } from '../src/subscriptions/store.ts';
import { person } from '../src/test/core.ts';
import { openScene, type Scene } from './invoicing/scene.ts';

// Add-ons that change with the next period, and what customers see of theirs.

const START = Date.parse('2027-04-01T00:00:00Z');
let scene: Scene;
let made = 0;
beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());

const send = (method: string, path: string, body?: object) => scene.core.admin(method, path, body);
const flat = (amount: string) => ({ model: 'flat', amount });
const quota = (limit: string) => ({
  ...{ kind: 'quota', meter_id: 'mtr_requests', limit, window: 'month', enforcement: 'hard' },
});
async function addOn(terms: object): Promise<string> {
  const about = { slug: `add-${(made += 1)}`, name: 'Seats', kind: 'add_on' };
  const { body: plan } = await send('POST', '/v1/plans', about);
  const content = { currency: 'USD', prices: [], entitlements: [], ...terms };
  const { body: version } = await send('POST', `/v1/plans/${plan['id']}/versions`, content);
  const { status } = await send('POST', `/v1/plan-versions/${version['id']}/publish`, {});
  expect(status).toBe(200);
  return version['id'] as string;
}

/** A customer on a plan, from the beginning of a month of 30 days, later than those before. */
const STARTS = ['2027-04', '2027-06', '2027-09', '2027-11'].map((month) =>
  Date.parse(`${month}-01T00:00:00Z`),
);
async function on(terms: object = {}) {
  const start = STARTS.shift() ?? START;
  await scene.go(start);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('3000')], terms));
  const path = `/v1/subscriptions/${subscription}`;
  const step = (of: string, quantity: number, at = 'now', verb = 'steps') =>
    send('POST', `${path}/${verb}`, { step: 'add_on', plan_version_id: of, quantity, at });
  /** Of each invoice that there is when the first month is over. */
  const billed = async () => {
    await scene.go(start + 30 * DAY_MS + 10 * MINUTE_MS);
    await scene.bill();
    return (await scene.invoices(customer)).map(({ lines }) =>
      lines.map(({ amount }) => amount).toSorted(),
    );
  };
  return { start, customer, path, step, billed };
}

describe('an add-on', () => {
  test('ends with the period: there until then, not given back, not charged again', async () => {
    const { start, customer, path, step, billed } = await on({ entitlements: [quota('100')] });
    const seats = await addOn({ prices: [flat('900')], entitlements: [quota('50')] });
    const end = start + 30 * DAY_MS;
    await step(seats, 2);
    await scene.bill();
    await scene.go(start + 10 * DAY_MS);
    const asked = await step(seats, 0, 'period_end', 'preview');
    const preview = asked.body as unknown as SubscriptionPreview;
    expect([preview.due_now.total, preview.next_invoice?.total]).toEqual(['0', '3000']);
    expect((await step(seats, 0, 'period_end')).status).toBe(200);
    expect((await step(seats, 0, 'period_end')).body['detail']).toMatch(/no such add-on/);
    const known = async () => {
      const { body } = await send('GET', `${path}/add-ons`);
      const data = body['data'] as unknown as SubscriptionAddOn[];
      return data.map(({ quantity, state, ends_at }) => [quantity, state, ends_at]);
    };
    const limit = async () =>
      (await entitlementsOf(scene.core.sql, customer, scene.core.clock.now)).quotas[0]?.limit;
    const until = new Date(end).toISOString();
    expect(await known()).toEqual([[2, 'active', until]]);
    await scene.go(end - 1);
    expect(await limit()).toBe(200);
    const before = await lastChange(scene.core.sql, 'facts');
    await scene.go(end);
    expect(await limit()).toBe(100);
    // Gateways are told once, when it ends.
    const told = await scene.core.sql`select from changes
      where number > ${before} and subject_id = ${customer}`;
    expect(told.length).toBe(1);
    expect(await known()).toEqual([[2, 'over', until]]);
    expect(await billed()).toEqual([['1800', '3000'], ['3000']]);
  });

  test('changes with the next period, which is withdrawn by what there is now', async () => {
    const { start, step, billed } = await on();
    const seats = await addOn({ prices: [flat('900')] });
    await step(seats, 2);
    await scene.bill();
    await scene.go(start + DAY_MS);
    expect((await step(seats, 5, 'period_end')).status).toBe(200);
    // As if it had never been said: nothing is charged or given back.
    expect((await step(seats, 2)).status).toBe(200);
    expect((await step(seats, 3, 'period_end')).status).toBe(200);
    expect((await step(seats, 1, 'period_end')).status).toBe(200);
    expect(await billed()).toEqual([
      ['1800', '3000'],
      ['3000', '900'],
    ]);
    const once = await addOn({ charged: 'once', prices: [flat('10')] });
    expect((await step(once, 1, 'period_end')).body['detail']).toMatch(/begins now/);
  });

  test('due once is charged for what is added, and for nothing that goes', async () => {
    const { path, step } = await on();
    const setUp = await addOn({ prices: [flat('5000')], charged: 'once' });
    const total = async () => {
      const { body } = await send('GET', `${path}/timeline`);
      const entries = body['entries'] as never as { total: string }[];
      return entries.reduce((sum, entry) => sum + Number(entry.total), 0);
    };
    const added = async (quantity: number) => {
      await scene.go(scene.core.clock.now + DAY_MS);
      const before = await total();
      const asked = await step(setUp, quantity, 'now', 'preview');
      expect((await step(setUp, quantity)).status).toBe(200);
      const cost = (await total()) - before;
      const preview = asked.body as never as SubscriptionPreview;
      expect(preview.due_now.total).toBe(String(cost));
      return cost;
    };
    expect(await added(1)).toBe(5_000);
    expect(await added(3)).toBe(10_000);
    expect(await added(2)).toBe(0);
    // What was given up is bought anew.
    expect(await added(3)).toBe(5_000);
    expect(await added(0)).toBe(0);
    expect(await added(1)).toBe(5_000);
  });

  test('is in the portal, with the features that it brings', async () => {
    const { customer, step } = await on({ entitlements: [{ kind: 'feature', feature: 'sso' }] });
    const entitlements = ['sso', 'audit'].map((feature) => ({ kind: 'feature', feature }));
    const support = await addOn({ prices: [flat('900')], entitlements });
    await step(support, 2);
    const owner = await person(scene.core);
    const member = { user_id: owner.id, role: 'owner' };
    await send('POST', `/v1/customers/${customer}/memberships`, member);
    const { body } = await owner.call('GET', `/portal/v1/customers/${customer}/overview`);
    expect(body['add_ons']).toMatchObject([
      {
        name: 'Seats',
        quantity: 2,
        charged: 'recurring',
        prices: [{ amount: '900' }],
        ends_at: null,
      },
    ]);
    expect(body['features']).toEqual(['audit', 'sso']);
    expect(body['meters']).toEqual([]);
    await step(support, 0);
    const after = await owner.call('GET', `/portal/v1/customers/${customer}/overview`);
    expect([after.body['add_ons'], after.body['features']]).toEqual([[], ['sso']]);
  });
});
