import { expect, test } from 'vitest';
import { meterLabel } from './meter-label.ts';

const METERS = [
  { slug: 'requests', name: 'Requests' },
  { slug: 'tokens_in', name: 'Tokens' },
  { slug: 'tokens_out', name: 'tokens ' },
];

test('meters of one name are told apart by their slugs, others need none', () => {
  expect(METERS.map((meter) => meterLabel(meter, METERS))).toEqual([
    'Requests',
    'Tokens (tokens_in)',
    'tokens  (tokens_out)',
  ]);
});
