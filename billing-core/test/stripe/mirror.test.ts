import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Price } from '../../src/contract/price.ts';
import { mirrorPlans } from '../../src/stripe/mirror.ts';
import { priceForm } from '../../src/stripe/price-form.ts';
import { allOf, comparedIn, openRig, type Rig } from './rig.ts';

// Plans at Stripe are for its reports: made once, kept as they are here, charged by nobody.

vi.setConfig({ testTimeout: 60_000 });

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('mirror');
});
afterAll(() => rig.close());

const done = async (path: string, body: object): Promise<string> => {
  const answer = await rig.core.admin('POST', path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body['id'] as string;
};
const flat = { model: 'flat', amount: '2900' };
const calls = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '0.2' };
let slugs = 0;
async function plan(name: string): Promise<string> {
  slugs += 1;
  return done('/v1/plans', { slug: `plan-${slugs}`, name });
}
async function version(of: string, prices: object[], more: object = {}): Promise<string> {
  const content = { currency: 'USD', prices, entitlements: [], ...more };
  return done(`/v1/plans/${of}/versions`, content);
}
const publish = (id: string) => done(`/v1/plan-versions/${id}/publish`, {});
const productOf = (of: string) =>
  allOf(rig.sim, 'product').filter(({ metadata }) => metadata['tollgate_plan'] === of);
const pricesOf = (of: string) =>
  allOf(rig.sim, 'price').filter(({ product }) => product === productOf(of)[0]?.id);

test('a published plan is a product with a price of each price that Stripe can say', async () => {
  const of = await plan('Pro');
  const id = await version(of, [flat, calls], { interval_months: 3 });
  await mirrorPlans(rig.kit);
  expect(productOf(of)).toEqual([]);
  await publish(id);
  // Stripe has no minimum of a price.
  await publish(await version(of, [flat, { ...calls, minimum_amount: '500' }]));
  for (let time = 0; time < 3; time++) await mirrorPlans(rig.kit);
  expect(productOf(of)).toMatchObject([{ name: 'Pro', active: true }]);
  expect(
    pricesOf(of).map(({ unit_amount_decimal, recurring, nickname }) => [
      unit_amount_decimal,
      recurring?.interval_count,
      nickname,
    ]),
  ).toEqual([
    ['2900', 3, 'v1 flat'],
    ['0.2', 3, 'v1 per_unit'],
    ['2900', 1, 'v2 flat'],
  ]);
  expect((await comparedIn(rig)).data).toEqual([]);
});

test('what is renamed or sold no more is so there', async () => {
  const of = await plan('Basic');
  const id = await publish(await version(of, [flat]));
  await mirrorPlans(rig.kit);
  await rig.core.admin('PATCH', `/v1/plans/${of}`, { name: 'Basic 2' });
  await done(`/v1/plan-versions/${id}/archive`, {});
  await mirrorPlans(rig.kit);
  expect(productOf(of)).toMatchObject([{ name: 'Basic 2', active: false }]);
  expect(pricesOf(of)).toMatchObject([{ active: false }]);
});

describe('each is made once, whatever becomes of the call', () => {
  const FAULTS = ['lose_reply', 'error', 'error_reply', 'conflict', 'rate_limit'] as const;
  const cases = FAULTS.flatMap((fault) =>
    ['/v1/products', '/v1/prices'].map((path) => [fault, path] as const),
  );
  test.each(cases)('%s at %s', async (fault, path) => {
    const of = await plan(`${fault} ${path}`);
    await publish(await version(of, [flat, calls]));
    const rule = rig.fault({ fault, method: 'POST', path });
    for (let time = 0; time < 4; time++) await mirrorPlans(rig.kit).catch(() => {});
    expect(rule.hit).toBe(1);
    expect(productOf(of)).toHaveLength(1);
    expect(pricesOf(of)).toHaveLength(2);
  });

  test('also by two cores at once', async () => {
    const of = await plan('Twice');
    await publish(await version(of, [flat, calls]));
    await Promise.allSettled([mirrorPlans(rig.kit), mirrorPlans(rig.kit)]);
    await mirrorPlans(rig.kit);
    expect([productOf(of).length, pricesOf(of).length]).toEqual([1, 2]);
  });
});

const usage = {
  id: 'prc_1',
  meter_id: 'mtr_requests',
  included_units: '0',
  minimum_amount: null,
  maximum_amount: null,
  discount_percent: '0',
};
const tier = (up_to: string | null, unit_amount = '1', flat_amount = '0') => ({
  up_to,
  unit_amount,
  flat_amount,
});
const of = (terms: object) => ({ ...usage, ...terms }) as Price;
const tiers = [tier('10'), tier(null, '0.5')];
const graduated = { model: 'graduated', tiers, zero_usage_flat: 'due' };

test.each([
  ['a unit', of({ model: 'per_unit', unit_amount: '0.000000000001' }), true],
  ['units of which some are free', of({ ...calls, included_units: '1000' }), true],
  ['a half of a unit free', of({ ...calls, included_units: '0.5' }), false],
  ['a minimum', of({ ...calls, minimum_amount: '5' }), false],
  ['a maximum', of({ ...calls, maximum_amount: '5' }), false],
  ['a discount', of({ ...calls, discount_percent: '5' }), false],
  ['tiers', of(graduated), true],
  ['tiers by volume', of({ ...graduated, model: 'volume' }), true],
  ['a tier that ends within a unit', of({ ...graduated, tiers: [tier('0.5'), tier(null)] }), false],
  ['a flat amount for nothing', of({ ...graduated, tiers: [tier(null, '1', '9')] }), false],
  [
    'packages',
    of({ model: 'package', package_size: '100', package_amount: '5', package_rounding: 'up' }),
    true,
  ],
  [
    'packages of a half',
    of({ model: 'package', package_size: '0.5', package_amount: '5', package_rounding: 'up' }),
    false,
  ],
  ['a percentage', of({ model: 'percentage', rate: '2.9' }), false],
  ['a fee', of({ model: 'flat', amount: '99999999' }), true],
  ['a fee too large', of({ model: 'flat', amount: '100000000' }), false],
])('of %s Stripe can say the same, or is told nothing', (_what, price, isSaid) => {
  const told = priceForm(price, { currency: 'USD', intervalMonths: 1 });
  expect(told !== undefined).toBe(isSaid);
  expect(priceForm(price, { currency: 'ISK', intervalMonths: 1 })).toBeUndefined();
});
