import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { Plan, PlanVersion } from '../src/contract/plan.ts';
import { PRICE_MODELS, TIERS_MAX } from '../src/contract/price.ts';
import { expectRefused, invalid } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

// Prices of every kind are kept exactly as they were written, and wrong ones leave nothing.

let surface: Surface;
let volume: Meter;
let draft: PlanVersion;

beforeAll(async () => {
  surface = await openSurface({ '/v1': plansHttp().route('/', metersHttp()) });
  const meter = { slug: 'volume', name: 'Payment volume', unit: 'dollar', scale: 2 };
  volume = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
  const plan = await surface.send<Plan>('POST', '/v1/plans', { slug: 'priced', name: 'Priced' });
  const content = { currency: 'USD', prices: [], entitlements: [] };
  const path = `/v1/plans/${plan.body.id}/versions`;
  draft = (await surface.send<PlanVersion>('POST', path, content)).body;
});
afterAll(async () => surface.close());

const content = (...prices: object[]) => ({ currency: 'USD', prices, entitlements: [] });
const put = (...prices: object[]) =>
  surface.send<PlanVersion>('PUT', `/v1/plan-versions/${draft.id}`, content(...prices));

const USAGE = {
  meter_id: 'mtr_requests',
  included_units: '100',
  minimum_amount: '0',
  maximum_amount: '999999999999999999',
  discount_percent: '12.345678901234',
};
const EVENTS = {
  fixed_amount: '0.000000000001',
  free_events: 1_000_000_000,
  free_amount: '7',
  event_minimum: '1.5',
  event_maximum: '1.5',
  quantity_in: 'minor',
};
const unitTiers = [
  { up_to: '10', unit_amount: '0.000000000001', flat_amount: '500' },
  { up_to: '20', unit_amount: '0', flat_amount: '0.5' },
  { up_to: null, unit_amount: '999999999999999999', flat_amount: '0' },
];
const FULL: Record<string, object> = {
  flat: { amount: '2900', billed: 'in_arrears', meter_id: null },
  per_unit: { ...USAGE, unit_amount: '0.1' },
  graduated: { ...USAGE, tiers: unitTiers, zero_usage_flat: 'waived' },
  volume: { ...USAGE, tiers: unitTiers, zero_usage_flat: 'due' },
  package: { ...USAGE, package_size: '1000', package_amount: '0.5', package_rounding: 'down' },
  graduated_package: {
    ...USAGE,
    package_rounding: 'up',
    tiers: [
      { up_to: '1000', package_size: '100', package_amount: '7', flat_amount: '0' },
      { up_to: null, package_size: '10', package_amount: '0.25', flat_amount: '9' },
    ],
    zero_usage_flat: 'due',
  },
  percentage: { ...USAGE, ...EVENTS, rate: '2.9' },
  graduated_percentage: {
    ...USAGE,
    ...EVENTS,
    tiers: [
      { up_to: '1000', rate: '9999.999999999999', flat_amount: '0' },
      { up_to: null, rate: '0', flat_amount: '1' },
    ],
    zero_usage_flat: 'waived',
  },
};

const OPEN = { up_to: null };
const FREE_FLAT = { ...OPEN, flat_amount: '0' };
const FREE_UNITS = { ...OPEN, unit_amount: '0' };
const unitDefaults = {
  tiers: [{ ...OPEN, unit_amount: '0', flat_amount: '0' }],
  zero_usage_flat: 'due',
};
const NO_BOUNDS = {
  included_units: '0',
  minimum_amount: null,
  maximum_amount: null,
  discount_percent: '0',
};
const NO_EVENTS = {
  fixed_amount: '0',
  free_events: 0,
  free_amount: '0',
  event_minimum: null,
  event_maximum: null,
  quantity_in: 'major',
};

describe('a price', () => {
  test('is known to this test, whatever its kind', () => {
    expect(Object.keys(FULL)).toEqual([...PRICE_MODELS]);
  });

  test.each(Object.entries(FULL))('%s is given back as it was written', async (model, values) => {
    const { status, body } = await put({ model, ...values });
    expect(status).toBe(200);
    const [{ id, ...kept } = { id: '' }] = body.prices;
    expect(kept).toEqual({ model, ...values });
    const read = await surface.send<PlanVersion>('GET', `/v1/plan-versions/${draft.id}`);
    expect(read.body.prices).toEqual(body.prices);
    const again = await put(kept);
    expect(again.body.prices).toEqual([{ id: expect.stringMatching(/^prc_/), ...kept }]);
    expect(again.body.prices[0]?.id).not.toBe(id);
  });

  test.each([
    ['flat', { amount: '1' }, { billed: 'in_advance' }],
    ['per_unit', { unit_amount: '1' }, NO_BOUNDS],
    ['graduated', { tiers: [FREE_FLAT] }, { ...NO_BOUNDS, ...unitDefaults }],
    ['volume', { tiers: [FREE_UNITS] }, { ...NO_BOUNDS, ...unitDefaults }],
    [
      'package',
      { package_size: '2', package_amount: '1' },
      { ...NO_BOUNDS, package_rounding: 'up' },
    ],
    [
      'graduated_package',
      { tiers: [{ ...OPEN, package_size: '2', package_amount: '1' }] },
      {
        ...NO_BOUNDS,
        tiers: [{ ...OPEN, package_size: '2', package_amount: '1', flat_amount: '0' }],
        package_rounding: 'up',
        zero_usage_flat: 'due',
      },
    ],
    ['percentage', { rate: '1' }, { ...NO_BOUNDS, ...NO_EVENTS }],
    [
      'graduated_percentage',
      { tiers: [FREE_FLAT] },
      {
        ...NO_BOUNDS,
        ...NO_EVENTS,
        tiers: [{ ...OPEN, rate: '0', flat_amount: '0' }],
        zero_usage_flat: 'due',
      },
    ],
  ])('%s has the defaults that the reference says', async (model, values, defaults) => {
    const meter_id = model === 'flat' ? null : volume.id;
    const { body } = await put({ model, meter_id, ...values });
    const id = body.prices[0]?.id;
    expect(body.prices).toEqual([{ id, model, meter_id, ...values, ...defaults }]);
  });

  test('many of them keep their order, each with its tiers', async () => {
    const tiers = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        up_to: i === count - 1 ? null : `${(i + 1) * 7}`,
        unit_amount: `${count}.${i + 1}`,
        flat_amount: '0',
      }));
    const { body } = await put(
      { model: 'graduated', meter_id: 'mtr_requests', tiers: tiers(TIERS_MAX) },
      FLAT,
      { model: 'volume', meter_id: volume.id, tiers: tiers(2) },
    );
    expect(body.prices.map(({ model }) => model)).toEqual(['graduated', 'flat', 'volume']);
    expect(body.prices).toMatchObject([
      { tiers: tiers(TIERS_MAX).map((tier) => ({ ...tier, unit_amount: trimmed(tier) })) },
      {},
      { tiers: tiers(2) },
    ]);
  });

  const trimmed = ({ unit_amount }: { unit_amount: string }) => unit_amount.replace(/0$/, '');
});

const FLAT = { model: 'flat', amount: '1' };
const unit = (over: object) => ({
  model: 'per_unit',
  meter_id: 'mtr_requests',
  unit_amount: '1',
  ...over,
});
const graduated = (tiers: unknown, over: object = {}) => ({
  model: 'graduated',
  meter_id: 'mtr_requests',
  tiers,
  ...over,
});
const ends = (...bounds: (string | null)[]) =>
  graduated(bounds.map((up_to) => ({ up_to, unit_amount: '1' })));
const share = (over: object) => ({
  model: 'percentage',
  meter_id: 'mtr_requests',
  rate: '1',
  ...over,
});
const shares = (tiers: unknown) => ({
  model: 'graduated_percentage',
  meter_id: 'mtr_requests',
  tiers,
});
const packed = (over: object) => ({
  model: 'package',
  meter_id: 'mtr_requests',
  package_size: '10',
  package_amount: '1',
  ...over,
});

describe('refused is a price with', () => {
  test.each([
    ['an unknown time of billing', { ...FLAT, billed: 'never' }, 'billed'],
    ['tiers that it has no use for', unit({ tiers: [{ up_to: null }] }), 'tiers'],
    ['included units on a flat price', { ...FLAT, included_units: '1' }, 'included_units'],
    ['a minimum of half a cent', unit({ minimum_amount: '0.5' }), 'minimum_amount'],
    ['a maximum as number', unit({ maximum_amount: 5 }), 'maximum_amount'],
    [
      'a minimum above the maximum',
      unit({ minimum_amount: '2', maximum_amount: '1' }),
      'minimum_amount',
    ],
    ['a discount over 100', unit({ discount_percent: '100.1' }), 'discount_percent'],
    ['a discount below zero', unit({ discount_percent: '-1' }), 'discount_percent'],
    ['a discount as number', unit({ discount_percent: 10 }), 'discount_percent'],
    ['no tiers', graduated(undefined), 'tiers'],
    ['an empty list of tiers', graduated([]), 'tiers'],
    ['tiers that are no list', graduated({ up_to: null }), 'tiers'],
    ['51 tiers', ends(...Array.from({ length: 50 }, (_, i) => `${i + 1}`), null), 'tiers'],
    ['an end to the last tier', ends('10', '20'), 'tiers.1.up_to'],
    ['no end before the last tier', ends(null, null), 'tiers.0.up_to'],
    ['tiers out of order', ends('20', '10', null), 'tiers.1.up_to'],
    ['a tier that ends where the one before does', ends('10', '10.0', null), 'tiers.1.up_to'],
    ['a first tier that ends at zero', ends('0', null), 'tiers.0.up_to'],
    ['an end that is not said', graduated([{ unit_amount: '1' }]), 'tiers.0.up_to'],
    ['an end as number', graduated([{ up_to: 5 }, { up_to: null }]), 'tiers.0.up_to'],
    ['an end in a fraction of a request', ends('1.5', null), 'tiers.0.up_to'],
    [
      'a unit amount below zero',
      graduated([{ up_to: null, unit_amount: '-1' }]),
      'tiers.0.unit_amount',
    ],
    [
      'a tier that names no amount',
      graduated([{ up_to: '5', unit_amount: '0' }, OPEN]),
      'tiers.1.unit_amount',
    ],
    ['a tier that names no rate', shares([OPEN]), 'tiers.0.rate'],
    ['a rate in a unit tier', graduated([{ up_to: null, rate: '1' }]), 'tiers.0.rate'],
    [
      'an unknown use of the flat amount',
      graduated([FREE_FLAT], { zero_usage_flat: 'maybe' }),
      'zero_usage_flat',
    ],
    ['a package of nothing', packed({ package_size: '0.0' }), 'package_size'],
    ['half a request a package', packed({ package_size: '0.5' }), 'package_size'],
    ['an unknown rounding', packed({ package_rounding: 'half' }), 'package_rounding'],
    ['no package size', packed({ package_size: null }), 'package_size'],
    ['no rate', share({ rate: null }), 'rate'],
    ['a rate of 10000', share({ rate: '10000' }), 'rate'],
    ['a rate with a percent sign', share({ rate: '2.9%' }), 'rate'],
    ['a rate of 13 places', share({ rate: '0.0000000000001' }), 'rate'],
    ['free events below zero', share({ free_events: -1 }), 'free_events'],
    ['half a free event', share({ free_events: 0.5 }), 'free_events'],
    ['free events as text', share({ free_events: '3' }), 'free_events'],
    ['too many free events', share({ free_events: 1_000_000_001 }), 'free_events'],
    ['a free amount finer than the meter', share({ free_amount: '0.1' }), 'free_amount'],
    [
      'an event minimum above the maximum',
      share({ event_minimum: '2', event_maximum: '1.9' }),
      'event_minimum',
    ],
    ['a quantity in cents of cents', share({ quantity_in: 'micro' }), 'quantity_in'],
    ['digits of another script', unit({ unit_amount: '٥' }), 'unit_amount'],
    ['no-break space in a unit amount', unit({ unit_amount: '1\u00a0000' }), 'unit_amount'],
    [
      'more units than a gateway counts',
      unit({ included_units: '9007199254740992' }),
      'included_units',
    ],
  ])('%s', async (name, price, field) => {
    const path = `/v1/plan-versions/${draft.id}`;
    const refused = { name, method: 'PUT', path, body: content(price), ...invalid };
    await expectRefused(surface, { ...refused, at: `prices.0.${field}` });
  });

  test('a meter that another price has, whatever the kinds', async () => {
    const path = `/v1/plan-versions/${draft.id}`;
    const body = content(unit({}), share({}));
    const refused = { name: 'twice', method: 'PUT', path, body, ...invalid };
    await expectRefused(surface, { ...refused, at: 'prices.1.meter_id' });
  });
});
