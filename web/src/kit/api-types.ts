/** The wire as the portal reads it: snake_case JSON, decimals as strings, RFC 3339 in UTC. */

export interface Page<Row> {
  data: Row[];
  has_more: boolean;
  next_cursor: string | null;
}

export type MemberRole = 'owner' | 'billing' | 'developer' | 'viewer';

export interface Me {
  user: { id: string; name: string; email: string; role: 'admin' | 'user' };
  memberships: { id: string; role: MemberRole; customer: { id: string; name: string } }[];
  sign_up: 'open' | 'closed';
  gateway_url: string;
}

export interface PortalSettings {
  sign_up: 'open' | 'closed';
  gateway_url: string;
  product_name: string;
}

export interface Customer {
  id: string;
  name: string;
  external_id: string | null;
  currency: string;
  time_zone: string;
  state: string;
  created_at: string;
}

export interface Price {
  id: string;
  model: 'flat' | 'per_unit';
  meter_id: string | null;
  /** Flat: minor units per period. */
  amount?: string | null;
  /** Per unit: decimal minor units. */
  unit_amount?: string | null;
  included_units?: string | null;
}

export type QuotaWindow = 'minute' | 'hour' | 'day' | 'month';
export type Enforcement = 'hard' | 'soft';

export interface Entitlement {
  id: string;
  kind: 'quota' | 'rate_limit' | 'feature';
  meter_id?: string | null;
  limit?: string | null;
  window?: QuotaWindow | null;
  enforcement?: Enforcement | null;
  rate_per_second?: string | null;
  burst?: number | null;
  feature?: string | null;
}

export type PriceInput = Omit<Price, 'id'>;
export type EntitlementInput = Omit<Entitlement, 'id'>;

export interface PlanVersion {
  id: string;
  number: number;
  state: 'draft' | 'published' | 'archived';
  currency: string;
  trial_days: number;
  published_at: string | null;
  prices: Price[];
  entitlements: Entitlement[];
}

export interface Plan {
  id: string;
  slug: string;
  name: string;
  description: string | null;
  self_serve_default: boolean;
  versions: PlanVersion[];
  created_at: string;
}

export interface Subscription {
  id: string;
  customer_id: string;
  plan_id: string;
  plan_version_id: string;
  state: 'trialing' | 'active' | 'canceled';
  started_at: string;
  trial_ends_at: string | null;
  canceled_at: string | null;
  current_period: { start: string; end: string };
}

export interface Meter {
  id: string;
  slug: string;
  name: string;
  unit: string;
}

export interface QuotaState {
  meter: Meter;
  window: QuotaWindow;
  enforcement: Enforcement;
  limit: string;
  used: string;
  start: string;
  resets_at: string;
}

export interface Endpoint {
  route_id: string;
  name: string;
  methods: string[];
  url: string;
}

export interface Overview {
  customer: Customer;
  subscription: Subscription | null;
  plan: {
    id: string;
    name: string;
    version_number: number;
    currency: string;
    prices: Price[];
    entitlements: Entitlement[];
  } | null;
  period: { start: string; end: string } | null;
  quotas: QuotaState[];
  rate_limit: { rate_per_second: string; burst: number } | null;
  last_24h: { requests: number; errors: number; refused: number; billable_quantity: string };
  endpoints: Endpoint[];
  as_of: string;
}

export interface LiveMinute {
  start: string;
  requests: number;
  ok: number;
  errors: number;
  refused: number;
}

export interface LiveUsage {
  as_of: string;
  roll: number;
  today: { requests: number; billable_quantity: string };
  minutes: LiveMinute[];
  quotas: QuotaState[];
}

export type UsageInterval = 'minute' | 'hour' | 'day';
export type UsageGroupBy = 'none' | 'outcome' | 'route' | 'key' | 'meter';

export interface UsageRow {
  start: string;
  group: { id: string; label: string } | null;
  requests: number;
  quantity: string;
  billable_quantity: string;
}

export interface UsageReport {
  data: UsageRow[];
  totals: { requests: number; quantity: string; billable_quantity: string };
  meter: Meter;
  interval: UsageInterval;
  from: string;
  to: string;
  as_of: string;
  roll: number;
}

export interface UsageEntry {
  received_at: string;
  minute: string;
  key_id: string;
  route_id: string;
  route_version: number;
  meter: string;
  outcome: string;
  billable: boolean;
  requests: number;
  quantity: string;
  gateway: string;
  boot: string;
  sequence: number;
  roll: number | null;
}

export interface ApiKey {
  id: string;
  name: string;
  mode: 'live' | 'test';
  prefix: string;
  last4: string;
  state: 'active' | 'revoked' | 'expired';
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  created_by: string | null;
}

export type CreatedKey = ApiKey & { secret: string };

export interface User {
  id: string;
  email: string;
  name: string;
  role: 'admin' | 'user';
}

export interface Membership {
  id: string;
  role: MemberRole;
  user: { id: string; name: string; email: string };
}

export interface MeteringRule {
  meter: string;
  source: 'request' | 'request_bytes' | 'response_bytes';
  units?: number;
}

export type Outcome =
  | 'ok'
  | 'client_error'
  | 'server_error'
  | 'upstream_timeout'
  | 'upstream_error'
  | 'client_abort';

export interface Route {
  id: string;
  name: string;
  host: string;
  path_pattern: string;
  methods: string[];
  upstream_url: string;
  strip_prefix: string | null;
  metering: MeteringRule[];
  billable_outcomes: Outcome[];
  timeout_ms: number;
  max_body_bytes: number | null;
  state: 'active' | 'disabled';
  public: boolean;
  version?: number;
  created_at: string;
}
