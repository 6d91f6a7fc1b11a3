import type { Coupon } from '@tollgate/billing-core/contract/coupon.ts';
import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { ago, DAY_MS, mint } from './state.ts';

function plan(fields: Partial<Plan> & Pick<Plan, 'slug' | 'name' | 'versions'>): Plan {
  const keeps = {
    unpaid_action: 'keep' as const,
    unpaid_rate_per_second: null,
    pausable: false,
  };
  const base = {
    description: '',
    kind: 'plan' as const,
    self_serve: true,
    self_serve_default: false,
    ...keeps,
  };
  return { id: mint('pln'), created_at: ago(60 * DAY_MS), ...base, ...fields };
}

function version(planId: string, fields: Partial<PlanVersion>): PlanVersion {
  return {
    id: mint('plv'),
    plan_id: planId,
    number: 1,
    state: 'published',
    currency: 'USD',
    trial_days: 0,
    interval_months: 1,
    proration: 'second',
    threshold_amount: null,
    kind: 'plan',
    charged: 'recurring',
    customer_id: null,
    published_at: ago(40 * DAY_MS),
    prices: [],
    entitlements: [],
    ...fields,
  };
}

/** The plan new customers start on. */
export function freePlan(): Plan {
  const free = plan({ slug: 'free', name: 'Free', versions: [], self_serve_default: true });
  free.versions.push(
    version(free.id, {
      entitlements: [
        {
          id: mint('ent'),
          kind: 'quota',
          meter_id: 'mtr_requests',
          limit: '10000',
          window: 'month',
          scope: 'customer',
          enforcement: 'hard',
          on_unreachable: 'refuse',
        },
        {
          id: mint('ent'),
          kind: 'rate_limit',
          rate_per_second: '10',
          burst: 20,
          on_unreachable: 'admit',
        },
      ],
    }),
  );
  return free;
}

/** A plan with a published version and a draft. */
export function proPlan(): Plan {
  const pro = plan({ slug: 'pro', name: 'Pro', description: 'For production', versions: [] });
  const first = version(pro.id, {
    prices: [
      { id: mint('prc'), model: 'flat', meter_id: null, amount: '2900', billed: 'in_advance' },
      {
        id: mint('prc'),
        model: 'per_unit',
        meter_id: 'mtr_requests',
        unit_amount: '0.2',
        included_units: '100000',
        minimum_amount: null,
        maximum_amount: null,
        discount_percent: '0',
      },
    ],
    entitlements: [
      {
        id: mint('ent'),
        kind: 'quota',
        meter_id: 'mtr_requests',
        limit: '1000000',
        window: 'month',
        scope: 'customer',
        enforcement: 'hard',
        on_unreachable: 'refuse',
      },
      {
        id: mint('ent'),
        kind: 'quota',
        meter_id: 'mtr_requests',
        limit: '40000',
        window: 'day',
        scope: 'key',
        enforcement: 'soft',
        on_unreachable: 'refuse',
      },
      {
        id: mint('ent'),
        kind: 'quota',
        meter_id: 'mtr_requests',
        limit: null,
        window: 'billing_period',
        scope: 'customer',
        enforcement: 'unlimited',
        on_unreachable: 'refuse',
      },
      {
        id: mint('ent'),
        kind: 'rate_limit',
        rate_per_second: '50',
        burst: 100,
        on_unreachable: 'admit',
      },
      { id: mint('ent'), kind: 'feature', feature: 'sso' },
    ],
  });
  const draft = version(pro.id, { ...first, id: mint('plv'), number: 2, state: 'draft' });
  pro.versions.push(first, { ...draft, published_at: null });
  return pro;
}

/** A draft that is being priced: tiers, packages, a share of payments. */
export function tieredPlan(): Plan {
  const tiered = plan({ slug: 'tiered', name: 'Tiered', versions: [], self_serve: false });
  const usage = {
    meter_id: 'mtr_requests',
    included_units: '1000',
    minimum_amount: '500',
    maximum_amount: null,
    discount_percent: '0',
  };
  const prices: PlanVersion['prices'] = [
    {
      id: mint('prc'),
      model: 'graduated',
      ...usage,
      tiers: [
        { up_to: '10000', unit_amount: '0.2', flat_amount: '500' },
        { up_to: '100000', unit_amount: '0.1', flat_amount: '0' },
        { up_to: null, unit_amount: '0.05', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
    {
      id: mint('prc'),
      model: 'percentage',
      ...usage,
      fixed_amount: '30',
      free_events: 3,
      free_amount: '0',
      event_minimum: null,
      event_maximum: '1000',
      quantity_in: 'minor',
      rate: '2.9',
    },
  ];
  const draft = { state: 'draft', published_at: null, proration: 'day', prices } as const;
  tiered.versions.push(
    version(tiered.id, draft),
    version(tiered.id, { prices, number: 2, state: 'published' }),
  );
  return tiered;
}

/** Routes of the demo upstream. */
export function routes(): Route[] {
  return [
    route({ name: 'Weather', path_pattern: '/demo/*', strip_prefix: '/demo' }),
    route({ name: 'Echo', path_pattern: '/v1/echo/*', methods: ['POST'], state: 'disabled' }),
  ];
}

/** @returns a route with what the API assumes for the rest. */
export function route(fields: Partial<Route>): Route {
  return {
    id: mint('rte'),
    version: 1,
    name: 'Route',
    state: 'active',
    host: '*',
    path_pattern: '/*',
    methods: ['*'],
    upstream_url: 'http://127.0.0.1:4003',
    upstreams: [{ url: fields.upstream_url ?? 'http://127.0.0.1:4003', weight: 1 }],
    strip_prefix: null,
    rewrite_path: null,
    request_headers: [],
    response_headers: [],
    cost_headers: false,
    billed_once: false,
    connect_timeout_ms: 10_000,
    idle_timeout_ms: null,
    total_timeout_ms: null,
    health_check: null,
    circuit_breaker: null,
    retries: null,
    maintenance: null,
    ip_allow: [],
    ip_deny: [],
    required_scopes: [],
    required_features: [],
    cors: null,
    jwt: null,
    key_location: { header: 'x-api-key', bearer: true, query: null },
    metering: [{ meter: 'requests', source: 'request', units: 1 }],
    billable_outcomes: ['ok'],
    timeout_ms: 30_000,
    max_body_bytes: 10_485_760,
    public: false,
    certificates_expire_at: null,
    created_at: ago(30 * DAY_MS),
    updated_at: ago(3 * DAY_MS),
    ...fields,
  };
}

export const vat = (): TaxRate => ({
  id: mint('txr'),
  name: 'VAT',
  percent: '19',
  inclusive: false,
  state: 'active',
  created_at: ago(30 * DAY_MS),
});

export const spring = (): Coupon => ({
  id: mint('cpn'),
  slug: 'spring',
  name: 'Spring',
  percent_off: '12.5',
  amount_off: null,
  currency: null,
  invoices: 3,
  redeem_by: null,
  redemptions_max: null,
  redemptions: 0,
  state: 'active',
  created_at: ago(30 * DAY_MS),
});
