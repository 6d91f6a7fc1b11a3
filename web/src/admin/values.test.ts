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
  interval_months: 3,
  proration: 'day',
  threshold_amount: '12345',
  kind: 'plan',
  charged: 'recurring',
  customer_id: 'cus_1',
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
    { id: 'ent_4', kind: 'included_units', meter_id: 'mtr_tokens', units: '1.5' },
  ],
};

test('a version that is opened and saved again is the same version, whatever its prices', () => {
  const withoutId = ({ id: _, ...rest }: { id: string }): object => rest;
  expect(toBody(toValues(VERSION, 'mtr_other'))).toEqual({
    currency: 'USD',
    trial_days: 14,
    interval_months: 3,
    proration: 'day',
    threshold_amount: '12345',
    charged: 'recurring',
    customer_id: 'cus_1',
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

test('a route with every setting that is opened and saved again is the same route', () => {
  const settings = {
    upstreams: [
      {
        url: 'https://a.test',
        weight: 3,
        tls: { ca: 'PEM\n', certificate: 'PEM\n', key: 'a-key', server_name: 'a.internal' },
      },
      { url: 'http://b.test', weight: 1 },
      {
        url: 'https://c.test',
        weight: 1,
        tls: { ca: 'PEM\n', certificate: null, key: null, server_name: null },
      },
    ],
    connect_timeout_ms: 500,
    timeout_ms: 1_000,
    idle_timeout_ms: 60_000,
    total_timeout_ms: 120_000,
    health_check: {
      ...{ path: '/healthz', interval_ms: 5_000, timeout_ms: 500 },
      ...{ healthy_after: 1, unhealthy_after: 4 },
    },
    circuit_breaker: { failures: 2, open_ms: 3_000 },
    retries: { attempts: 2, statuses: [503], budget_percent: 10 },
    maintenance: { retry_after_s: 90, message: 'Back at noon' },
    ip_allow: ['10.0.0.0/8', '2001:db8::/32'],
    ip_deny: ['10.1.0.0/16'],
    required_scopes: ['orders:read', 'orders:write'],
    cors: {
      ...{ origins: ['https://a.test', 'https://*.b.test'], headers: ['x-a'], expose: ['x-b'] },
      ...{ credentials: true, max_age_s: 60 },
    },
    key_location: { header: null, bearer: false, query: 'api_key' },
    billed_once: true,
  };
  const fields = { ...settings, metering: [{ meter: 'm', source: 'request', units: 1 }] };
  const route = { ...fields, methods: ['*'], billable_outcomes: ['ok'] } as unknown as Route;
  const body = toRouteBody(toRouteValues(route));
  expect(body).toMatchObject(settings);
  const plain = { ...toRouteBody(toRouteValues(undefined)) };
  expect(plain).toMatchObject({ retries: null, cors: null, maintenance: null, ip_allow: [] });
});

test('methods are read as people write them', () => {
  expect(methodsOf('get, post  PUT')).toEqual(['GET', 'POST', 'PUT']);
  expect(methodsOf(' ')).toEqual(['*']);
});
