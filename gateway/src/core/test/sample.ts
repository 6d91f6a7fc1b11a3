import type { KeyFact, QuotaFact, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type { AdmissionRequest } from '../../ports.ts';

/** A route and a key's facts for tests of the till; override what the test is about. */
export const METER = 'mtr_requests';
export const CUSTOMER = 'cus_000000000000000000000001';

export const route = (more: Partial<RouteFact> = {}): RouteFact => ({
  id: 'rte_1',
  version: 1,
  name: 'echo',
  host: '*',
  path_pattern: '/*',
  methods: ['*'],
  upstream_url: 'http://127.0.0.1:1',
  strip_prefix: null,
  metering: [{ meter_id: METER, source: 'request', units: 1 }],
  billable_outcomes: ['ok'],
  timeout_ms: 1_000,
  max_body_bytes: 1_000,
  public: false,
  ...more,
});

export const quota = (more: Partial<QuotaFact> = {}): QuotaFact => ({
  meter_id: METER,
  meter_slug: 'requests',
  meter_unit: 'request',
  meter_scale: 0,
  window: 'month',
  scope: 'customer',
  turns: [],
  limit: 100,
  enforcement: 'hard',
  on_unreachable: 'refuse',
  ...more,
});

export const rateLimit = (
  rate_per_second: number,
  burst: number,
  on_unreachable: 'admit' | 'refuse' = 'admit',
) => ({ rate_per_second, burst, on_unreachable });

export const keyFact = (customer: Partial<KeyFact['customer']> = {}): KeyFact => ({
  key_id: 'key_1',
  mode: 'live',
  expires_at: null,
  revoked: false,
  customer: {
    id: CUSTOMER,
    state: 'active',
    subscription: { id: 'sub_1', state: 'active' },
    rate_limit: null,
    quotas: [quota()],
    ...customer,
  },
});

export const request = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  requestId: 'req_1',
  fact: keyFact(),
  route: route(),
  requestBytes: 0,
  ...more,
});

export const OK = { outcome: 'ok', status: 200, requestBytes: 0, responseBytes: 10 } as const;
export const FAILED = { ...OK, outcome: 'upstream_error', status: 502 } as const;
