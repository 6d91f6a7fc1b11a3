import type { PriceTerms } from '../../../contract/price.ts';
import { price } from '../prices.ts';
import {
  after,
  cents,
  days,
  flat,
  graduated,
  one,
  volume,
  type Example,
  type Line,
} from './example.ts';

/** From Kill Bill's documentation. Its capacity usage is a volume price with flat amounts only. */

const DOCS = 'https://docs.killbill.io/latest';
const GUIDE = `${DOCS}/userguide_subscription.html`;
const CATALOGS = `${DOCS}/catalog-examples.html`;
const CHOCOLATE = `${DOCS}/consumable_in_arrear.html`;
const INVOICES = `${DOCS}/invoice_subsystem.html`;

/** Their tiers count blocks: so many of a size; a tier of ours ends at a unit. */
const blocks = (size: number, tiers: [max: number | null, dollars: string][]): PriceTerms =>
  price({
    model: 'graduated_package',
    tiers: tiers.map(([max, dollars]) => ({
      up_to: max === null ? null : String(max * size),
      package_size: String(size),
      package_amount: cents(dollars),
    })),
  });

const MINUTES = blocks(10, [
  [100, '1'],
  [null, '0.5'],
]);
const MEGABYTES: Parameters<typeof graduated>[0] = [
  [1_024, '0.5'],
  [null, '0.1'],
];
/** Whole blocks only: a volume price of ours has no packages. */
const MINUTES_AT_TOP = volume([
  [1_000, '0.1'],
  [null, '0.05'],
]);
const WATER: Parameters<typeof graduated>[0] = [
  [1_000, '1.5'],
  [null, 2],
];
const CAPACITY = volume([
  [1_000, 0, 750],
  [10_000, 0, 500],
  [null, 0, 500],
]);
const CALLS: Parameters<typeof graduated>[0] = [
  [20, 2],
  [null, 20],
];
const base: Line = { price: flat(30), used: [] };
const monthly = (of: number, period: number): Line => ({
  price: flat('24.95'),
  used: [],
  terms: days(of, period),
});

const usage: Example[] = [
  one(
    '1,500 minutes in blocks of ten',
    { price: MINUTES, used: [1_500] },
    { costs: '125', source: GUIDE },
  ),
  one(
    '2,048 megabytes',
    { price: graduated(MEGABYTES), used: [2_048] },
    { costs: '614.4', source: GUIDE },
  ),
  {
    name: 'minutes and megabytes, all tiers',
    source: GUIDE,
    lines: [
      { price: MINUTES, used: [1_500] },
      { price: graduated(MEGABYTES), used: [2_048] },
    ],
    costs: '739.4',
  },
  one(
    '1,500 minutes at the top tier',
    { price: MINUTES_AT_TOP, used: [1_500] },
    { costs: '75', source: GUIDE },
  ),
  one(
    '2,048 megabytes at the top tier',
    { price: volume(MEGABYTES), used: [2_048] },
    { costs: '204.8', source: GUIDE },
  ),
  {
    name: 'minutes and megabytes, top tier',
    source: GUIDE,
    lines: [
      { price: MINUTES_AT_TOP, used: [1_500] },
      { price: volume(MEGABYTES), used: [2_048] },
    ],
    costs: '279.8',
  },
  {
    name: 'an aggregate item of two units',
    source: GUIDE,
    lines: [
      { price: graduated(CALLS), used: [120] },
      { price: graduated([[null, 10]]), used: [10] },
    ],
    costs: '2140',
  },
  {
    name: 'the same at the top tier',
    source: GUIDE,
    lines: [
      { price: volume(CALLS), used: [120] },
      { price: volume([[null, 10]]), used: [10] },
    ],
    costs: '2500',
  },
];

const catalogs: Example[] = (
  [
    ['water, all tiers, 400', { price: graduated(WATER), used: [400] }, '630'],
    ['water, all tiers, 1,200', { price: graduated(WATER), used: [1_200] }, '1930'],
    ['water, top tier, 400', { price: volume(WATER), used: [400] }, '630'],
    ['water, top tier, 1,200', { price: volume(WATER), used: [1_200] }, '2430'],
    ['capacity, 400', { price: CAPACITY, used: [400] }, '780'],
    ['capacity, 1,200', { price: CAPACITY, used: [1_200] }, '530'],
    [
      'minutes, all tiers, 400',
      {
        price: graduated([
          [100, 1],
          [null, '0.5'],
        ]),
        used: [400],
      },
      '280',
    ],
    [
      'megabytes, top tier, 1,200',
      {
        price: volume([
          [100, 1],
          [null, '0.5'],
        ]),
        used: [1_200],
      },
      '630',
    ],
    ['minutes in blocks of ten, 400', { price: MINUTES, used: [400] }, '70'],
    ['minutes in blocks of ten, 1,200', { price: MINUTES, used: [1_200] }, '140'],
  ] satisfies [string, Line, string][]
).map(([name, line, costs]) => ({ name, source: CATALOGS, lines: [base, line], costs }));

const prorated: Example[] = (
  [
    ['September 16th to 25th', monthly(9, 31), '7.24'],
    ['September 25th to October 17th', monthly(22, 30), '18.30'],
    ['September 17th to 25th', monthly(8, 31), '6.44'],
    ['September 30th to October 25th', monthly(25, 30), '20.79'],
    [
      'an add-on from September 30th to October 20th',
      { price: flat('17.95'), used: [], terms: days(20, 30) },
      '11.97',
    ],
    ['a whole month', monthly(30, 30), '24.95'],
  ] satisfies [string, Line, string][]
).map(([name, line, costs]) => one(name, line, { costs, source: CATALOGS }));

export const KILL_BILL: Example[] = [
  ...usage,
  ...catalogs,
  ...prorated,
  {
    name: 'two subscriptions on one invoice',
    source: CATALOGS,
    lines: [monthly(30, 30), monthly(30, 30)],
    costs: '49.90',
  },
  {
    name: 'a plan and its add-on on one invoice',
    source: CATALOGS,
    lines: [monthly(30, 30), { price: flat('17.95'), used: [] }],
    costs: '42.90',
  },
  one(
    '13 videos',
    {
      price: graduated([
        [5, 2],
        [null, 1],
      ]),
      used: [13],
    },
    { costs: '18', source: CHOCOLATE },
  ),
  one(
    'a new plan from May 2nd on',
    { price: flat('9.95'), used: [], terms: days(30, 31) },
    { costs: '9.63', source: INVOICES },
  ),
  one(
    'the credit that the change leaves',
    { price: flat('9.95'), used: [], terms: { ...days(30, 31), ...after(0, '239.95') } },
    { costs: '-230.32', source: INVOICES },
  ),
];
