import type {
  Entitlement,
  EntitlementInput,
  NewPlanVersion,
  PlanVersion,
} from '../contract/plan.ts';
import type { PriceInput } from '../contract/price-input.ts';
import type { FieldError } from '../kit/fault.ts';
import { Checks, type KnownMeter } from './checks.ts';
import {
  isRatedByEvent,
  priceValues,
  shownPrice,
  type PriceRow,
  type PriceValues,
} from './price-model.ts';
import { unscaled } from './quantity.ts';

/** Of a plan, for all customers; and of one customer's own. */
export const VERSIONS_MAX = 200;
export const OWN_VERSIONS_MAX = 50;

/** An entitlement as it is stored, its position in the version aside. */
export type EntitlementValues = {
  kind: Entitlement['kind'];
  feature: string | null;
  meter_id: string | null;
  /** Units x 10^scale of the meter. */
  quota_limit: bigint | null;
  quota_window: string | null;
  quota_scope: string | null;
  enforcement: string | null;
  on_unreachable: string | null;
  rate_per_second: string | null;
  burst: number | null;
  /** Units x 10^scale of the meter. */
  included_units: bigint | null;
};
export type VersionContent = {
  currency: string;
  trial_days: number;
  interval_months: number;
  proration: PlanVersion['proration'];
  threshold_amount: string | null;
  charged: PlanVersion['charged'];
  customer_id: string | null;
  prices: PriceValues[];
  entitlements: EntitlementValues[];
};

/** What must not be there twice in one version, and where each line says so. */
function identity(line: PriceInput | EntitlementInput): [string, string] | undefined {
  if ('model' in line) {
    return line.model === 'flat' ? undefined : [`price ${line.meter_id}`, 'meter_id'];
  }
  if (line.kind === 'quota') {
    return [`quota ${line.meter_id} ${line.window} ${line.scope}`, 'window'];
  }
  if (line.kind === 'rate_limit') return ['rate_limit', 'kind'];
  if (line.kind === 'included_units') return [`included ${line.meter_id}`, 'meter_id'];
  return [`feature ${line.feature}`, 'feature'];
}

function repeated(lines: readonly (PriceInput | EntitlementInput)[], at: string): FieldError[] {
  const seen = new Set<string>();
  return lines.flatMap((line, i) => {
    const [name, field] = identity(line) ?? [];
    if (name === undefined) return [];
    if (seen.has(name)) return [{ path: `${at}.${i}.${field}`, message: 'is there already' }];
    seen.add(name);
    return [];
  });
}

const noEntitlement = {
  feature: null,
  meter_id: null,
  quota_limit: null,
  quota_window: null,
  quota_scope: null,
  enforcement: null,
  on_unreachable: null,
  rate_per_second: null,
  burst: null,
  included_units: null,
};

function entitlementValues(
  line: EntitlementInput,
  path: string,
  checks: Checks,
): EntitlementValues {
  const { kind } = line;
  if (kind === 'feature') return { ...noEntitlement, kind, feature: line.feature };
  if (kind === 'rate_limit') {
    const { rate_per_second, burst, on_unreachable } = line;
    return { ...noEntitlement, kind, rate_per_second, burst, on_unreachable };
  }
  if (kind === 'included_units') {
    checks.meter(`${path}.meter_id`, line.meter_id);
    const included_units = checks.quantity(`${path}.units`, line.meter_id, line.units) ?? 0n;
    return { ...noEntitlement, kind, meter_id: line.meter_id, included_units };
  }
  const { meter_id, enforcement, on_unreachable } = line;
  checks.meter(`${path}.meter_id`, meter_id);
  const quota_limit =
    line.limit === null ? null : (checks.quantity(`${path}.limit`, meter_id, line.limit) ?? 0n);
  const windows = { quota_window: line.window, quota_scope: line.scope };
  const quota = { meter_id, quota_limit, ...windows, enforcement, on_unreachable };
  return { ...noEntitlement, kind, ...quota };
}

/** The content of a version as it is to be stored, and what is wrong with it, if anything. */
export function checkVersion(
  { prices, entitlements, ...terms }: NewPlanVersion,
  meters: readonly KnownMeter[],
): { content: VersionContent; errors: FieldError[] } {
  const checks = new Checks(meters);
  const content = {
    ...terms,
    prices: prices.map((line, i) => priceValues(line, `prices.${i}`, checks)),
    entitlements: entitlements.map((line, i) =>
      entitlementValues(line, `entitlements.${i}`, checks),
    ),
  };
  const twice = [...repeated(prices, 'prices'), ...repeated(entitlements, 'entitlements')];
  return { content, errors: [...checks.errors, ...twice] };
}

/** What an add-on cannot have: it is a flat price, and raises what the plan beside it says. */
function* addOnFaults(wanted: NewPlanVersion): Generator<FieldError> {
  const { prices, entitlements, trial_days, threshold_amount } = wanted;
  for (const [i, price] of prices.entries()) {
    const fits = price.model === 'flat' && price.billed === 'in_advance';
    if (!fits) yield { path: `prices.${i}.model`, message: 'of an add-on is flat, in advance' };
  }
  for (const [i, line] of entitlements.entries()) {
    const path = `entitlements.${i}`;
    if (line.kind === 'rate_limit')
      yield { path: `${path}.kind`, message: 'is nothing of an add-on' };
    if (line.kind === 'quota' && line.limit === null) {
      yield { path: `${path}.limit`, message: 'is missing: it is what the quota is raised by' };
    }
  }
  if (trial_days > 0) yield { path: 'trial_days', message: 'is nothing of an add-on' };
  if (threshold_amount !== null) {
    yield { path: 'threshold_amount', message: 'is nothing of an add-on' };
  }
}

/** What only an add-on can have: a price of the plan says itself what it includes. */
function* planFaults({ charged, entitlements }: NewPlanVersion): Generator<FieldError> {
  if (charged !== 'recurring') {
    yield { path: 'charged', message: 'is recurring but for an add-on' };
  }
  for (const [i, { kind }] of entitlements.entries()) {
    if (kind !== 'included_units') continue;
    yield {
      path: `entitlements.${i}.kind`,
      message: 'is of an add-on; a price says included_units',
    };
  }
}

/** What a version of this kind of plan cannot have. */
export const kindFaults = (kind: PlanVersion['kind'], wanted: NewPlanVersion): FieldError[] =>
  kind === 'add_on' ? [...addOnFaults(wanted)] : [...planFaults(wanted)];

export type EntitlementRow = Omit<EntitlementValues, 'quota_limit' | 'included_units'> & {
  id: string;
  quota_limit: string | null;
  included_units: string | null;
  scale: number | null;
};
export type VersionRow = {
  id: string;
  plan_id: string;
  number: number;
  state: PlanVersion['state'];
  currency: string;
  trial_days: number;
  interval_months: number;
  proration: PlanVersion['proration'];
  threshold_amount: string | null;
  kind: PlanVersion['kind'];
  charged: PlanVersion['charged'];
  customer_id: string | null;
  published_at: Date | null;
  prices: PriceRow[];
  entitlements: EntitlementRow[];
};

/**
 * Why a version cannot be billed; undefined when it can. The ledger sums what came in a minute, so
 * it cannot say what each event was: a price that asks for that can be tried, not sold.
 */
export function unbillablePrice({ prices }: Pick<VersionRow, 'prices'>): string | undefined {
  const at = prices.map(shownPrice).findIndex((price) => {
    const isShare = price.model === 'percentage' || price.model === 'graduated_percentage';
    return isShare && isRatedByEvent(price);
  });
  if (at === -1) return undefined;
  return (
    `Price ${at + 1} needs the quantity of each event, and meters keep sums: it cannot have ` +
    'free_events or a bound of an event, nor fixed_amount beside included_units or free_amount'
  );
}

function shownEntitlement(row: EntitlementRow): Entitlement {
  const { id, kind } = row;
  if (kind === 'feature') return { id, kind, feature: row.feature ?? '' };
  if (kind === 'rate_limit') {
    const rate = { rate_per_second: row.rate_per_second ?? '0', burst: row.burst ?? 0 };
    // Versions of before it could be said went on alone.
    return { id, kind, ...rate, on_unreachable: (row.on_unreachable ?? 'admit') as 'admit' };
  }
  if (kind === 'included_units') {
    const units = unscaled(BigInt(row.included_units ?? 0), row.scale ?? 0);
    return { id, kind, meter_id: row.meter_id ?? '', units };
  }
  return {
    id,
    kind,
    meter_id: row.meter_id ?? '',
    limit: row.quota_limit === null ? null : unscaled(BigInt(row.quota_limit), row.scale ?? 0),
    window: row.quota_window as 'month',
    scope: row.quota_scope as 'customer',
    enforcement: row.enforcement as 'hard',
    on_unreachable: row.on_unreachable as 'refuse',
  };
}

export const shownVersion = (row: VersionRow): PlanVersion => ({
  ...row,
  published_at: row.published_at?.toISOString() ?? null,
  prices: row.prices.map(shownPrice),
  entitlements: row.entitlements.map(shownEntitlement),
});
