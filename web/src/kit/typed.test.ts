import { expect, test } from 'vitest';
import { isAsShown } from './typed.ts';

test.each([
  ['Acme', 'Acme', true],
  [' Acme ', 'Acme', true],
  ['Acme GmbH', 'Acme  GmbH', true],
  ['Acme GmbH', 'Acme\u00a0GmbH', true],
  ['Caf\u00e9', 'Cafe\u0301', true],
  ['acme', 'Acme', false],
  ['Acme', 'Acme GmbH', false],
  ['', 'Acme', false],
])('%j is %j as it is shown: %s', (typed, wanted, is) => {
  expect(isAsShown(typed, wanted)).toBe(is);
});
