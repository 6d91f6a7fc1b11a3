import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { refused, startSim } from './rig.ts';

const { stripe } = await startSim();

describe('a price', () => {
  test('keeps decimals of a minor unit exactly', async () => {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount_decimal: Stripe.Decimal.from('0.000123456789'),
      product_data: { name: 'Requests' },
    });
    expect(price.unit_amount).toBe(null);
    expect(price.unit_amount_decimal?.toString()).toBe('0.000123456789');
    expect(price.type).toBe('one_time');
    const product = await stripe.products.retrieve(String(price.product));
    expect(product.name).toBe('Requests');
  });

  test('of whole minor units has both forms', async () => {
    const price = await stripe.prices.create({
      currency: 'EUR',
      unit_amount: 500,
      product_data: { name: 'Fee' },
      recurring: { interval: 'month' },
    });
    expect(price).toMatchObject({
      currency: 'eur',
      unit_amount: 500,
      type: 'recurring',
      recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    });
    expect(price.unit_amount_decimal?.toString()).toBe('500');
  });

  test('shows its tiers when asked', async () => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 100, unit_amount: 0 },
        { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from('0.5'), flat_amount: 100 },
      ],
      recurring: { interval: 'month' },
      product_data: { name: 'Tiers' },
    });
    expect(await stripe.prices.retrieve(id)).not.toHaveProperty('tiers');
    const { tiers } = await stripe.prices.retrieve(id, { expand: ['tiers', 'product'] });
    expect(tiers?.map(({ up_to, flat_amount }) => [up_to, flat_amount])).toEqual([
      [100, null],
      [null, 100],
    ]);
  });

  test('is found by its lookup key, which moves when asked', async () => {
    const base = { currency: 'usd', unit_amount: 1, product_data: { name: 'x' } };
    const first = await stripe.prices.create({ ...base, lookup_key: 'api' });
    expect(await refused(stripe.prices.create({ ...base, lookup_key: 'api' }))).toMatchObject({
      param: 'lookup_key',
    });
    const second = await stripe.prices.create({
      ...base,
      lookup_key: 'api',
      transfer_lookup_key: true,
    });
    const found = await stripe.prices.list({ lookup_keys: ['api'], expand: ['data.product'] });
    expect(found.data.map(({ id }) => id)).toEqual([second.id]);
    expect((await stripe.prices.retrieve(first.id)).lookup_key).toBe(null);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no amount', {}, 'unit_amount'],
    ['two amounts', { unit_amount: 1, unit_amount_decimal: '1' }, 'unit_amount'],
    ['13 decimal places', { unit_amount_decimal: '0.1234567890123' }, 'unit_amount_decimal'],
    ['a product of nothing', { unit_amount: 1, product: 'prod_x' }, 'product'],
    ['an odd currency', { unit_amount: 1, currency: 'dollars' }, 'currency'],
    [
      'tiers without an end',
      { billing_scheme: 'tiered', tiers: [{ up_to: 1, unit_amount: 1 }] },
      'tiers',
    ],
    [
      'metered without a meter',
      { unit_amount: 1, recurring: { interval: 'month', usage_type: 'metered' } },
      'recurring[meter]',
    ],
  ])('refuses %s', async (_, params, param) => {
    const base = 'product' in params ? {} : { product_data: { name: 'x' } };
    const call = stripe.prices.create({ currency: 'usd', ...base, ...params } as never);
    expect(await refused(call)).toMatchObject({ statusCode: 400, param });
  });
});

describe('a product', () => {
  test('takes an id of its maker once, and goes only without prices', async () => {
    const product = await stripe.products.create({ id: 'plan_pro', name: 'Pro' });
    expect(product.id).toBe('plan_pro');
    expect(await refused(stripe.products.create({ id: 'plan_pro', name: 'x' }))).toMatchObject({
      code: 'resource_already_exists',
    });
    await stripe.prices.create({ product: 'plan_pro', currency: 'usd', unit_amount: 1 });
    expect(await refused(stripe.products.del('plan_pro'))).toMatchObject({ statusCode: 400 });
    const gone = await stripe.products.update('plan_pro', { active: false });
    expect(gone.active).toBe(false);
    expect((await stripe.products.list({ active: true })).data.map(({ id }) => id)).not.toContain(
      'plan_pro',
    );
  });
});

test('a tax rate can be set inactive, and its percentage stays', async () => {
  const rate = await stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 19,
    inclusive: false,
    country: 'DE',
  });
  const after = await stripe.taxRates.update(rate.id, { active: false });
  expect(after).toMatchObject({ active: false, percentage: 19, country: 'DE' });
  const call = stripe.taxRates.create({ display_name: 'x', percentage: 101, inclusive: true });
  expect(await refused(call)).toMatchObject({ param: 'percentage' });
});

test('a coupon takes percent or an amount with its currency', async () => {
  const coupon = await stripe.coupons.create({ id: 'TEN', percent_off: 10, duration: 'once' });
  expect(coupon).toMatchObject({ id: 'TEN', valid: true, times_redeemed: 0 });
  expect(await refused(stripe.coupons.create({ duration: 'once' }))).toMatchObject({
    statusCode: 400,
  });
  expect(await refused(stripe.coupons.create({ amount_off: 5 }))).toMatchObject({
    param: 'currency',
  });
  await stripe.coupons.del('TEN');
  expect(await refused(stripe.coupons.retrieve('TEN'))).toMatchObject({ statusCode: 404 });
});
