import {
  after,
  flat,
  graduated,
  one,
  packages,
  percentage,
  perUnit,
  volume,
  type Difference,
  type Example,
} from './example.ts';

/** From OpenMeter's documentation. */

const MODELS = 'https://openmeter.io/docs/billing/product-catalog/pricing-models';
const CODE = 'https://github.com/openmeterio/openmeter/blob/7e57a39/openmeter/billing';
const RATING = `${CODE}/charges/usagebased/service/rating`;
const FIFTEEN = volume([
  [15, 10],
  [null, 5],
]);

export const OPENMETER: Example[] = [
  one(
    'per unit: 10,000 tokens',
    { price: perUnit('0.01'), used: [10_000] },
    { costs: '100', source: MODELS },
  ),
  one('a recurring fee', { price: flat(199), used: [] }, { costs: '199', source: MODELS }),
  one(
    'delta: three more units after five',
    { price: perUnit(10), used: [3], terms: after(5, 50) },
    { costs: '30', source: `${RATING}/delta/README.md` },
  ),
  one(
    'delta: one more unit that makes all cheaper',
    { price: FIFTEEN, used: [1], terms: after(15, 150) },
    { costs: '-70', source: `${RATING}/delta/README.md` },
  ),
  one(
    'two units that came late',
    { price: perUnit(10), used: [2], terms: after(5, 50) },
    { costs: '20', source: `${RATING}/periodpreserving/README.md` },
  ),
  one(
    'what is new beside late units',
    { price: perUnit(10), used: [3], terms: after(7, 70) },
    { costs: '30', source: `${RATING}/periodpreserving/README.md` },
  ),
];

const test = (name: string): string => `${CODE}/rating/service/rate/${name}_test.go`;

/** Five for 100, five more for 50, then by unit. */
const GRADUATED: Parameters<typeof graduated>[0] = [
  [5, 0, 100],
  [10, 0, 50],
  [15, 5],
  [null, 1],
];
const TOTALS = graduated([
  [5, 0, 100],
  [10, 0, 50],
  [15, 10],
  [null, 5],
]);
const VOLUME: Parameters<typeof volume>[0] = [
  [5, 0, 100],
  [10, 0, 150],
  [15, 10],
  [null, 5],
];
const least = (dollars: number) => ({ minimum_amount: String(dollars * 100) });
const most = (dollars: number) => ({ maximum_amount: String(dollars * 100) });
const notLast = { final: false };

const UNIT_TESTS: [string, Parameters<typeof one>[1], string][] = [
  ['no usage', { price: perUnit(10), used: [0] }, '0'],
  ['a minimum without usage', { price: perUnit(10, least(100)), used: [0] }, '100'],
  [
    'a minimum that waits for the end',
    { price: perUnit(10, least(100)), used: [0], terms: notLast },
    '0',
  ],
  ['usage', { price: perUnit(100), used: [10] }, '1000'],
  ['a maximum not reached', { price: perUnit(10, most(100)), used: [10], terms: notLast }, '100'],
  [
    'a maximum in the second part',
    { price: perUnit(10, most(100)), used: [5], terms: { ...notLast, ...after(7, 70) } },
    '30',
  ],
  [
    'half off, then the maximum',
    {
      price: perUnit(10, { ...most(100), discount_percent: '50' }),
      used: [20],
      terms: { ...notLast, ...after(7, 35) },
    },
    '65',
  ],
];
const PACKAGE_TESTS: [string, Parameters<typeof one>[1], string][] = [
  ['no usage', { price: packages(10, 15), used: [0] }, '0'],
  ['a minimum without usage', { price: packages(10, 15, least(100)), used: [0] }, '100'],
  ['one package', { price: packages(10, 15), used: [10] }, '15'],
  ['part of one', { price: packages(10, 15), used: [5], terms: notLast }, '15'],
  [
    'over into another',
    { price: packages(10, 15), used: [5], terms: { ...notLast, ...after(17, 30) } },
    '15',
  ],
  [
    'a maximum in the second part',
    { price: packages(10, 15, most(100)), used: [50], terms: { ...notLast, ...after(60, 90) } },
    '10',
  ],
];
const GRADUATED_TESTS: [string, Parameters<typeof one>[1], string][] = [
  ['all tiers', { price: graduated(GRADUATED), used: [22] }, '182'],
  [
    'within a tier of a flat price',
    { price: graduated(GRADUATED), used: [1], terms: { ...notLast, ...after(7, 150) } },
    '0',
  ],
  ['a second part', { price: graduated(GRADUATED), used: [10], terms: after(12, 160) }, '22'],
  [
    'a minimum, its flat price billed already',
    { price: graduated(GRADUATED, least(1_000)), used: [0], terms: after(2, 100) },
    '900',
  ],
  [
    'a maximum within a tier',
    {
      price: graduated(GRADUATED, most(170)),
      used: [10],
      terms: { ...notLast, ...after(12, 160) },
    },
    '10',
  ],
  ['nothing', { price: TOTALS, used: [0] }, '100'],
  ['three', { price: TOTALS, used: [3] }, '100'],
  ['five', { price: TOTALS, used: [5] }, '100'],
  ['a thousandth over five', { price: TOTALS, used: ['5.001'] }, '150'],
  ['seven', { price: TOTALS, used: [7] }, '150'],
  ['twelve', { price: TOTALS, used: [12] }, '170'],
  ['twenty-two', { price: TOTALS, used: [22] }, '235'],
];
const VOLUME_TESTS: [string, Parameters<typeof one>[1], string][] = [
  ...(
    [
      [0, '100'],
      [3, '100'],
      [5, '100'],
      [14, '140'],
      [15, '150'],
      [16, '80'],
      [100, '500'],
    ] as const
  ).map(([used, costs]): [string, Parameters<typeof one>[1], string] => [
    String(used),
    { price: volume(VOLUME), used: [used] },
    costs,
  ]),
  ['a minimum without usage', { price: volume(VOLUME, least(150)), used: [0] }, '150'],
  ['a minimum that is exceeded', { price: volume(VOLUME, least(100)), used: [100] }, '500'],
  ['a minimum above the first tier', { price: volume(VOLUME, least(150)), used: [5] }, '150'],
  ['a maximum that is met', { price: volume(VOLUME, most(100)), used: [5] }, '100'],
  ['a maximum within a tier', { price: volume(VOLUME, most(125)), used: [7] }, '125'],
];
/** Their dynamic price marks up what the meter counts in dollars: a percentage over 100. */
const DYNAMIC_TESTS: [string, Parameters<typeof one>[1], string][] = [
  ['ten dollars', { price: percentage('133.333'), used: [10] }, '13.33'],
  ['a minimum without usage', { price: percentage('100', least(100)), used: [] }, '100'],
  [
    'a maximum in the second part',
    { price: percentage('133.333', most(100)), used: [50], terms: after(70, '93.33') },
    '6.67',
  ],
];

const told = (name: string, rows: [string, Parameters<typeof one>[1], string][]): Example[] =>
  rows.map(([what, line, costs]) => one(`${name}: ${what}`, line, { costs, source: test(name) }));

/** From the tests that OpenMeter publishes with its code. */
export const OPENMETER_TESTS: Example[] = [
  ...told('unit', UNIT_TESTS),
  ...told('package', PACKAGE_TESTS),
  ...told('tieredgraduated', GRADUATED_TESTS),
  ...told('tieredvolume', VOLUME_TESTS),
  ...told('dynamic', DYNAMIC_TESTS),
];

export const OPENMETER_DIFFERENCES: Difference[] = [
  {
    ...one(
      'ten units by volume before the period ends',
      { price: volume(VOLUME), used: [10], terms: notLast },
      { costs: '0', source: test('tieredvolume') },
    ),
    ours: '150.00',
    because: 'a part bills what is due so far; they leave volume tiers to the last part',
  },
];
