import type { Route } from '@tollgate/billing-core/contract/route.ts';
import type {
  QuotaState,
  UsageLive,
  UsageQuery,
  UsageSeries,
} from '@tollgate/billing-core/contract/usage.ts';

/** Parts of the contract's shapes that it does not name itself. */
export type LiveMinute = UsageLive['minutes'][number];
export type UsageInterval = UsageSeries['interval'];
export type UsageGroupBy = UsageQuery['group_by'];
export type UsageRow = UsageSeries['data'][number];
export type Enforcement = QuotaState['enforcement'];
export type MeteringRule = Route['metering'][number];
