import { scaled } from '../catalog/quantity.ts';
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
const QUANTITY_MAX = 1_000_000_000_000_000n;

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

/** What of a rule its meter cannot count; `at` is the rule's place in the route. */
export function meteringErrors(row: RouteMetering, at: string): FieldError[] {
  const misfit = 'does not fit the scale of the meter';
  const units = scaledUnits(row.units, row.scale);
  if (units === undefined || units > SCALED_UNITS_MAX[row.source]) {
    return [{ path: `${at}.units`, message: misfit }];
  }
  const errors: FieldError[] = [];
  for (const name of ['max_cost', 'fallback'] as const) {
    const value = row[name];
    if (value === null) continue;
    const whole = scaledUnits(value, row.scale);
    if (whole === undefined || whole > QUANTITY_MAX) {
      errors.push({ path: `${at}.${name}`, message: misfit });
    }
  }
  if (row.max_value !== null && BigInt(row.max_value) * units > QUANTITY_MAX) {
    const message = 'times the units is more than one request can count at the scale of the meter';
    errors.push({ path: `${at}.max_value`, message });
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
