import type {
  Entitlement,
  EntitlementInput,
  PlanVersion,
} from '@tollgate/billing-core/contract/plan.ts';
import type { QuotaScope, WindowKind } from '@tollgate/billing-core/contract/facts.ts';
import type { PriceInput } from '@tollgate/billing-core/contract/price-input.ts';
import type { Enforcement } from '../kit/api-types.ts';
import { majorToMinor, minorToMajor } from '../kit/format.ts';
import { priceInput, priceValues, type PriceValues } from './price-values.ts';

export interface EntitlementValues {
  kind: Entitlement['kind'];
  meter_id: string;
  limit: string;
  window: WindowKind;
  scope: QuotaScope;
  enforcement: Enforcement;
  on_unreachable: 'admit' | 'refuse';
  rate_per_second: string;
  burst: string;
  feature: string;
  units: string;
}

/** A plan version as its form holds it: every field a text, amounts in major units. */
export interface VersionValues {
  currency: string;
  trial_days: string;
  interval_months: string;
  threshold_amount: string;
  proration: PlanVersion['proration'];
  charged: PlanVersion['charged'];
  customer_id: string | null;
  prices: PriceValues[];
  entitlements: EntitlementValues[];
}

export interface VersionBody {
  currency: string;
  trial_days: number;
  interval_months: number;
  threshold_amount: string | null;
  proration: PlanVersion['proration'];
  charged: PlanVersion['charged'];
  customer_id: string | null;
  prices: PriceInput[];
  entitlements: EntitlementInput[];
}

export function emptyEntitlement(meterId: string): EntitlementValues {
  return {
    kind: 'quota',
    meter_id: meterId,
    limit: '',
    window: 'month',
    scope: 'customer',
    enforcement: 'hard',
    on_unreachable: 'refuse',
    rate_per_second: '',
    burst: '',
    feature: '',
    units: '',
  };
}

/** @returns a version as form values; without one, an empty form. */
export function toValues(version: PlanVersion | undefined, meterId: string): VersionValues {
  if (version === undefined) {
    return {
      currency: 'USD',
      trial_days: '0',
      interval_months: '1',
      threshold_amount: '',
      proration: 'second',
      charged: 'recurring',
      customer_id: null,
      prices: [],
      entitlements: [],
    };
  }
  return {
    currency: version.currency,
    trial_days: String(version.trial_days),
    interval_months: String(version.interval_months),
    threshold_amount:
      version.threshold_amount === null
        ? ''
        : minorToMajor(version.threshold_amount, version.currency),
    proration: version.proration,
    charged: version.charged,
    customer_id: version.customer_id,
    prices: version.prices.map((price) => priceValues(price, version.currency, meterId)),
    entitlements: version.entitlements.map((one) => entitlementValues(one, meterId)),
  };
}

function entitlementValues(one: Entitlement, meterId: string): EntitlementValues {
  const empty = emptyEntitlement(meterId);
  if (one.kind === 'feature') return { ...empty, kind: one.kind, feature: one.feature };
  if (one.kind === 'rate_limit') {
    const { kind, rate_per_second, burst, on_unreachable } = one;
    return { ...empty, kind, rate_per_second, burst: String(burst), on_unreachable };
  }
  if (one.kind === 'included_units') {
    return { ...empty, kind: one.kind, meter_id: one.meter_id, units: one.units };
  }
  const { id: _, limit, ...quota } = one;
  return { ...empty, ...quota, limit: limit ?? '' };
}

/** @returns what the API takes; the fields were checked by the form. */
export function toBody(values: VersionValues): VersionBody {
  const currency = values.currency.toUpperCase();
  return {
    currency,
    trial_days: Number(values.trial_days),
    interval_months: Number(values.interval_months),
    threshold_amount:
      values.threshold_amount.trim() === ''
        ? null
        : majorToMinor(values.threshold_amount.trim(), currency),
    proration: values.proration,
    charged: values.charged,
    customer_id: values.customer_id,
    prices: values.prices.map((price) => priceInput(price, currency)),
    entitlements: values.entitlements.map(entitlementInput),
  };
}

function entitlementInput(one: EntitlementValues): EntitlementInput {
  if (one.kind === 'feature') return { kind: 'feature', feature: one.feature };
  if (one.kind === 'rate_limit') {
    return {
      kind: 'rate_limit',
      rate_per_second: one.rate_per_second,
      burst: Number(one.burst),
      on_unreachable: one.on_unreachable,
    };
  }
  if (one.kind === 'included_units') {
    return { kind: 'included_units', meter_id: one.meter_id, units: one.units };
  }
  const { meter_id, window, scope, enforcement, on_unreachable } = one;
  const limit = enforcement === 'unlimited' ? null : one.limit;
  return { kind: 'quota', meter_id, limit, window, scope, enforcement, on_unreachable };
}
