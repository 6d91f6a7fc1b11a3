import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metersHttp } from '../src/catalog/http.ts';
import type { Meter } from '../src/contract/meter.ts';
import type { PricePreview } from '../src/contract/price-preview.ts';
import { newId } from '../src/kit/id.ts';
import { pricesHttp } from '../src/rating/http.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, type Surface } from './surface.ts';

let surface: Surface;
let volume: Meter;

beforeAll(async () => {
  surface = await openSurface({ '/v1': pricesHttp().route('/', metersHttp()) });
  const meter = { slug: 'volume', name: 'Payment volume', unit: 'dollar', scale: 2 };
  volume = (await surface.send<Meter>('POST', '/v1/meters', meter)).body;
});
afterAll(async () => surface.close());

const PATH = '/v1/prices/preview';
const UNIT = { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '0.2' };
const FLAT = { model: 'flat', amount: '3000' };
const asked = (price: object, over: object = {}) => ({ price, currency: 'USD', ...over });

async function preview(price: object, over: object): Promise<PricePreview> {
  const { status, body } = await surface.send<PricePreview>('POST', PATH, asked(price, over));
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}
const amounts = async (price: object, over: object) => {
  const { exact_amount, rounded_amount } = await preview(price, over);
  return [exact_amount, rounded_amount];
};

describe('a preview', () => {
  test('has the amount, exact and rounded, and says how it comes about', async () => {
    const answer = await preview({ ...UNIT, included_units: '100000' }, { quantity: '120431' });
    expect(answer).toEqual({
      currency: 'USD',
      exact_amount: '4086.2',
      rounded_amount: '4086',
      lines: [
        {
          quantity: '120431',
          exact_amount: '4086.2',
          rounded_amount: '4086',
          description:
            '120,431 requests: 100,000 included + 20,431 × $0.002 = $40.862, rounded to $40.86',
          slices: [
            {
              kind: 'included',
              tier: null,
              quantity: '100000',
              unit_amount: null,
              rate: null,
              exact_amount: '0',
              description: '100,000 included',
            },
            {
              kind: 'units',
              tier: null,
              quantity: '20431',
              unit_amount: '0.2',
              rate: null,
              exact_amount: '4086.2',
              description: '20,431 × $0.002',
            },
          ],
        },
      ],
    });
  });

  test('looks at each of several events', async () => {
    const price = { model: 'percentage', meter_id: volume.id, rate: '2.9', event_minimum: '50' };
    expect(await amounts(price, { quantities: ['1', '100'] })).toEqual(['340', '340']);
    expect(await amounts(price, { quantity: '101' })).toEqual(['292.9', '293']);
  });

  test.each([
    ['what was rated before', { already_rated_quantity: '1000' }, ['100', '100']],
    ['what was billed before', { already_billed_amount: '120' }, ['-20', '-20']],
    ['both', { already_rated_quantity: '1000', already_billed_amount: '120' }, ['180', '180']],
    ['events before', { already_rated_quantities: ['600', '400'] }, ['100', '100']],
  ])('takes off %s', async (_name, over, expected) => {
    expect(await amounts(UNIT, { quantity: '500', ...over })).toEqual(expected);
  });

  test('cuts what time divides to its days, and a minimum only at the end', async () => {
    const half = { active_days: 15, period_days: 30 };
    expect(await amounts(FLAT, half)).toEqual(['1500', '1500']);
    const least = { ...UNIT, minimum_amount: '1000' };
    expect(await amounts(least, { quantity: '5', ...half })).toEqual(['500', '500']);
    expect(await amounts(least, { quantity: '5', ...half, final: false })).toEqual(['1', '1']);
  });

  test.each([
    ['JPY', '¥1'],
    ['USD', '$0.01'],
    ['KWD', 'KWD\u00a00.001'],
    ['HUF', 'HUF\u00a00.01'],
  ])('has the minor unit of %s', async (currency, expected) => {
    const { lines } = await preview({ ...FLAT, amount: '1' }, { currency });
    expect(lines[0]?.description).toBe(`Flat fee: ${expected}`);
  });

  test('may come to 18 digits below zero', async () => {
    const billed = { quantity: '0', already_billed_amount: '9'.repeat(18) };
    expect(await amounts(UNIT, billed)).toEqual([`-${'9'.repeat(18)}`, `-${'9'.repeat(18)}`]);
  });

  test('takes a sum that was rated before where events do not matter', async () => {
    const price = { ...SHARE, free_events: 0 };
    expect(await amounts(price, { quantity: '5', already_rated_quantity: '5' })).toEqual([
      '5',
      '5',
    ]);
  });

  test.each([
    ['1', /^1 request: /],
    ['2', /^2 requests: /],
    ['0', /^0 requests/],
  ])('of %s says how many in words', async (quantity, words) => {
    const { lines } = await preview(UNIT, { quantity });
    expect(lines[0]?.description).toMatch(words);
  });

  test('keeps nothing', async () => {
    const rows = await surface.sql`select from prices`;
    expect(rows).toEqual([]);
  });
});

const tiers = (...ends: (string | null)[]) => ({
  model: 'graduated',
  meter_id: 'mtr_requests',
  tiers: ends.map((up_to) => ({ up_to, unit_amount: '1' })),
});
const SHARE = { model: 'percentage', meter_id: 'mtr_requests', rate: '1', free_events: 1 };
const MANY = Array(1_001).fill('1');

describe('refused is a preview', () => {
  test.each(NO_BODIES)('of $name', async ({ name, body, headers, refusal }) => {
    const post = { name, method: 'POST', path: PATH, body, ...(headers && { headers }) };
    await expectRefused(surface, { ...post, ...refusal });
  });

  const one = { quantity: '1' };
  test.each([
    ['without a price', { currency: 'USD', ...one }, 'price'],
    ['of a price that is none', asked([], one), 'price'],
    ['of an unknown kind', asked({ ...UNIT, model: 'stairs' }, one), 'price.model'],
    ['in no currency', { price: UNIT, ...one }, 'currency'],
    ['in an unknown currency', asked(UNIT, { ...one, currency: 'XXX' }), 'currency'],
    [
      'of a meter that is not there',
      asked({ ...UNIT, meter_id: newId('mtr', 0) }, one),
      'price.meter_id',
    ],
    ['without a quantity', asked(UNIT), 'quantity'],
    ['of two kinds of quantity', asked(UNIT, { ...one, quantities: ['1'] }), 'quantities'],
    ['of no quantities', asked(UNIT, { quantities: [] }), 'quantities'],
    ['of 1001 quantities', asked(UNIT, { quantities: MANY }), 'quantities'],
    ['of a number', asked(UNIT, { quantity: 1 }), 'quantity'],
    ['of an empty quantity', asked(UNIT, { quantity: '' }), 'quantity'],
    ['of a quantity below zero', asked(UNIT, { quantity: '-1' }), 'quantity'],
    ['of NaN', asked(UNIT, { quantity: 'NaN' }), 'quantity'],
    ['of Infinity', asked(UNIT, { quantity: 'Infinity' }), 'quantity'],
    ['of a quantity in exponents', asked(UNIT, { quantity: '1e3' }), 'quantity'],
    ['of a quantity in hexadecimal', asked(UNIT, { quantity: '0x10' }), 'quantity'],
    ['of a quantity with commas', asked(UNIT, { quantity: '1,000' }), 'quantity'],
    ['of full-width digits', asked(UNIT, { quantity: '１２' }), 'quantity'],
    ['of a right-to-left override', asked(UNIT, { quantity: '\u202e12' }), 'quantity'],
    ['of null', asked(UNIT, { quantity: null }), 'quantity'],
    ['of half a request', asked(UNIT, { quantity: '0.5' }), 'quantity'],
    ['of half a request among others', asked(UNIT, { quantities: ['1', '0.5'] }), 'quantities.1'],
    ['of more than a gateway counts', asked(UNIT, { quantity: '9007199254740992' }), 'quantity'],
    ['of 19 digits', asked(UNIT, { quantity: '1'.repeat(19) }), 'quantity'],
    [
      'that comes to more than 18 digits',
      asked({ ...UNIT, unit_amount: '999999999999999999' }, { quantity: '2' }),
      'quantity',
    ],
    [
      'of several that come to more than 18 digits',
      asked({ ...UNIT, unit_amount: '999999999999999999' }, { quantities: ['1', '1'] }),
      'quantities',
    ],
    [
      'of several that come to more than a gateway counts',
      asked(UNIT, { quantities: ['9007199254740991', '1'] }),
      'quantities',
    ],
    [
      'of more than a gateway counts with what was before',
      asked(UNIT, { quantity: '1', already_rated_quantity: '9007199254740991' }),
      'quantity',
    ],
    [
      'of a sum that was rated before, where events are free',
      asked(SHARE, { ...one, already_rated_quantity: '5' }),
      'already_rated_quantity',
    ],
    [
      'of a sum that was rated before, where each event has a fee',
      asked(
        { ...SHARE, free_events: 0, fixed_amount: '1' },
        { ...one, already_rated_quantity: '5' },
      ),
      'already_rated_quantity',
    ],
    ['with tiers out of order', asked(tiers('2', '1', null), one), 'price.tiers.1.up_to'],
    ['with too many tiers', asked(tiers(...MANY.map((_, i) => `${i + 1}`)), one), 'price.tiers'],
    ['with no tiers', asked(tiers(), one), 'price.tiers'],
    ['with a bound in half a request', asked(tiers('0.5', null), one), 'price.tiers.0.up_to'],
    [
      'rated before, in both forms',
      asked(UNIT, { ...one, already_rated_quantity: '1', already_rated_quantities: ['1'] }),
      'already_rated_quantities',
    ],
    [
      'rated below zero before',
      asked(UNIT, { ...one, already_rated_quantity: '-1' }),
      'already_rated_quantity',
    ],
    [
      'billed in half a cent',
      asked(UNIT, { ...one, already_billed_amount: '0.5' }),
      'already_billed_amount',
    ],
    [
      'billed below zero',
      asked(UNIT, { ...one, already_billed_amount: '-1' }),
      'already_billed_amount',
    ],
    ['of days without their period', asked(UNIT, { ...one, active_days: 1 }), 'period_days'],
    ['of a period without days', asked(UNIT, { ...one, period_days: 1 }), 'active_days'],
    [
      'of more days than the period has',
      asked(FLAT, { active_days: 32, period_days: 31 }),
      'active_days',
    ],
    ['of no day', asked(FLAT, { active_days: 0, period_days: 31 }), 'active_days'],
    ['of half a day', asked(FLAT, { active_days: 0.5, period_days: 31 }), 'active_days'],
    [
      'of a period of a century',
      asked(FLAT, { active_days: 1, period_days: 36_525 }),
      'period_days',
    ],
    ['of a flat price by quantity', asked(FLAT, one), 'quantity'],
    ['of an unknown field', asked(UNIT, { ...one, quantitty: '1' }), 'quantitty'],
    ['that says yes to final', asked(UNIT, { ...one, final: 'yes' }), 'final'],
  ])('%s', async (name, body, at) => {
    await expectRefused(surface, { name, method: 'POST', path: PATH, body, ...invalid, at });
  });

  test('with every fault named at once', async () => {
    const price = { ...UNIT, included_units: '0.5', minimum_amount: '2', maximum_amount: '1' };
    const body = asked(price, { quantity: '0.5' });
    const refused = { name: '', method: 'POST', path: PATH, body, ...invalid };
    const schema = await expectRefused(surface, refused);
    expect(schema.body.errors?.map(({ path }) => path)).toEqual(['price.minimum_amount']);
    const sound = {
      ...refused,
      body: asked({ ...UNIT, included_units: '0.5' }, { quantity: '0.5' }),
    };
    const meter = await expectRefused(surface, sound);
    expect(meter.body.errors?.map(({ path }) => path)).toEqual([
      'price.included_units',
      'quantity',
    ]);
  });
});
