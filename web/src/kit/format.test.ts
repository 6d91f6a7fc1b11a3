import { minorDigits as ofTheApi } from '@tollgate/billing-core/contract/currency.ts';
import { expect, test } from 'vitest';
import { minorDigits } from './currency.ts';
import {
  formatAge,
  formatMoney,
  formatNumber,
  formatPercent,
  majorToMinor,
  minorToMajor,
} from './format.ts';

test('a count past 2^53 keeps every digit', () => {
  expect(formatNumber('9007199254740993')).toBe('9,007,199,254,740,993');
  expect(formatNumber('12345.678901234567')).toBe('12,345.678901234567');
});

test.each([
  ['2900', 'USD', '$29.00 USD'],
  ['0.2', 'USD', '$0.002 USD'],
  ['0.000000000001', 'USD', '$0.00000000000001 USD'],
  ['500', 'JPY', '¥500 JPY'],
  ['123456789012345678', 'EUR', '€1,234,567,890,123,456.78 EUR'],
])('%s minor units of %s read %s', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});

test('typed amounts and minor units are the same money', () => {
  expect(majorToMinor('0.002', 'USD')).toBe('0.2');
  expect(minorToMajor('0.2', 'USD')).toBe('0.002');
  expect(majorToMinor('500', 'JPY')).toBe('500');
});

test.each([
  ['100', 'HUF', 'HUF\u00a01.00 HUF'],
  ['1', 'KWD', 'KWD\u00a00.001 KWD'],
])('%s minor units of %s are those of ISO 4217, which Intl would show otherwise', (...money) => {
  const [minor, currency, text] = money;
  expect(formatMoney(minor, currency)).toBe(text);
});

test('the minor units of every currency are those of the API', () => {
  for (const currency of Intl.supportedValuesOf('currency')) {
    expect([currency, minorDigits(currency)]).toEqual([currency, ofTheApi(currency)]);
  }
});

test('a small share above zero never reads as 0%', () => {
  expect(formatPercent(0.00001)).toBe('<0.01%');
  expect(formatPercent(0.0004)).toBe('0.04%');
  expect(formatPercent(0)).toBe('0%');
});

test.each([
  [0, 'just now'],
  [12.7, '12 s ago'],
  [120, '2 min ago'],
  [7200, '2 h ago'],
])('%d s is %s', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});
