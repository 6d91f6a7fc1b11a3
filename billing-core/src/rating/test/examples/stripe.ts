import {
  after,
  cents,
  days,
  flat,
  graduated,
  one,
  packages,
  perUnit,
  volume,
  type Example,
} from './example.ts';

/** From Stripe's documentation; of some pages, an earlier version that is archived. */

const TIERS = 'https://stripe.com/docs/billing/subscriptions/tiers';
const MODELS = 'https://docs.stripe.com/products-prices/pricing-models';
const TIERED = 'https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing';
const QUANTITY = 'https://stripe.com/docs/billing/subscriptions/quantity-transformation';
const TRANSFORM = 'https://docs.stripe.com/billing/subscriptions/usage-based/transform-quantities';
const DECIMAL = 'https://stripe.com/docs/billing/subscriptions/decimal-amounts';
const PRORATIONS = 'https://docs.stripe.com/billing/subscriptions/prorations';

/** A table of theirs: what each quantity costs. */
const table = (
  name: string,
  { source, price }: { source: string; price: ReturnType<typeof flat> },
  rows: [used: number, costs: string][],
): Example[] =>
  rows.map(([used, costs]) => one(`${name}, ${used}`, { price, used: [used] }, { costs, source }));

const FIVE_TIERS: Parameters<typeof graduated>[0] = [
  [5, 5],
  [10, 4],
  [15, 3],
  [20, 2],
  [null, 1],
];
const FONTS: Parameters<typeof graduated>[0] = [
  [5, 7],
  [10, '6.5'],
  [null, 6],
];
const WITH_FLATS: Parameters<typeof graduated>[0] = [
  [5, 5, 10],
  [10, 4, 20],
  [15, 3, 30],
  [20, 2, 40],
  [null, 1, 50],
];

export const STRIPE: Example[] = [
  ...table('per unit', { source: TIERS, price: perUnit(5) }, [
    [1, '5'],
    [5, '25'],
    [6, '30'],
    [20, '100'],
    [25, '125'],
  ]),
  ...table('five tiers by volume', { source: TIERS, price: volume(FIVE_TIERS) }, [
    [1, '5'],
    [5, '25'],
    [6, '24'],
    [20, '40'],
    [25, '25'],
  ]),
  ...table('five tiers graduated', { source: MODELS, price: graduated(FIVE_TIERS) }, [
    [1, '5'],
    [5, '25'],
    [6, '29'],
    [20, '70'],
    [25, '75'],
  ]),
  ...table('tiers with flat fees by volume', { source: MODELS, price: volume(WITH_FLATS) }, [
    [0, '10'],
    [12, '66'],
  ]),
  ...table('tiers with flat fees graduated', { source: MODELS, price: graduated(WITH_FLATS) }, [
    [0, '10'],
    [12, '111'],
  ]),
  ...table('fonts by volume', { source: TIERED, price: volume(FONTS) }, [
    [1, '7'],
    [5, '35'],
    [6, '39'],
    [20, '120'],
    [25, '150'],
  ]),
  ...table('fonts graduated', { source: TIERED, price: graduated(FONTS) }, [
    [1, '7'],
    [5, '35'],
    [6, '41.5'],
    [20, '127.5'],
    [25, '157.5'],
  ]),
  ...table('users by fives', { source: QUANTITY, price: packages(5, 10) }, [
    [1, '10'],
    [3, '10'],
    [5, '10'],
    [6, '20'],
    [7, '20'],
  ]),
  ...table('minutes of a car by the hour', { source: TRANSFORM, price: packages(60, 10) }, [
    [150, '30'],
  ]),
  one(
    'a free tier in place of a flat fee costs nothing at zero',
    {
      price: graduated([
        [1, 10],
        [null, 1],
      ]),
      used: [0],
    },
    { costs: '0', source: MODELS },
  ),
  one(
    'one and a half cents are two',
    { price: perUnit('0.0005'), used: [30] },
    { costs: '0.02', source: DECIMAL },
  ),
  {
    name: 'from 10 USD to 20 USD halfway through the period',
    source: PRORATIONS,
    lines: [
      {
        price: flat(10),
        used: [],
        terms: { ...days(15, 30), before: { usage: { each: [] }, billed: BigInt(cents(10)) } },
      },
      { price: flat(20), used: [], terms: days(15, 30) },
    ],
    costs: '5',
  },
  one(
    'the credit for unused time of a 10 USD plan',
    { price: flat(10), used: [], terms: { ...days(15, 30), ...after(0, 10) } },
    { costs: '-5', source: PRORATIONS },
  ),
];
