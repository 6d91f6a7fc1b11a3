import {
  after,
  days,
  flat,
  graduated,
  graduatedPercentage,
  one,
  packages,
  percentage,
  perUnit,
  volume,
  type Difference,
  type Example,
} from './example.ts';

/** From Lago's documentation. */

const GUIDE = 'https://getlago.com/docs/guide';
const CHARGES = `${GUIDE}/plans/charges`;
const MODELS = `${CHARGES}/charge-models`;
const FEES = 'https://github.com/getlago/lago-docs/blob/502a9e7/docs/guide/10_invoicing/fees.md';
const PLANS = 'https://github.com/getlago/lago-docs/blob/502a9e7/docs/guide/05_plans';

const BY_VOLUME = volume([
  [10_000, '0.001', 10],
  [50_000, '0.0008', 10],
  [100_000, '0.0006', 10],
  [null, '0.0004', 10],
]);
const TRANSFERS = percentage('1.2', { fixed_amount: '10', free_events: 3, free_amount: '500' });
const SHARE = graduatedPercentage([
  [1_000, 1, 200],
  [10_000, 2, 300],
  [null, 3, 400],
]);
const commitment = perUnit(1, { minimum_amount: '100000' });

export const LAGO: Example[] = [
  one(
    'standard: 1,000 calls',
    { price: perUnit('0.05'), used: [1_000] },
    { costs: '50', source: `${MODELS}/standard` },
  ),
  one(
    'package: 201 units, 100 of them free',
    { price: packages(100, 5, { included_units: '100' }), used: [201] },
    { costs: '10', source: `${MODELS}/package` },
  ),
  one(
    'volume: 65,000 calls',
    { price: BY_VOLUME, used: [65_000] },
    { costs: '49', source: `${MODELS}/volume` },
  ),
  ...[[200], [200, 100], [200, 100, 100]].map((used) =>
    one(
      `percentage: ${used.length} free transactions`,
      { price: TRANSFERS, used },
      { costs: '0', source: `${MODELS}/percentage` },
    ),
  ),
  one(
    'percentage: a fourth transaction, after three free ones',
    { price: TRANSFERS, used: [200, 100, 100, 50] },
    { costs: '0.70', source: `${MODELS}/percentage` },
  ),
  one(
    'graduated percentage: a first transaction of 500',
    { price: SHARE, used: [500] },
    { costs: '205.00', source: `${MODELS}/graduated-percentage` },
  ),
  one(
    'graduated percentage: a second one of 550',
    { price: SHARE, used: [550], terms: after(500, 205) },
    { costs: '306.00', source: `${MODELS}/graduated-percentage` },
  ),
  one(
    'graduated percentage: a third one of 4,000',
    { price: SHARE, used: [4_000], terms: after(1_050, 511) },
    { costs: '80.00', source: `${MODELS}/graduated-percentage` },
  ),
  one(
    'spending minimum: 50 used of 100',
    { price: perUnit('0.01', { minimum_amount: '10000' }), used: [5_000] },
    { costs: '100', source: `${CHARGES}/spending-minimum` },
  ),
  one(
    'commitment: a month below it',
    { price: commitment, used: [800] },
    { costs: '1000', source: `${GUIDE}/lago-cloud/contract-billing` },
  ),
  one(
    'commitment: a month above it',
    { price: commitment, used: [1_300] },
    { costs: '1300', source: `${GUIDE}/lago-cloud/contract-billing` },
  ),
  one('rounding: 0.175', { price: perUnit('0.175'), used: [1] }, { costs: '0.18', source: FEES }),
  one('rounding: 0.174', { price: perUnit('0.174'), used: [1] }, { costs: '0.17', source: FEES }),
  one(
    'a month that begins on August 10th',
    { price: flat(50), used: [], terms: days(22, 31) },
    { costs: '35.48', source: `${PLANS}/subscription.md` },
  ),
  one(
    'April without its five days of trial',
    { price: flat(50), used: [], terms: days(25, 30) },
    { costs: '41.67', source: `${PLANS}/plan-model.md` },
  ),
  one(
    'an upgrade on May 11th, less the 20 billed already',
    { price: flat(40), used: [], terms: { ...days(21, 31), ...after(0, 20) } },
    { costs: '7.10', source: `${PLANS}/upgrades-downgrades.md` },
  ),
];

const SPECS = 'https://github.com/getlago/lago-api/blob/1b1c24a/spec/services/charge_models';
const spec = (name: string): string => `${SPECS}/${name}_service_spec.rb`;

const TIERS = graduated([
  [10, 10, 2],
  [20, 5, 3],
  [null, 5, 3],
]);
const VOLUMES = volume([
  [100, 2, 10],
  [200, 1],
  [null, '0.5', 50],
]);
const SMALL_SHARE = graduatedPercentage([
  [10, 1, 200],
  [20, 2, 300],
  [null, 3, 400],
]);
const fee = (more: object) => percentage('1.3', { fixed_amount: '200', ...more });
const bounded = (more: object) =>
  percentage('2.99', { event_minimum: '175', event_maximum: '1200', ...more });
const FOUR = [50, 100, 250, 400];
const THREE = [10, 80, 10_000];

/** From the tests that Lago publishes with its code. */
export const LAGO_TESTS: Example[] = [
  ...(
    [
      [0, '2'],
      [1, '12'],
      [10, '102'],
      [11, '110'],
      [12, '115'],
      [21, '163'],
    ] as const
  ).map(([used, costs]) =>
    one(`graduated, ${used}`, { price: TIERS, used: [used] }, { costs, source: spec('graduated') }),
  ),
  ...(
    [
      [0, '10'],
      [1, '12'],
      [100, '210'],
      ['100.5', '100.5'],
      [101, '101'],
      [200, '200'],
      [300, '200'],
      [210, '155'],
    ] as const
  ).map(([used, costs]) =>
    one(`volume, ${used}`, { price: VOLUMES, used: [used] }, { costs, source: spec('volume') }),
  ),
  ...(
    [
      [[], '200'],
      [[1], '200.01'],
      [[10], '200.1'],
      [[11], '500.12'],
      [[12], '500.14'],
      [[21], '900.33'],
    ] as const
  ).map(([used, costs]) =>
    one(
      `graduated percentage, ${used.join()}`,
      { price: SMALL_SHARE, used: [...used] },
      { costs, source: spec('graduated_percentage') },
    ),
  ),
  ...(
    [
      ['free events and a free amount', fee({ free_events: 3, free_amount: '250' }), '11.15'],
      ['a free amount', fee({ free_amount: '250' }), '11.15'],
      ['free events', fee({ free_events: 3 }), '7.2'],
      ['a free amount that lasts', fee({ free_events: 3, free_amount: '500' }), '7.2'],
      ['nothing free', fee({}), '18.4'],
      ['a fee and no rate', percentage('0', { fixed_amount: '200' }), '8'],
    ] as const
  ).map(([name, price, costs]) =>
    one(`percentage with ${name}`, { price, used: FOUR }, { costs, source: spec('percentage') }),
  ),
  ...(
    [
      ['bounds', bounded({}), '16.142'],
      ['bounds and a fee', bounded({ fixed_amount: '200' }), '18.691'],
      ['bounds and free events', bounded({ free_events: 2 }), '12'],
      ['bounds and a free amount', bounded({ free_amount: '30' }), '13.794'],
      ['bounds and both', bounded({ free_events: 3, free_amount: '10000' }), '2.691'],
    ] as const
  ).map(([name, price, costs]) =>
    one(`percentage with ${name}`, { price, used: THREE }, { costs, source: spec('percentage') }),
  ),
  ...(
    [
      [0, '1300'],
      [10, '1200'],
      [200, '0'],
    ] as const
  ).map(([free, costs]) =>
    one(
      `package with ${free} free`,
      { price: packages(10, 100, { included_units: String(free) }), used: [121] },
      { costs, source: spec('package') },
    ),
  ),
];

export const LAGO_DIFFERENCES: Difference[] = [
  {
    ...one(
      'half of April from the 15th on, for a plan of 10',
      { price: flat(10), used: [], terms: days(16, 30) },
      { costs: '5', source: `${PLANS}/plan-model.md` },
    ),
    ours: '5.33',
    because: 'the 15th to the 30th are 16 days, as their other examples count them',
  },
];
