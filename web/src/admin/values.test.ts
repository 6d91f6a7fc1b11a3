import type { PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { expect, test } from 'vitest';
import type { MeteringRule } from '../kit/api-types.ts';
import { toMeteringBody, toMeteringValues } from './metering-values.ts';
import { methodsOf, toRouteBody, toRouteValues } from './route-values.ts';
import { formField, toBody, toValues } from './version-values.ts';

const VERSION: PlanVersion = {
  id: 'plv_1',
  plan_id: 'pln_1',
  number: 1,
  state: 'draft',
  currency: 'USD',
  trial_days: 14,
  published_at: null,
  prices: [
    { id: 'prc_1', model: 'flat', meter_id: null, amount: '2900' },
    {
      id: 'prc_2',
      model: 'per_unit',
      meter_id: 'mtr_requests',
      unit_amount: '0.000000000001',
      included_units: '100000',
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
    { id: 'ent_2', kind: 'rate_limit', rate_per_second: '0.5', burst: 3 },
    { id: 'ent_3', kind: 'feature', feature: 'sso' },
  ],
};

test('a version that is opened and saved again is the same version', () => {
  const withoutId = ({ id: _, ...rest }: { id: string }): object => rest;
  const { meter_id: _, ...flat } = withoutId(VERSION.prices[0]!) as { meter_id: null };
  expect(toBody(toValues(VERSION, 'mtr_requests'))).toEqual({
    currency: 'USD',
    trial_days: 14,
    prices: [flat, withoutId(VERSION.prices[1]!)],
    entitlements: VERSION.entitlements.map(withoutId),
  });
});

test('a refused unit amount lands at the amount that was typed', () => {
  expect(formField('prices.1.unit_amount')).toBe('prices.1.amount');
  expect(formField('prices.1.meter_id')).toBe('prices.1.meter_id');
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
    { source: 'duration', ...late },
    { source: 'response_header', header: 'x-cost', ...told },
    { source: 'response_json', pointer: '/usage/a~1b', ...told },
    { source: 'response_sse', pointer: '', ...told, max_cost: null },
  ];
  expect(rules.map((rule) => toMeteringBody(toMeteringValues(rule)))).toEqual(rules);
});

test('methods are read as people write them', () => {
  expect(methodsOf('get, post  PUT')).toEqual(['GET', 'POST', 'PUT']);
  expect(methodsOf(' ')).toEqual(['*']);
});
