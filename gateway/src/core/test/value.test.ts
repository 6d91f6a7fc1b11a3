import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainReading, scaleValue } from '../value.ts';

const plain = { units: 1, maxValue: 1_000_000_000 };

describe('a value of the upstream is scaled exactly, or not at all', () => {
  test.each([
    ['0', plain, 0],
    ['-0', plain, 0],
    ['0.000', plain, 0],
    ['0e999', plain, 0],
    ['17', plain, 17],
    ['017', plain, 17],
    ['17.0', plain, 17],
    ['1.7e1', plain, 17],
    ['1700E-2', plain, 17],
    ['1000000000', plain, 1_000_000_000],
    // What floating point would make 28.999999999999996.
    ['0.29', { units: 100, maxValue: 10 }, 29],
    ['0.1', { units: 30, maxValue: 10 }, 3],
    ['123.456789012', { units: 1_000_000_000, maxValue: 1_000 }, 123_456_789_012],
  ])('%s at %o is %i', (text, terms, quantity) => {
    expect(scaleValue(text, terms)).toBe(quantity);
  });

  test.each([
    ['-1', 'negative'],
    ['-0.001', 'negative'],
    ['1000000001', 'over_maximum'],
    ['1000000000.5', 'over_maximum'],
    ['1e10', 'over_maximum'],
    ['1e999', 'over_maximum'],
    ['0.5', 'too_fine'],
    ['1e-1', 'too_fine'],
    ['1e-999', 'too_fine'],
    ['', 'not_a_number'],
    [' 1', 'not_a_number'],
    ['+1', 'not_a_number'],
    ['1.', 'not_a_number'],
    ['.5', 'not_a_number'],
    ['1,5', 'not_a_number'],
    ['1 000', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['NaN', 'not_a_number'],
    ['Infinity', 'not_a_number'],
    ['1e', 'not_a_number'],
    ['1e1234', 'not_a_number'],
    ['1\n', 'not_a_number'],
    ['٣', 'not_a_number'],
    ['9'.repeat(41), 'not_a_number'],
    ['ten', 'not_a_number'],
  ])('%j is %s', (text, fault) => {
    expect(scaleValue(text, plain)).toBe(fault);
  });

  test('a product beyond the safe integers is over the maximum', () => {
    const terms = { units: 1_000_000, maxValue: Number.MAX_SAFE_INTEGER };
    expect(scaleValue('9007199254', terms)).toBe(9_007_199_254_000_000);
    expect(scaleValue('9007199255', terms)).toBe('over_maximum');
  });

  test('whatever way a decimal is written, the quantity is the same', () => {
    const decimal = fc.tuple(fc.nat(1_000_000), fc.nat(999_999));
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 6 }), ([whole, part], shift) => {
        const places = String(part).padStart(6, '0');
        const terms = { units: 1_000_000, maxValue: 1_000_000_000 };
        const expected = whole * 1_000_000 + part;
        expect(scaleValue(`${whole}.${places}`, terms)).toBe(expected);
        const digits = `${whole}${places}`;
        const point = digits.length - shift;
        const moved = `${digits.slice(0, point)}.${digits.slice(point)}0e${shift - 6}`;
        expect(scaleValue(moved, terms)).toBe(expected);
      }),
    );
  });
});

describe('a decimal in a header or a text is written plainly', () => {
  test.each(['0', '7', '120', '0.5', '12.500', '-1'])('%s', (text) => {
    expect(plainReading(text)).toEqual({ text });
  });

  test.each([
    ['1e2', 'not_a_number'],
    ['1E+2', 'not_a_number'],
    ['007', 'not_a_number'],
    ['00', 'not_a_number'],
    ['-007', 'not_a_number'],
    ['1.', 'not_a_number'],
    ['1 ', 'not_a_number'],
    ['-0', 'negative'],
    ['-0.00', 'negative'],
  ])('%s is none', (text, fault) => {
    expect(plainReading(text)).toEqual({ fault });
  });
});
