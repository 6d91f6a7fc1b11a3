import type { MemberRole, PortalCustomer } from '@tollgate/billing-core/contract/customer.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import type { Entitlement, Price } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import type {
  QuotaState,
  UsageLive,
  UsageQuery,
  UsageSeries,
} from '@tollgate/billing-core/contract/usage.ts';

/** Shapes of the wire that the contract does not name yet. */

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

export interface Endpoint {
  route_id: string;
  name: string;
  methods: string[];
  url: string;
}

export interface Overview {
  customer: PortalCustomer;
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

export type LiveMinute = UsageLive['minutes'][number];
export type UsageInterval = UsageSeries['interval'];
export type UsageGroupBy = UsageQuery['group_by'];
export type UsageRow = UsageSeries['data'][number];
export type Enforcement = QuotaState['enforcement'];
export type MeteringRule = Route['metering'][number];
