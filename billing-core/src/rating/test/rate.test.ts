import { describe, expect, test } from 'vitest';
import { rate } from '../rate.ts';
import { CALLS, cost, each, flatPrice, MONEY, price } from './prices.ts';

const tier = (up_to: string | null, unit_amount: string, flat_amount = '0') => ({
  up_to,
  unit_amount,
  flat_amount,
});
const TIERS = [tier('10', '100', '500'), tier('20', '50', '300'), tier(null, '10')];
const graduated = price({ model: 'graduated', tiers: TIERS });
const volume = price({ model: 'volume', tiers: TIERS });
const days = (active: bigint, period = 31n) => ({ active, period, unit: 'day' as const });

describe('a tier’s bound belongs to the tier', () => {
  test.each([
    ['0', '5', '5'],
    ['1', '6', '6'],
    ['10', '15', '15'],
    ['10.5', '18.25', '8.25'],
    ['11', '18.5', '8.5'],
    ['20', '23', '13'],
    ['21', '23.1', '2.1'],
  ])('%s units are %s graduated, %s by volume', (used, one, other) => {
    expect(cost(graduated, each(used)).exact).toBe(one);
    expect(cost(volume, each(used)).exact).toBe(other);
  });
});

describe('the first tier’s flat amount at zero', () => {
  const waived = { tiers: TIERS, zero_usage_flat: 'waived' };
  test.each([
    ['graduated', 'due unless said', {}, '5'],
    ['graduated', 'waived', waived, '0'],
    ['volume', 'waived', waived, '0'],
    ['graduated', 'waived while use is included', { ...waived, included_units: '3' }, '0'],
    ['graduated', 'due while use is included', { included_units: '3' }, '5'],
  ])('of a %s price is %s', (model, _how, values, expected) => {
    const priced = price({ model, tiers: TIERS, ...values });
    expect(cost(priced, each('included_units' in values ? 3 : 0)).exact).toBe(expected);
  });
});

describe('packages', () => {
  const packed = (values: object) =>
    price({ model: 'package', package_size: '100', package_amount: '500', ...values });
  test.each([
    ['none at zero', {}, '0', '0'],
    ['a begun one counts', {}, '1', '5'],
    ['a full one is one', {}, '100', '5'],
    ['one more unit is one more', {}, '100.01', '10'],
    ['rounded down, a begun one does not count', { package_rounding: 'down' }, '199', '5'],
    ['rounded down, the last unit fills it', { package_rounding: 'down' }, '200', '10'],
    ['included units come first', { included_units: '100' }, '201', '10'],
  ])('%s', (_name, values, used, expected) => {
    expect(cost(packed(values), each(used)).exact).toBe(expected);
  });

  test('begin anew in each tier', () => {
    const tiers = [
      { up_to: '150', package_size: '100', package_amount: '500' },
      { up_to: null, package_size: '10', package_amount: '20' },
    ];
    const priced = price({ model: 'graduated_package', tiers });
    expect(cost(priced, each(150)).exact).toBe('10');
    expect(cost(priced, each(151)).exact).toBe('10.2');
    expect(cost(priced, each(161)).exact).toBe('10.4');
  });
});

describe('percentages', () => {
  const events = { meter: MONEY };
  const fee = (values: object) => price({ model: 'percentage', rate: '2.9', ...values });
  test.each([
    ['of major units', {}, ['100'], '2.9'],
    ['of minor units', { quantity_in: 'minor' }, ['10000'], '2.9'],
    ['with a fee for each event', { fixed_amount: '30' }, ['100', '50'], '4.95'],
    ['with a fee for an event of nothing', { fixed_amount: '30' }, ['0'], '0.3'],
    ['without any event', { fixed_amount: '30', event_minimum: '100' }, [], '0'],
    ['with free events', { free_events: 2 }, ['100', '100', '100'], '2.9'],
    ['with a free amount', { free_amount: '150' }, ['100', '100'], '1.45'],
    ['free up to the whole amount', { free_amount: '100', fixed_amount: '30' }, ['100'], '0'],
    ['none free after it', { free_amount: '100', fixed_amount: '30' }, ['100', '0'], '0.3'],
    ['free until either ends: events', { free_events: 1, free_amount: '500' }, ['9', '100'], '2.9'],
    [
      'free until either ends: amount',
      { free_events: 9, free_amount: '50' },
      ['100', '1'],
      '1.479',
    ],
    ['with a minimum an event', { event_minimum: '50' }, ['1', '100'], '3.4'],
    ['with a maximum an event', { event_maximum: '200' }, ['1', '100'], '2.029'],
    ['fees within the bounds', { fixed_amount: '30', event_minimum: '30' }, ['1'], '0.329'],
    ['free events are below no minimum', { free_events: 1, event_minimum: '50' }, ['1'], '0'],
    ['included units first', { included_units: '100', free_events: 1 }, ['100', '5', '10'], '0.29'],
    ['included events pay no fee', { included_units: '100', fixed_amount: '30' }, ['100'], '0'],
  ])('%s', (_name, values, used, expected) => {
    expect(cost(fee(values), each(...used), events).exact).toBe(expected);
  });

  const tiers = [
    { up_to: '1000', rate: '1', flat_amount: '20000' },
    { up_to: null, rate: '2', flat_amount: '30000' },
  ];
  test.each([
    ['an event across a bound pays both rates', {}, ['900', '200'], '512'],
    [
      'bounds apply to what the event pays across tiers',
      { event_maximum: '300' },
      ['900', '200'],
      '506',
    ],
    ['at nothing the first flat amount is due', {}, [], '200'],
  ])('graduated: %s', (_name, values, used, expected) => {
    const priced = price({ model: 'graduated_percentage', tiers, ...values });
    expect(cost(priced, each(...used), events).exact).toBe(expected);
  });

  test('in yen and in dinars, which have other minor units', () => {
    const [yen, dinar] = ['JPY', 'KWD'].map((currency) => ({ ...events, currency }));
    expect(cost(fee({ fixed_amount: '30' }), each('1000'), yen)).toEqual({
      exact: '59',
      rounded: '59',
    });
    expect(cost(fee({ fixed_amount: '30' }), each('1.111'), dinar)).toEqual({
      exact: '0.062219',
      rounded: '0.062',
    });
  });

  test('events that were rated before come before the new ones', () => {
    const before = { usage: each(100), billed: 0n };
    const free = fee({ free_events: 1 });
    expect(cost(free, each(50), { ...events, before }).exact).toBe('1.45');
  });

  test('of a total only, where each event need not be known; else refused', () => {
    const usage = { total: '150', events: 2n };
    const terms = { currency: 'USD', meter: MONEY };
    expect(rate(fee({ fixed_amount: '30' }), usage, terms).exact_amount).toBe('495');
    expect(rate(fee({ free_amount: '100' }), usage, terms).exact_amount).toBe('145');
    for (const values of [
      { free_events: 1 },
      { event_minimum: '1' },
      { event_maximum: '1' },
      { fixed_amount: '1', free_amount: '1' },
      { fixed_amount: '1', included_units: '1' },
    ]) {
      expect(() => rate(fee(values), usage, terms)).toThrow('each event');
    }
  });
});

describe('discount, minimum and maximum', () => {
  const priced = (values: object) => price({ model: 'per_unit', unit_amount: '100', ...values });
  test.each([
    ['a discount', { discount_percent: '12.5' }, {}, '8.75'],
    ['all off', { discount_percent: '100' }, {}, '0'],
    [
      'the discount comes before the minimum',
      { discount_percent: '50', minimum_amount: '800' },
      {},
      '8',
    ],
    [
      'the discount comes before the maximum',
      { discount_percent: '50', maximum_amount: '600' },
      {},
      '5',
    ],
    ['the maximum cuts', { maximum_amount: '600' }, {}, '6'],
    ['the minimum fills', { minimum_amount: '1200' }, {}, '12'],
    ['the minimum is there already', { minimum_amount: '1000' }, {}, '10'],
    ['the minimum waits for the last part', { minimum_amount: '1200' }, { final: false }, '10'],
    ['the minimum is cut to its days', { minimum_amount: '6200' }, { share: days(10n) }, '20'],
    ['the maximum is not', { maximum_amount: '600' }, { share: days(10n) }, '6'],
    ['included units are cut to their days', { included_units: '9' }, { share: days(10n) }, '7'],
  ])('%s', (_name, values, terms, expected) => {
    expect(cost(priced(values), each(10), terms).exact).toBe(expected);
  });
});

test.each([
  ['flat for a whole period', days(31n), '31', '31'],
  ['flat for a part', days(10n), '10', '10'],
  ['flat for a part without a last digit', days(1n, 7n), '4.42857142857143', '4.43'],
])('%s', (_name, share, exact, rounded) => {
  expect(cost(flatPrice('3100'), each(), { share })).toEqual({ exact, rounded });
});

describe('use below zero', () => {
  const priced = price({ model: 'per_unit', unit_amount: '1' });
  const share = price({ model: 'percentage', rate: '1' });

  test('takes off what was there before', () => {
    const before = { usage: each(10), billed: 10n };
    expect(cost(priced, each(-4), { before }).rounded).toBe('-0.04');
  });

  test.each([
    ['in all', priced, ['-1']],
    ['of an event', share, ['5', '-1']],
  ] as const)('%s is refused', (_name, one, used) => {
    expect(() => cost(one, each(...used))).toThrow('below zero');
  });
});

describe('half away from zero, once', () => {
  const priced = price({ model: 'per_unit', unit_amount: '0.5' });
  test.each([
    [1, '0.01'],
    [3, '0.02'],
    [5, '0.03'],
  ])('%i half cents', (used, expected) => {
    expect(cost(priced, each(used)).rounded).toBe(expected);
  });

  test('below zero too, and the parts still come to the whole', () => {
    const before = { usage: each(0), billed: 20n };
    const line = cost(priced, each(21), { before });
    expect(line).toEqual({ exact: '-0.095', rounded: '-0.09' });
  });
});

describe('a line says how it comes about', () => {
  const said = (priced: ReturnType<typeof price>, used: string[], terms: object = {}) =>
    rate(priced, each(...used), { currency: 'USD', meter: CALLS, ...terms }).description;
  const perUnit = (values: object) => price({ model: 'per_unit', unit_amount: '0.2', ...values });

  test.each([
    [
      perUnit({ included_units: '100000' }),
      ['120431'],
      {},
      '120,431 calls: 100,000 included + 20,431 × $0.002 = $40.862, rounded to $40.86',
    ],
    [perUnit({}), ['0'], {}, '0 calls = $0.00'],
    [
      perUnit({}),
      ['1000'],
      { currency: 'KWD' },
      '1,000 calls: 1,000 × KWD\u00a00.0002 = KWD\u00a00.200',
    ],
    [perUnit({}), ['5'], { currency: 'JPY' }, '5 calls: 5 × ¥0.2 = ¥1'],
    [
      graduated,
      ['25'],
      {},
      '25 calls: first 10 × $1.00 + next 10 × $0.50 + next 5 × $0.10 + $5.00 flat fee + ' +
        '$3.00 flat fee over 10 = $23.50',
    ],
    [volume, ['15'], {}, '15 calls: all 15 × $0.50 + $3.00 flat fee over 10 = $10.50'],
    [
      perUnit({ discount_percent: '10', minimum_amount: '6200' }),
      ['1000'],
      { share: days(10n) },
      '1,000 calls: 1,000 × $0.002 − $0.20 (10% discount) + $18.20 up to the minimum of $62.00 ' +
        'for 10 of 31 days = $20.00',
    ],
    [
      perUnit({ maximum_amount: '100' }),
      ['1000'],
      { before: { usage: each('400') } },
      '1,400 calls: 1,400 × $0.002 − $1.80 over the maximum of $1.00 − $0.80 billed already' +
        ' = $0.20',
    ],
    [flatPrice('2900'), [], {}, 'Flat fee: $29.00'],
    [
      flatPrice('1000'),
      [],
      { share: days(10n) },
      'Flat fee: $10.00 for 10 of 31 days = $3.225806…, rounded to $3.23',
    ],
    [
      flatPrice('3000'),
      [],
      { share: { active: 1n, period: 3n, unit: 'second' } },
      'Flat fee: $30.00 for 33.33% of the period = $10.00',
    ],
  ] as const)('%#', (priced, used, terms, expected) => {
    expect(said(priced, [...used], terms)).toBe(expected);
  });

  test('percentages by event', () => {
    const values = { rate: '1.2', fixed_amount: '10', free_events: 3, event_minimum: '175' };
    const priced = price({ model: 'percentage', ...values });
    expect(said(priced, ['200', '100', '100', '50'], { meter: MONEY })).toBe(
      'Payments of $450.00 in 4 events: $400.00 free with 3 events + 1.2% of $50.00 + ' +
        '1 event × $0.10 + $1.05 for 1 event below the minimum of $1.75 = $1.75',
    );
  });

  test('a name that begins with capitals keeps them', () => {
    const meter = { name: 'API calls', scale: 0 };
    expect(said(perUnit({}), ['5'], { meter })).toContain('5 API calls:');
  });
});
