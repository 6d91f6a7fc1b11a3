import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import type { Fee, SubscriptionPreview } from '../src/contract/subscription.ts';
import { termsOf } from '../src/quotas/store.ts';
import { entitlementsOf } from '../src/subscriptions/store.ts';
import { openScene, type Scene } from './invoicing/scene.ts';

// An add-on costs what it says for the time that it is there, and raises what it says at once.

const START = Date.parse('2027-04-01T00:00:00Z');
const REQUESTS = 'mtr_requests';
let scene: Scene;
let now = START;
let made = 0;

beforeAll(async () => {
  scene = await openScene(START);
});
afterAll(() => scene.core.close());

const send = (method: string, path: string, body?: object) => scene.core.admin(method, path, body);
const created = async (path: string, body: object): Promise<string> => {
  const answer = await send('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
const flat = (amount: string) => ({ model: 'flat', amount });
const quota = (limit: string) => ({
  ...{ kind: 'quota', meter_id: REQUESTS, limit, window: 'month', enforcement: 'hard' },
});
async function draft(terms: object, kind = 'add_on') {
  const plan = await created('/v1/plans', { slug: `add-${(made += 1)}`, name: 'Seats', kind });
  const content = { currency: 'USD', prices: [], entitlements: [], ...terms };
  return send('POST', `/v1/plans/${plan}/versions`, content);
}
async function addOn(terms: object): Promise<string> {
  const version = (await draft(terms)).body['id'] as string;
  await created(`/v1/plan-versions/${version}/publish`, {});
  return version;
}
const go = (to: number) => scene.go((now = to));
/** When the next month of 30 days begins. */
function nextMonth(): number {
  const at = new Date(now);
  do at.setUTCMonth(at.getUTCMonth() + 1, 1);
  while (![3, 5, 8, 10].includes(at.getUTCMonth()));
  return at.setUTCHours(0, 0, 0, 0);
}

/** A customer on a plan, from the beginning of a month of 30 days. */
async function on(prices: object[], terms: object = {}) {
  await go(nextMonth());
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan(prices, terms));
  const step = (of: string, quantity: number, verb = 'steps') =>
    send('POST', `/v1/subscriptions/${subscription}/${verb}`, {
      ...{ step: 'add_on', plan_version_id: of, quantity },
    });
  return { customer, subscription, step };
}
const briefly = (fees: readonly Fee[]) => fees.map(({ kind, amount }) => [kind, amount]);
const charges = async (subscription: string) =>
  [
    ...(await scene.core.sql<{ cause: string; kind: string; amount: string }[]>`
      select cause, kind, amount::text from subscription_charges
       where subscription_id = ${subscription} and cause <> 'start'
        order by due_at, kind desc, amount desc`),
  ].map(({ cause, kind, amount }) => [cause, kind, amount]);
const limitOf = async (customer: string) => {
  const { sql, clock } = scene.core;
  const told = await entitlementsOf(sql, customer, clock.now);
  const of = { customerId: customer, keyId: null, meterId: REQUESTS, kind: 'month' as const };
  const lent = await termsOf(sql, [{ ...of, startsAt: 0 }], clock.now);
  return [told.quotas[0]?.limit, [...(lent.get(customer)?.limits.values() ?? [])][0]];
};

describe('an add-on', () => {
  test('is charged for the rest of the period, and with each period that follows', async () => {
    const { customer, subscription, step } = await on([flat('3000')]);
    const seats = await addOn({ prices: [flat('900')] });
    const start = now;
    await go(start + 15 * DAY_MS);
    expect((await step(seats, 2)).status).toBe(200);
    expect(await charges(subscription)).toEqual([['add_on', 'advance', '900']]);
    await go(start + 30 * DAY_MS + 10 * MINUTE_MS);
    await scene.bill();
    const lines = (await scene.invoices(customer)).flatMap((one) => one.lines);
    expect(lines.map(({ description, amount }) => [description, amount])).toEqual(
      expect.arrayContaining([
        [expect.stringContaining('Seats: '), '900'],
        [expect.stringMatching(/^Seats: .*\(2 of it\)$/), '1800'],
        [expect.stringMatching(/^Plan \d+: /), '3000'],
      ]),
    );
    expect(lines.filter(({ description }) => description.startsWith('Seats'))).toHaveLength(2);
  });

  test('of another quantity is given back and charged for what is left, or removed', async () => {
    const { subscription, step } = await on([flat('3000')]);
    const seats = await addOn({ prices: [flat('900')] });
    const start = now;
    await step(seats, 1);
    await go(start + 10 * DAY_MS);
    await step(seats, 3);
    await go(start + 20 * DAY_MS);
    await step(seats, 0);
    expect(await charges(subscription)).toEqual([
      ['add_on', 'advance', '900'],
      ['add_on', 'credit', '-600'],
      ['add_on', 'advance', '1800'],
      ['add_on', 'credit', '-900'],
    ]);
    const { body } = await send('GET', `/v1/subscriptions/${subscription}/add-ons`);
    expect(body['data']).toMatchObject([
      { quantity: 1, ends_at: expect.any(String) },
      { quantity: 3, ends_at: expect.any(String) },
    ]);
  });

  test('due once is charged whole, once, in a trial too, and not given back', async () => {
    const { customer, subscription, step } = await on([flat('3000')], { trial_days: 5 });
    const setUp = await addOn({ prices: [flat('5000')], charged: 'once' });
    const start = now;
    await step(setUp, 1);
    expect(await charges(subscription)).toEqual([['add_on', 'advance', '5000']]);
    await go(start + 40 * DAY_MS);
    await step(setUp, 0);
    await scene.bill();
    const lines = (await scene.invoices(customer)).flatMap((one) => one.lines);
    const amounts = lines.map(({ description, amount }) => [description.slice(0, 5), amount]);
    expect(amounts.filter(([name]) => name === 'Seats')).toEqual([['Seats', '5000']]);
  });

  test('that comes again is free in a trial, and charged from its end on', async () => {
    const { subscription, step } = await on([flat('3000')], { trial_days: 15 });
    const seats = await addOn({ prices: [flat('900')] });
    await step(seats, 1);
    expect(await charges(subscription)).toEqual([]);
    await go(now + 15 * DAY_MS);
    expect(await charges(subscription)).toEqual([
      ['trial_end', 'advance', '450'],
      ['trial_end', 'advance', '1500'],
    ]);
  });

  test('stays through a change of plan, and nothing is said of it', async () => {
    const { subscription, step } = await on([flat('3000')]);
    const seats = await addOn({ prices: [flat('900')] });
    await step(seats, 1);
    await go(now + 15 * DAY_MS);
    const plan_version_id = await scene.plan([flat('6000')]);
    await send('POST', `/v1/subscriptions/${subscription}/change`, { plan_version_id });
    expect(await charges(subscription)).toEqual([
      ['add_on', 'advance', '900'],
      ['change', 'credit', '-1500'],
      ['change', 'advance', '3000'],
    ]);
  });

  test('is given back with a pause, and charged when it is resumed', async () => {
    const { subscription, step } = await on([]);
    const seats = await addOn({ prices: [flat('900')] });
    await step(seats, 1);
    const start = now;
    await go(start + 10 * DAY_MS);
    await send('POST', `/v1/subscriptions/${subscription}/steps`, { step: 'pause' });
    await go(start + 20 * DAY_MS);
    await send('POST', `/v1/subscriptions/${subscription}/steps`, { step: 'resume' });
    expect(await charges(subscription)).toEqual([
      ['add_on', 'advance', '900'],
      ['pause', 'credit', '-600'],
      ['resume', 'advance', '300'],
    ]);
  });

  test('raises a quota at once, for gateways and what is lent, and lowers it again', async () => {
    const { customer, step } = await on([], { entitlements: [quota('1000')] });
    const more = await addOn({ prices: [flat('900')], entitlements: [quota('500')] });
    const changes = async () =>
      [...(await scene.core.sql`select from changes where subject_id = ${customer}`)].length;
    expect(await limitOf(customer)).toEqual([1000, 1000]);
    const told = await changes();
    await step(more, 3);
    expect(await limitOf(customer)).toEqual([2500, 2500]);
    expect(await changes()).toBe(told + 1);
    await go(now + 1);
    await step(more, 0);
    expect(await limitOf(customer)).toEqual([1000, 1000]);
  });

  test('costs what its preview said', async () => {
    const { subscription, step } = await on([flat('3000')]);
    const seats = await addOn({ prices: [flat('777')], proration: 'day' });
    for (const quantity of [1, 4, 2, 0]) {
      await go(now + 5 * DAY_MS + 7 * MINUTE_MS);
      const before = await charges(subscription);
      const preview = (await step(seats, quantity, 'preview')).body as never as SubscriptionPreview;
      expect(await charges(subscription)).toEqual(before);
      await step(seats, quantity);
      const after = (await charges(subscription)).slice(before.length);
      expect(after.map(([, kind, amount]) => [kind, amount]).toSorted()).toEqual(
        briefly(preview.due_now.fees).toSorted(),
      );
    }
  });
});

describe('refused is', () => {
  const invalid = [400, 'invalid_request'];
  const conflict = [409, 'state_conflict'];

  test.each<[string, object, string]>([
    [
      'a price per unit',
      { prices: [{ model: 'per_unit', meter_id: REQUESTS, unit_amount: '1' }] },
      'prices.0.model',
    ],
    ['a fee in arrears', { prices: [{ ...flat('1'), billed: 'in_arrears' }] }, 'prices.0.model'],
    ['a trial', { trial_days: 1 }, 'trial_days'],
    ['an amount of usage', { threshold_amount: '100' }, 'threshold_amount'],
    [
      'a rate limit',
      { entitlements: [{ kind: 'rate_limit', rate_per_second: '1', burst: 1 }] },
      'entitlements.0.kind',
    ],
    [
      'no limit',
      { entitlements: [{ ...quota('1'), limit: null, enforcement: 'unlimited' }] },
      'entitlements.0.limit',
    ],
    ['a way of charging that is none', { charged: 'twice' }, 'charged'],
  ])('an add-on with %s', async (_name, terms, path) => {
    const answer = await draft(terms);
    expect([answer.status, answer.body['code']]).toEqual(invalid);
    expect((answer.body['errors'] as never as { path: string }[])[0]?.path).toBe(path);
  });

  test('a plan that is charged once, and an add-on that is offered', async () => {
    const plan = await draft({ charged: 'once' }, 'plan');
    expect([plan.status, plan.body['code']]).toEqual(invalid);
    const body = { slug: `add-${(made += 1)}`, name: 'X', kind: 'add_on' };
    expect((await send('POST', '/v1/plans', { ...body, self_serve: true })).status).toBe(400);
    const id = await created('/v1/plans', body);
    for (const patch of [{ self_serve: true }, { self_serve_default: true }]) {
      expect((await send('PATCH', `/v1/plans/${id}`, patch)).status).toBe(400);
    }
  });

  test.each<[string, object, number[] | (number | string)[]]>([
    ['no add-on', { plan_version_id: undefined }, invalid],
    ['no quantity', { quantity: undefined }, invalid],
    ['half of one', { quantity: 0.5 }, invalid],
    ['less than none', { quantity: -1 }, invalid],
    ['too many', { quantity: 1_000_001 }, invalid],
    ['a text', { quantity: '1' }, invalid],
    ['at some time', { at: '2027-12-01T00:00:00Z' }, invalid],
    ['when it already happened', { at: 'now or never' }, invalid],
    ['removed with the period that it has not', { quantity: 0, at: 'period_end' }, conflict],
    ['with a credit', { credit_unused: true }, invalid],
    ['nobody’s', { plan_version_id: `plv_${'0'.repeat(24)}` }, [404, 'not_found']],
    ['removed that it has not', { quantity: 0 }, conflict],
  ])('an add-on, %s', async (_name, over, expected) => {
    const { subscription } = await on([flat('100')]);
    const seats = await addOn({ prices: [flat('900')] });
    const body = { step: 'add_on', plan_version_id: seats, quantity: 1, ...over };
    for (const verb of ['steps', 'preview']) {
      const answer = await send('POST', `/v1/subscriptions/${subscription}/${verb}`, body);
      expect([answer.status, answer.body['code']]).toEqual(expected);
    }
    expect(await charges(subscription)).toEqual([]);
  });

  test('one in another currency or period, a draft, a plan, and the same again', async () => {
    const { customer, subscription, step } = await on([flat('100')]);
    const refused = async (of: string, quantity = 1) => {
      const answer = await step(of, quantity);
      expect([answer.status, answer.body['code']]).toEqual(conflict);
      return answer.body['detail'] as string;
    };
    const seats = await addOn({ prices: [flat('900')] });
    expect(await refused(await addOn({ currency: 'EUR' }))).toMatch(/EUR.*USD/);
    expect(await refused(await addOn({ interval_months: 12 }))).toMatch(/another length/);
    expect(await refused((await draft({})).body['id'] as string)).toMatch(/draft/);
    expect(await refused(await scene.plan([]))).toMatch(/no add-on/);
    await step(seats, 1);
    expect(await refused(seats)).toMatch(/1 already/);
    const other = await scene.customer();
    const body = { customer_id: other, plan_version_id: seats };
    expect((await send('POST', '/v1/subscriptions', body)).status).toBe(409);
    const change = { plan_version_id: seats };
    const path = `/v1/subscriptions/${subscription}`;
    expect((await send('POST', `${path}/change`, change)).status).toBe(409);
    const yearly = { plan_version_id: await scene.plan([], { interval_months: 12 }) };
    const stays = await send('POST', `${path}/change`, yearly);
    expect(stays.body['detail']).toMatch(/remove them first/);
    await send('POST', `${path}/cancel`);
    expect(await refused(seats, 2)).toMatch(/canceled/);
    expect(customer).toBeDefined();
  });
});
