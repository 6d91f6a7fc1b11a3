import type { PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { expect, test } from 'vitest';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import type { MeteringRule } from '../kit/api-types.ts';
import { toHeaderBody, toHeaderValues } from './header-values.ts';
import { toMeteringBody, toMeteringValues } from './metering-values.ts';
import { methodsOf, toRouteBody, toRouteValues } from './route-values.ts';
import { priceField } from './price-values.ts';
import { toBody, toValues } from './version-values.ts';

const USAGE = {
  meter_id: 'mtr_requests',
  included_units: '100000',
  minimum_amount: '5000',
  maximum_amount: null,
  discount_percent: '12.5',
};
const EVENTS = {
  fixed_amount: '30',
  free_events: 3,
  free_amount: '500',
  event_minimum: '0.5',
  event_maximum: null,
  quantity_in: 'minor',
} as const;

const VERSION: PlanVersion = {
  id: 'plv_1',
  plan_id: 'pln_1',
  number: 1,
  state: 'draft',
  currency: 'USD',
  trial_days: 14,
  proration: 'day',
  published_at: null,
  prices: [
    { id: 'prc_1', model: 'flat', meter_id: null, amount: '2900', billed: 'in_arrears' },
    { id: 'prc_2', model: 'per_unit', ...USAGE, unit_amount: '0.000000000001' },
    {
      id: 'prc_3',
      model: 'graduated',
      ...USAGE,
      tiers: [
        { up_to: '1000', unit_amount: '0.2', flat_amount: '0' },
        { up_to: null, unit_amount: '0.1', flat_amount: '500' },
      ],
      zero_usage_flat: 'waived',
    },
    {
      id: 'prc_4',
      model: 'volume',
      ...USAGE,
      tiers: [{ up_to: null, unit_amount: '0', flat_amount: '0.25' }],
      zero_usage_flat: 'due',
    },
    {
      id: 'prc_5',
      model: 'package',
      ...USAGE,
      package_size: '1000',
      package_amount: '500',
      package_rounding: 'down',
    },
    {
      id: 'prc_6',
      model: 'graduated_package',
      ...USAGE,
      package_rounding: 'up',
      tiers: [
        { up_to: '10', package_size: '5', package_amount: '1', flat_amount: '0' },
        { up_to: null, package_size: '0.5', package_amount: '0.01', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
    { id: 'prc_7', model: 'percentage', ...USAGE, ...EVENTS, rate: '2.9' },
    {
      id: 'prc_8',
      model: 'graduated_percentage',
      ...USAGE,
      ...EVENTS,
      tiers: [
        { up_to: '1000', rate: '3', flat_amount: '100' },
        { up_to: null, rate: '2.5', flat_amount: '0' },
      ],
      zero_usage_flat: 'waived',
    },
  ],
  entitlements: [
    {
      id: 'ent_1',
      kind: 'quota',
      meter_id: 'mtr_requests',
      limit: '10000',
      window: 'month',
      scope: 'customer',
      enforcement: 'hard',
      on_unreachable: 'refuse',
    },
    {
      id: 'ent_4',
      kind: 'quota',
      meter_id: 'mtr_requests',
      limit: null,
      window: 'billing_period',
      scope: 'key',
      enforcement: 'unlimited',
      on_unreachable: 'refuse',
    },
    { id: 'ent_2', kind: 'rate_limit', rate_per_second: '0.5', burst: 3, on_unreachable: 'admit' },
    { id: 'ent_3', kind: 'feature', feature: 'sso' },
  ],
};

test('a version that is opened and saved again is the same version, whatever its prices', () => {
  const withoutId = ({ id: _, ...rest }: { id: string }): object => rest;
  expect(toBody(toValues(VERSION, 'mtr_other'))).toEqual({
    currency: 'USD',
    trial_days: 14,
    proration: 'day',
    prices: VERSION.prices.map(withoutId),
    entitlements: VERSION.entitlements.map(withoutId),
  });
});

test('a currency of three decimals too', () => {
  const dinars = { ...VERSION, currency: 'KWD' };
  const values = toValues(dinars, 'mtr_other');
  expect(values.prices[0]?.amount).toBe('2.9');
  expect(toBody(values)).toEqual({ ...toBody(toValues(VERSION, 'mtr_other')), currency: 'KWD' });
});

test('a refused amount lands at the amount that was typed', () => {
  expect(priceField('prices.1.unit_amount')).toBe('prices.1.amount');
  expect(priceField('prices.1.package_amount')).toBe('prices.1.amount');
  expect(priceField('prices.1.tiers.2.unit_amount')).toBe('prices.1.tiers.2.amount');
  expect(priceField('prices.1.meter_id')).toBe('prices.1.meter_id');
  expect(priceField('prices.1.tiers.2.up_to')).toBe('prices.1.tiers.2.up_to');
});

test('a new route asks for what the API would assume', () => {
  const body = toRouteBody({ ...toRouteValues(undefined), name: 'Echo', path_pattern: '/echo' });
  expect(body).toMatchObject({
    methods: ['*'],
    metering: [{ meter: 'requests', source: 'request', units: 1 }],
    billable_outcomes: ['ok'],
    strip_prefix: null,
  });
  expect(body).not.toHaveProperty('max_body_bytes');
});

test('a rule of any source that is opened and saved again is the same rule', () => {
  const late = { meter: 'tokens', units: 0.000001, max_cost: 128_000 };
  const told = { ...late, fallback: 0.5, max_value: 1_000_000_000_000 };
  const rules: MeteringRule[] = [
    { meter: 'requests', source: 'request', units: 1 },
    { meter: 'bytes', source: 'request_bytes', units: 2.5 },
    { source: 'response_bytes', ...late, max_cost: null },
    { source: 'request_messages', ...late },
    { source: 'response_messages', ...late, max_cost: null },
    { source: 'duration', ...late },
    { source: 'response_header', header: 'x-cost', ...told },
    { source: 'response_json', pointer: '/usage/a~1b', ...told },
    { source: 'response_sse', pointer: '', ...told, max_cost: null },
  ];
  expect(rules.map((rule) => toMeteringBody(toMeteringValues(rule)))).toEqual(rules);
});

test('a header rule that is opened and saved again is the same rule', () => {
  const rules: Route['request_headers'] = [
    { op: 'set', name: 'X-A', value: '1' },
    { op: 'add', name: 'Authorization', secret: 'upstream-key', prefix: 'Bearer ' },
    { op: 'set', name: 'X-Key', secret: 'upstream-key' },
    { op: 'remove', name: 'Cookie' },
  ];
  expect(rules.map((rule) => toHeaderBody(toHeaderValues(rule)))).toEqual(rules);
});

test('of the ways a path can go only the chosen one is sent', () => {
  const values = { ...toRouteValues(undefined), strip_prefix: '/a', rewrite_path: '/b' };
  expect(toRouteBody(values)).toMatchObject({ strip_prefix: null, rewrite_path: null });
  expect(toRouteBody({ ...values, path: 'rewritten' })).toMatchObject({
    strip_prefix: null,
    rewrite_path: '/b',
  });
});

test('methods are read as people write them', () => {
  expect(methodsOf('get, post  PUT')).toEqual(['GET', 'POST', 'PUT']);
  expect(methodsOf(' ')).toEqual(['*']);
});
