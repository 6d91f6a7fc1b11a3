import type { PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import { expect, test } from 'vitest';
import { priceInWords } from './price-words.ts';

const METERS = [{ id: 'mtr_requests', name: 'Requests', unit: 'request' }];
const USAGE = {
  meter_id: 'mtr_requests',
  included_units: '0',
  minimum_amount: null,
  maximum_amount: null,
  discount_percent: '0',
};
const EVENTS = {
  fixed_amount: '0',
  free_events: 0,
  free_amount: '0',
  event_minimum: null,
  event_maximum: null,
  quantity_in: 'major',
} as const;
const unitTiers = [
  { up_to: '1000', unit_amount: '1', flat_amount: '500' },
  { up_to: null, unit_amount: '0.5', flat_amount: '0' },
];
const tiers = { tiers: unitTiers, zero_usage_flat: 'due' } as const;

const WORDS: [PriceTerms, string][] = [
  [
    { model: 'flat', meter_id: null, amount: '2900', billed: 'in_advance' },
    '$29.00 USD per period',
  ],
  [
    { model: 'flat', meter_id: null, amount: '2900', billed: 'in_arrears' },
    '$29.00 USD per period, billed at its end',
  ],
  [
    { model: 'per_unit', ...USAGE, included_units: '1000', unit_amount: '0.2' },
    '$0.002 USD per request after 1,000 included',
  ],
  [
    {
      model: 'per_unit',
      ...USAGE,
      unit_amount: '0.2',
      minimum_amount: '500',
      maximum_amount: '9900',
      discount_percent: '12.5',
    },
    '$0.002 USD per request, 12.5% off, at least $5.00 USD per period, ' +
      'at most $99.00 USD per period',
  ],
  [
    { model: 'graduated', ...USAGE, ...tiers, included_units: '50' },
    '50 included, then $0.01 USD per request + $5.00 USD flat up to 1,000, ' +
      'then $0.005 USD per request',
  ],
  [
    { model: 'volume', ...USAGE, ...tiers },
    '$0.01 USD per request + $5.00 USD flat up to 1,000, then $0.005 USD per request, ' +
      'the tier reached pricing all',
  ],
  [
    {
      model: 'package',
      ...USAGE,
      package_size: '1000',
      package_amount: '500',
      package_rounding: 'up',
    },
    '$5.00 USD per 1,000 requests, rounded up',
  ],
  [
    {
      model: 'graduated_package',
      ...USAGE,
      package_rounding: 'down',
      tiers: [
        { up_to: '5000', package_size: '1000', package_amount: '500', flat_amount: '0' },
        { up_to: null, package_size: '100', package_amount: '25', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
    '$5.00 USD per 1,000 requests up to 5,000, then $0.25 USD per 100 requests, rounded down',
  ],
  [
    {
      model: 'percentage',
      ...USAGE,
      ...EVENTS,
      rate: '2.9',
      fixed_amount: '30',
      free_events: 3,
      free_amount: '500',
      event_minimum: '50',
      event_maximum: '1000',
    },
    '2.9% of requests + $0.30 USD per event, 3 events free, the first 500 free, ' +
      'at least $0.50 USD per event, at most $10.00 USD per event',
  ],
  [
    {
      model: 'graduated_percentage',
      ...USAGE,
      ...EVENTS,
      zero_usage_flat: 'due',
      tiers: [
        { up_to: '1000', rate: '3', flat_amount: '0' },
        { up_to: null, rate: '2', flat_amount: '0' },
      ],
    },
    '3% of requests up to 1,000, then 2% of requests',
  ],
];

test.each(WORDS)('%j', (price, words) => {
  expect(priceInWords(price, 'USD', METERS)).toBe(words);
});
