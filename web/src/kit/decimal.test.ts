import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDecimals, ratio, remaining, shiftPoint, sum } from './decimal.ts';

test.each([
  ['0.2', -2, '0.002'],
  ['2900', -2, '29'],
  ['29', 2, '2900'],
  ['0.002', 2, '0.2'],
  ['-1.50', 1, '-15'],
  ['0', -6, '0'],
  ['123456789012345678901234567890', -2, '1234567890123456789012345678.9'],
])('moving the point of %s by %i gives %s', (text, places, moved) => {
  expect(shiftPoint(text, places)).toBe(moved);
});

test('moving the point there and back changes nothing', () => {
  const whole = fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String);
  fc.assert(
    fc.property(whole, fc.integer({ min: -20, max: 20 }), (text, places) => {
      expect(shiftPoint(shiftPoint(text, places), -places)).toBe(text);
    }),
  );
});

test.each(['', '1e5', '1.', '.5', ' 1', 'NaN', '1,000'])('%j is refused, not guessed', (text) => {
  expect(() => shiftPoint(text, 2)).toThrow(RangeError);
});

test('a share of nothing is unknown, not zero', () => {
  expect(ratio('5', '0')).toBeUndefined();
  expect(ratio('0', '10')).toBe(0);
  expect(ratio('9007199254740993', '18014398509481986')).toBe(0.5);
});

test('what is left of an allowance is exact and never negative', () => {
  expect(remaining('9007199254740993', '1')).toBe('9007199254740992');
  expect(remaining('1', '1.5')).toBe('0');
  expect(remaining('0.3', '0.1')).toBe('0.2');
});

test('sums are exact', () => {
  expect(sum('9007199254740993', '0.1')).toBe('9007199254740993.1');
  expect(sum('0.1', '0.2')).toBe('0.3');
  expect(sum('0', '0')).toBe('0');
});

test('decimals compare by value', () => {
  expect(compareDecimals('10', '9.999')).toBe(1);
  expect(compareDecimals('1.0', '1')).toBe(0);
  expect(compareDecimals('-1', '0')).toBe(-1);
});
