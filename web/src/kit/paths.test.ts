import { expect, test } from 'vitest';
import { fieldPath } from './field-path.ts';
import { paths, safeReturnTo } from './paths.ts';

test.each(['/c/cus_1/usage?range=7d', '/admin/plans', '/'])(
  '%s is a place to come back to',
  (to) => {
    expect(safeReturnTo(to)).toBe(to);
  },
);

test.each([
  undefined,
  '',
  'https://evil.example',
  '//evil.example',
  String.raw`/\evil.example`,
  '/\t/evil.example',
  'javascript:alert(1)',
  '/sign-in?return_to=/sign-in',
])('%j is not', (to) => {
  expect(safeReturnTo(to)).toBeUndefined();
});

test('ids in paths are escaped', () => {
  expect(paths.overview('a/../b')).toBe('/c/a%2F..%2Fb');
  expect(paths.usage('c', { range: '7d', key_id: undefined })).toBe('/c/c/usage?range=7d');
});

test.each([
  ['/prices/0/amount', 'prices.0.amount'],
  ['body.prices[0].amount', 'prices.0.amount'],
  ['prices.0.amount', 'prices.0.amount'],
  ['name', 'name'],
])('the field %s of a refusal is the form field %s', (path, field) => {
  expect(fieldPath(path)).toBe(field);
});
