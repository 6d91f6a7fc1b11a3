import { QUANTITY_MAX, scaled, unscaled } from '../catalog/quantity.ts';
import type { MeteringFact } from '../contract/facts.ts';
import { selectorOf, unitsText, type MeteringRule } from '../contract/metering-rule.ts';
import type { FieldError } from '../kit/fault.ts';

/** A metering rule as its row in `route_meterings` has it, with its meter. */
export type RouteMetering = {
  meter_id: string;
  meter: string;
  scale: number;
  source: MeteringFact['source'];
  units: number;
  selector: string | null;
  max_cost: number | null;
  fallback: number | null;
  max_value: number | null;
};

export type KnownMeter = { id: string; slug: string; scale: number };

// Bounds keep a minute's sum of one tally within safe integers at any believable traffic.
const SCALED_UNITS_MAX: Record<MeteringFact['source'], bigint> = {
  request: 1_000_000_000n,
  request_bytes: 1_000n,
  response_bytes: 1_000n,
  request_messages: 1_000_000n,
  response_messages: 1_000_000n,
  duration: 1_000n,
  response_header: 1_000_000n,
  response_json: 1_000_000n,
  response_sse: 1_000_000n,
};
/** The most that one rule counts, or sets aside, for a request; scaled. */
const ONE_RULE_MAX = 1_000_000_000_000_000n;

/** A rule as its row; what its source does not have is null. */
export function meteringRow(rule: MeteringRule, meter: KnownMeter): RouteMetering {
  const { source, units } = rule;
  return {
    meter_id: meter.id,
    meter: meter.slug,
    scale: meter.scale,
    source,
    units,
    selector: selectorOf(rule),
    max_cost: 'max_cost' in rule ? rule.max_cost : null,
    fallback: 'fallback' in rule ? rule.fallback : null,
    max_value: 'max_value' in rule ? rule.max_value : null,
  };
}

type Late = Exclude<MeteringRule, { fallback: number }> & { max_cost: number | null };

/** Whether only the end tells how much it was, and the gateway knows by itself. */
const isLate = (source: MeteringFact['source']): source is Late['source'] =>
  ['response_bytes', 'request_messages', 'response_messages', 'duration'].includes(source);

/** A row as the rule that was written. */
export function writtenMetering(row: RouteMetering): MeteringRule {
  const { meter, source, units, selector, max_cost, fallback, max_value } = row;
  if (source === 'request' || source === 'request_bytes') return { source, meter, units };
  if (isLate(source)) return { source, meter, units, max_cost };
  if (selector === null || fallback === null || max_value === null) {
    throw new Error(`a metering rule of source ${source} without its fields`);
  }
  const told = { meter, units, max_cost, fallback, max_value };
  if (source === 'response_header') return { source, header: selector, ...told };
  return { source, pointer: selector, ...told };
}

const scaledUnits = (units: number, scale: number): bigint | undefined =>
  scaled(unitsText(units), scale);

const misfit = (scale: number, most: bigint): string =>
  `is not a multiple of ${unscaled(1n, scale)}, or more than ${unscaled(most, scale)}: ` +
  `the scale of the meter is ${scale}`;

/** What of a rule its meter cannot count; `at` is the rule's place in the route. */
export function meteringErrors(row: RouteMetering, at: string): FieldError[] {
  const units = scaledUnits(row.units, row.scale);
  const unitsMax = SCALED_UNITS_MAX[row.source];
  if (units === undefined || units > unitsMax) {
    return [{ path: `${at}.units`, message: misfit(row.scale, unitsMax) }];
  }
  const errors: FieldError[] = [];
  for (const name of ['max_cost', 'fallback'] as const) {
    const value = row[name];
    if (value === null) continue;
    const whole = scaledUnits(value, row.scale);
    if (whole === undefined || whole > ONE_RULE_MAX) {
      errors.push({ path: `${at}.${name}`, message: misfit(row.scale, ONE_RULE_MAX) });
    }
  }
  if (row.max_value !== null && BigInt(row.max_value) * units > ONE_RULE_MAX) {
    const most = ONE_RULE_MAX / units;
    const message = `is over ${most}, the most with these units at the meter's scale ${row.scale}`;
    errors.push({ path: `${at}.max_value`, message });
  }
  return errors;
}

/** The most that a rule can count when an upstream says its largest value; scaled. */
function mostOf(row: RouteMetering): bigint {
  const whole = (units: number): bigint => scaledUnits(units, row.scale) ?? 0n;
  if (row.source === 'request') return whole(row.units);
  const told = BigInt(row.max_value ?? 0) * whole(row.units);
  const fallback = whole(row.fallback ?? 0);
  return told > fallback ? told : fallback;
}

/** Rules that each fit, and whose sum for one request no gateway could count exactly. */
export function sumErrors(rows: readonly RouteMetering[]): FieldError[] {
  const errors: FieldError[] = [];
  const sums = new Map<string, bigint>();
  for (const [i, row] of rows.entries()) {
    const sum = (sums.get(row.meter_id) ?? 0n) + mostOf(row);
    sums.set(row.meter_id, sum);
    if (sum <= QUANTITY_MAX) continue;
    const most = unscaled(QUANTITY_MAX, row.scale);
    const message = `with the rules before it lets one request count over ${most} of the meter`;
    errors.push({ path: `metering.${i}`, message });
  }
  return errors;
}

/** The rule in the meter's scaled units, as gateways count. It was checked when it was written. */
export function meteringFact(row: RouteMetering): MeteringFact {
  const {
    meter_id,
    meter: meter_slug,
    source,
    scale,
    selector,
    max_cost,
    fallback,
    max_value,
  } = row;
  const whole = (units: number): number => Number(scaledUnits(units, scale) ?? 0n);
  return {
    meter_id,
    meter_slug,
    meter_scale: scale,
    source,
    units: whole(row.units),
    ...(selector !== null && { selector }),
    ...(max_cost !== null && { max_cost: whole(max_cost) }),
    ...(fallback !== null && { fallback: whole(fallback) }),
    ...(max_value !== null && { max_value }),
  };
}
