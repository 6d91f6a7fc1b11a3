import type { PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import { expect, test } from 'vitest';
import { ladderOf } from './price-ladder.ts';
import type { UsageTerms } from './price-words.ts';

const METERS = [{ id: 'mtr_requests', name: 'Requests', unit: 'request' }];
const TIERS = [
  { up_to: '1000', unit_amount: '10', flat_amount: '0' },
  { up_to: '5000', unit_amount: '5', flat_amount: '100' },
  { up_to: null, unit_amount: '1', flat_amount: '0' },
];

function rungs(price: object, used: string | undefined, included = '0') {
  const usual = { meter_id: 'mtr_requests', included_units: included };
  const whole = { ...usual, ...price } as PriceTerms as UsageTerms;
  const ladder = ladderOf({ price: whole, currency: 'USD', meters: METERS, included, used });
  return ladder.map(({ from, upTo, used: of, here }) => [from, upTo, of, here]);
}

test.each([
  ['0', ['0', '0', '0'], 0],
  ['999', ['999', '0', '0'], 0],
  ['1000', ['1000', '0', '0'], 1],
  ['5000.5', ['1000', '4000', '0.5'], 2],
])('of %s units each rung has its part, and the next unit its rung', (used, parts, next) => {
  const ladder = rungs({ model: 'graduated', tiers: TIERS }, used);
  expect(ladder.map(([, , of]) => of)).toEqual(parts);
  expect(ladder.findIndex(([, , , here]) => here)).toBe(next);
});

test('units that are included come first, and move the bounds of the others', () => {
  expect(rungs({ model: 'graduated', tiers: TIERS }, '700', '500')).toEqual([
    ['0', '500', '500', false],
    ['500', '1500', '200', true],
    ['1500', '5500', '0', false],
    ['5500', null, '0', false],
  ]);
  expect(rungs({ model: 'per_unit', unit_amount: '1' }, '3', '500')).toEqual([
    ['0', '500', '3', true],
    ['500', null, '0', false],
  ]);
});

test.each([
  ['0', '0', [['0'], [null], [null]]],
  ['1000', '0', [['1000'], [null], [null]]],
  ['1001', '0', [[null], ['1001'], [null]]],
  ['1501', '500', [['500'], [null], ['1001'], [null]]],
])('of %s units, %s included, the tier that is reached prices all', (used, included, parts) => {
  const ladder = rungs({ model: 'volume', tiers: TIERS }, used, included);
  expect(ladder.map(([, , of]) => [of])).toEqual(parts);
});

test('what is not known yet is not zero', () => {
  const ladder = rungs({ model: 'graduated', tiers: TIERS }, undefined);
  expect(ladder.every(([, , used, here]) => used === null && here === false)).toBe(true);
});
