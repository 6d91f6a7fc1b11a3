import { expect, test } from 'vitest';
import { ApiError } from '../kit/api-error.ts';
import {
  askedPreview,
  emptyTrial,
  faultsInWords,
  quantitiesIn,
  type Trial,
} from './price-trial.ts';
import { emptyPrice, priceInput, typedPrice } from './price-values.ts';

test.each([
  ['100', ['100']],
  [' 100, 20 x 0.5 ;7', ['100', ...Array(20).fill('0.5'), '7']],
  ['2×5, 3*1', ['5', '5', '1', '1', '1']],
  ['100,', ['100']],
  ['', undefined],
  ['100 200', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['x 5', undefined],
  ['1001 x 5', undefined],
  ['999 x 5, 2 x 5', undefined],
])('%j is the events %j', (text, quantities) => {
  expect(quantitiesIn(text)).toEqual(quantities);
});

const perUnit = { ...emptyPrice('mtr_requests'), model: 'per_unit' as const, amount: '0.002' };
const percentage = { ...perUnit, model: 'percentage' as const, rate: '2.9' };
const asked = (price: typeof perUnit | typeof percentage, trial: Partial<Trial>) => {
  const { price: _, ...rest } =
    askedPreview(priceInput(price, 'USD'), 'USD', { ...emptyTrial, ...trial }) ?? {};
  return rest;
};

test.each([
  [{ quantity: '120,431' }, { quantity: '120431' }],
  [{ quantity: '1,000.5' }, { quantity: '1000.5' }],
  [{ quantity: '1,00' }, undefined],
  [{ quantity: '' }, undefined],
  [
    { quantity: '5', rated: '7', billed: '0.05' },
    { quantity: '5', already_rated_quantity: '7', already_billed_amount: '5' },
  ],
  [
    { quantity: '5', active_days: '10', period_days: '31' },
    { quantity: '5', active_days: 10, period_days: 31 },
  ],
  [{ quantity: '5', active_days: '10' }, undefined],
  [{ quantity: '5', billed: 'much' }, undefined],
  [{ quantity: '5', rated: 'some' }, undefined],
])('typed %j asks for %j', (trial, expected) => {
  expect(asked(perUnit, trial)).toEqual(
    expected === undefined ? {} : { currency: 'USD', ...expected },
  );
});

test('of a percentage each event is asked about', () => {
  expect(asked(percentage, { quantity: '100, 2 x 5', rated: '7' })).toEqual({
    currency: 'USD',
    quantities: ['100', '5', '5'],
    already_rated_quantities: ['7'],
  });
});

test('a price is nothing to ask about until it is typed', () => {
  expect(typedPrice({ ...perUnit, amount: '' }, 'USD')).toBeUndefined();
  expect(typedPrice({ ...perUnit, amount: '1.' }, 'USD')).toBeUndefined();
  expect(typedPrice({ ...perUnit, included_units: 'some' }, 'USD')).toBeUndefined();
  expect(typedPrice({ ...percentage, rate: '' }, 'USD')).toBeUndefined();
  expect(typedPrice({ ...percentage, free_events: '1.5' }, 'USD')).toBeUndefined();
  expect(typedPrice({ ...perUnit, model: 'graduated' }, 'USD')).toBeUndefined();
  expect(typedPrice(perUnit, 'USD')).toEqual(priceInput(perUnit, 'USD'));
});

test('a refusal says which field of which tier', () => {
  const fields = [
    { path: 'price.tiers.1.up_to', message: 'is not above the tier before' },
    { path: 'quantity', message: 'has more than the 0 decimal places of the meter' },
  ];
  const error = new ApiError({ status: 400, code: 'invalid_request', title: 'Not valid', fields });
  expect(faultsInWords(error)).toBe(
    'Tier 2, up to is not above the tier before. ' +
      'Quantity has more than the 0 decimal places of the meter.',
  );
});
