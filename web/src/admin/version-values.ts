import type {
  Entitlement,
  EntitlementInput,
  PlanVersion,
  Price,
  PriceInput,
} from '@tollgate/billing-core/contract/plan.ts';
import type { QuotaScope, WindowKind } from '@tollgate/billing-core/contract/facts.ts';
import type { Enforcement } from '../kit/api-types.ts';
import { majorToMinor, minorToMajor } from '../kit/format.ts';

/** A plan version as its form holds it: every field a text, amounts in major units. */
export interface PriceValues {
  model: 'flat' | 'per_unit';
  meter_id: string;
  amount: string;
  included_units: string;
}

export interface EntitlementValues {
  kind: 'quota' | 'rate_limit' | 'feature';
  meter_id: string;
  limit: string;
  window: WindowKind;
  scope: QuotaScope;
  enforcement: Enforcement;
  on_unreachable: 'admit' | 'refuse';
  rate_per_second: string;
  burst: string;
  feature: string;
}

export interface VersionValues {
  currency: string;
  trial_days: string;
  prices: PriceValues[];
  entitlements: EntitlementValues[];
}

export interface VersionBody {
  currency: string;
  trial_days: number;
  prices: PriceInput[];
  entitlements: EntitlementInput[];
}

export function emptyPrice(meterId: string): PriceValues {
  return { model: 'flat', meter_id: meterId, amount: '', included_units: '0' };
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
  };
}

/** @returns a version as form values; without one, an empty form. */
export function toValues(version: PlanVersion | undefined, meterId: string): VersionValues {
  if (version === undefined) {
    return { currency: 'USD', trial_days: '0', prices: [], entitlements: [] };
  }
  return {
    currency: version.currency,
    trial_days: String(version.trial_days),
    prices: version.prices.map((price) => priceValues(price, version.currency, meterId)),
    entitlements: version.entitlements.map((one) => entitlementValues(one, meterId)),
  };
}

function priceValues(price: Price, currency: string, meterId: string): PriceValues {
  if (price.model === 'flat') {
    const amount = minorToMajor(price.amount, currency);
    return { ...emptyPrice(meterId), amount };
  }
  const { meter_id, unit_amount, included_units } = price;
  const amount = minorToMajor(unit_amount, currency);
  return { model: 'per_unit', meter_id, amount, included_units };
}

function entitlementValues(one: Entitlement, meterId: string): EntitlementValues {
  const empty = emptyEntitlement(meterId);
  if (one.kind === 'feature') return { ...empty, kind: one.kind, feature: one.feature };
  if (one.kind === 'rate_limit') {
    const { kind, rate_per_second, burst } = one;
    return { ...empty, kind, rate_per_second, burst: String(burst) };
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
    prices: values.prices.map((price) => priceInput(price, currency)),
    entitlements: values.entitlements.map(entitlementInput),
  };
}

/** @returns the price in minor units, as the API takes it and as it is read back in words. */
export function priceInput(price: PriceValues, currency: string) {
  const amount = majorToMinor(price.amount, currency);
  if (price.model === 'flat') return { model: price.model, amount };
  const { model, meter_id, included_units } = price;
  return { model, meter_id, unit_amount: amount, included_units };
}

function entitlementInput(one: EntitlementValues): EntitlementInput {
  if (one.kind === 'feature') return { kind: 'feature', feature: one.feature };
  if (one.kind === 'rate_limit') {
    return {
      kind: 'rate_limit',
      rate_per_second: one.rate_per_second,
      burst: Number(one.burst),
    };
  }
  const { meter_id, window, scope, enforcement, on_unreachable } = one;
  const limit = enforcement === 'unlimited' ? null : one.limit;
  return { kind: 'quota', meter_id, limit, window, scope, enforcement, on_unreachable };
}

/** The API's names of price fields where the form holds one field for two. */
export function formField(path: string): string {
  return path.replace(/^(prices\.\d+)\.unit_amount$/, '$1.amount');
}
