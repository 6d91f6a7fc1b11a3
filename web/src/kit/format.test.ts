import { minorDigits as ofTheApi } from '@tollgate/billing-core/contract/currency.ts';
import { expect, test } from 'vitest';
import { minorDigits } from './currency.ts';
import {
  formatAge,
  formatInZone,
  formatMoney,
  formatNumber,
  formatPercent,
  formatRangeInZone,
  formatSpan,
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

test.each([
  ['2026-11-30T23:00:00Z', 'Europe/Berlin', 'Dec 1, 00:00 Berlin'],
  ['2026-12-01T05:00:00Z', 'America/New_York', 'Dec 1, 00:00 New York'],
  ['2026-11-30T18:15:00Z', 'Asia/Kathmandu', 'Dec 1, 00:00 Kathmandu'],
  ['2026-12-01T00:00:00Z', 'UTC', 'Dec 1, 00:00 UTC'],
])('%s in %s is %s, wherever the reader is', (iso, zone, text) => {
  expect(formatInZone(iso, zone)).toBe(text);
});

test('both ends of a period are on the same clocks, over summer time too', () => {
  const [start, end] = ['2026-03-10T08:00:00Z', '2026-04-10T07:00:00Z'];
  expect(formatRangeInZone(start, end, 'Europe/Berlin')).toBe(
    'Mar 10, 09:00 – Apr 10, 09:00 Berlin',
  );
});

test.each([
  [0.4, 'under 1 s'],
  [12.7, '12 s'],
  [150, '2 min'],
  [7_300, '2 h'],
  [300_000, '3 days'],
])('%d s is %s long', (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});
