import type {
  Entitlement,
  EntitlementInput,
  NewPlanVersion,
  PlanVersion,
  Price,
  PriceInput,
} from '../contract/plan.ts';
import type { FieldError } from '../kit/fault.ts';
import { scaled, unscaled } from './quantity.ts';

export const VERSIONS_MAX = 200;

type KnownMeter = { id: string; scale: number };

/** A price or entitlement as it is stored, its position in the version aside. */
export type PriceValues = {
  model: Price['model'];
  meter_id: string | null;
  amount: string | null;
  unit_amount: string | null;
  included_units: string;
};
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
};
export type VersionContent = {
  currency: string;
  trial_days: number;
  prices: PriceValues[];
  entitlements: EntitlementValues[];
};

/** What must not be there twice in one version, and where each line says so. */
function identity(line: PriceInput | EntitlementInput): [string, string] | undefined {
  if ('model' in line) {
    return line.model === 'per_unit' ? [`price ${line.meter_id}`, 'meter_id'] : undefined;
  }
  if (line.kind === 'quota') {
    return [`quota ${line.meter_id} ${line.window} ${line.scope}`, 'window'];
  }
  if (line.kind === 'rate_limit') return ['rate_limit', 'kind'];
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

class Checks {
  readonly errors: FieldError[] = [];
  readonly #scales: Map<string, number>;

  constructor(meters: readonly KnownMeter[]) {
    this.#scales = new Map(meters.map(({ id, scale }) => [id, scale]));
  }

  /** The quantity in units of this meter, scaled; undefined, and an error noted, if it fits not. */
  quantity(path: string, meterId: string, decimal: string): bigint | undefined {
    const scale = this.#scales.get(meterId);
    if (scale === undefined) return undefined;
    const quantity = scaled(decimal, scale);
    if (quantity === undefined) {
      this.errors.push({ path, message: `has more than the ${scale} decimal places of the meter` });
    } else if (quantity > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.errors.push({ path, message: 'is larger than gateways can count' });
    }
    return quantity;
  }

  meter(path: string, meterId: string): void {
    if (!this.#scales.has(meterId)) this.errors.push({ path, message: 'is not a meter' });
  }
}

const noPrice = { meter_id: null, amount: null, unit_amount: null, included_units: '0' };

function priceValues(line: PriceInput, path: string, checks: Checks): PriceValues {
  if (line.model === 'flat') return { ...noPrice, model: line.model, amount: line.amount };
  const { model, meter_id, unit_amount, included_units } = line;
  checks.meter(`${path}.meter_id`, meter_id);
  checks.quantity(`${path}.included_units`, meter_id, included_units);
  return { ...noPrice, model, meter_id, unit_amount, included_units };
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
};

function entitlementValues(
  line: EntitlementInput,
  path: string,
  checks: Checks,
): EntitlementValues {
  const { kind } = line;
  if (kind === 'feature') return { ...noEntitlement, kind, feature: line.feature };
  if (kind === 'rate_limit') {
    return { ...noEntitlement, kind, rate_per_second: line.rate_per_second, burst: line.burst };
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
  { currency, trial_days, prices, entitlements }: NewPlanVersion,
  meters: readonly KnownMeter[],
): { content: VersionContent; errors: FieldError[] } {
  const checks = new Checks(meters);
  const content = {
    currency,
    trial_days,
    prices: prices.map((line, i) => priceValues(line, `prices.${i}`, checks)),
    entitlements: entitlements.map((line, i) =>
      entitlementValues(line, `entitlements.${i}`, checks),
    ),
  };
  const twice = [...repeated(prices, 'prices'), ...repeated(entitlements, 'entitlements')];
  return { content, errors: [...checks.errors, ...twice] };
}

export type PriceRow = PriceValues & { id: string };
export type EntitlementRow = Omit<EntitlementValues, 'quota_limit'> & {
  id: string;
  quota_limit: string | null;
  scale: number | null;
};
export type VersionRow = {
  id: string;
  plan_id: string;
  number: number;
  state: PlanVersion['state'];
  currency: string;
  trial_days: number;
  published_at: Date | null;
  prices: PriceRow[];
  entitlements: EntitlementRow[];
};

function shownPrice({ id, model, meter_id, amount, unit_amount, included_units }: PriceRow): Price {
  if (model === 'flat') return { id, model, meter_id: null, amount: amount ?? '0' };
  const unitAmount = unit_amount ?? '0';
  return { id, model, meter_id: meter_id ?? '', unit_amount: unitAmount, included_units };
}

function shownEntitlement(row: EntitlementRow): Entitlement {
  const { id, kind } = row;
  if (kind === 'feature') return { id, kind, feature: row.feature ?? '' };
  if (kind === 'rate_limit') {
    return { id, kind, rate_per_second: row.rate_per_second ?? '0', burst: row.burst ?? 0 };
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
