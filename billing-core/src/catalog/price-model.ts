import type { PriceInput } from '../contract/price-input.ts';
import type { Price, PriceTerms } from '../contract/price.ts';
import type { FieldError } from '../kit/fault.ts';
import { Checks, type KnownMeter } from './checks.ts';

/** A tier as it is stored, its position in the price aside. */
export type TierValues = {
  up_to: string | null;
  flat_amount: string;
  unit_amount: string | null;
  package_size: string | null;
  package_amount: string | null;
  rate: string | null;
};

/** A price as it is stored, its position in the version aside. What its model lacks is null. */
export type PriceValues = {
  model: Price['model'];
  meter_id: string | null;
  amount: string | null;
  billed: string | null;
  included_units: string;
  minimum_amount: string | null;
  maximum_amount: string | null;
  discount_percent: string;
  unit_amount: string | null;
  zero_usage_flat: string | null;
  package_size: string | null;
  package_amount: string | null;
  package_rounding: string | null;
  rate: string | null;
  fixed_amount: string | null;
  free_events: number | null;
  free_amount: string | null;
  event_minimum: string | null;
  event_maximum: string | null;
  quantity_in: string | null;
  tiers: TierValues[];
};
export type PriceRow = PriceValues & { id: string };

const noTier: TierValues = {
  up_to: null,
  flat_amount: '0',
  unit_amount: null,
  package_size: null,
  package_amount: null,
  rate: null,
};
const noPrice: Omit<PriceValues, 'model'> = {
  meter_id: null,
  amount: null,
  billed: null,
  included_units: '0',
  minimum_amount: null,
  maximum_amount: null,
  discount_percent: '0',
  unit_amount: null,
  zero_usage_flat: null,
  package_size: null,
  package_amount: null,
  package_rounding: null,
  rate: null,
  fixed_amount: null,
  free_events: null,
  free_amount: null,
  event_minimum: null,
  event_maximum: null,
  quantity_in: null,
  tiers: [],
};

/** Fields that are quantities of the meter, and so have its places; of a price or of a tier. */
const QUANTITIES = ['included_units', 'free_amount', 'package_size', 'up_to'] as const;
type Quantities = { [Name in (typeof QUANTITIES)[number]]?: string | null | undefined };

/** Notes which quantities of a price its meter cannot count, and whether there is the meter. */
function checkQuantities(
  line: Exclude<PriceInput, { model: 'flat' }>,
  path: string,
  checks: Checks,
) {
  checks.meter(`${path}.meter_id`, line.meter_id);
  const check = (values: Quantities, at: string): void => {
    for (const name of QUANTITIES) {
      const quantity = values[name];
      if (quantity != null) checks.quantity(`${at}.${name}`, line.meter_id, quantity);
    }
  };
  check(line, path);
  line.tiers?.forEach((tier, at) => check(tier, `${path}.tiers.${at}`));
}

/** The price as it is to be stored; what is wrong with its quantities is noted. */
export function priceValues(line: PriceInput, path: string, checks: Checks): PriceValues {
  if (line.model !== 'flat') checkQuantities(line, path, checks);
  const tiers = line.tiers?.map((tier) => ({ ...noTier, ...tier })) ?? [];
  // Nulls of other kinds are what noPrice has for them, but for what is never null.
  const said = Object.entries(line).filter(([, value]) => value != null);
  return { ...noPrice, ...Object.fromEntries(said), model: line.model, tiers };
}

/** What is wrong with the quantities of one price, beside what its schema says. */
export function priceErrors(
  line: PriceInput,
  path: string,
  meters: readonly KnownMeter[],
): FieldError[] {
  const checks = new Checks(meters);
  priceValues(line, path, checks);
  return checks.errors;
}

type Percentage = Extract<PriceTerms, { model: 'percentage' | 'graduated_percentage' }>;
type EventTerms = Pick<
  Percentage,
  | 'free_events'
  | 'event_minimum'
  | 'event_maximum'
  | 'fixed_amount'
  | 'free_amount'
  | 'included_units'
>;

const isNone = (decimal: string): boolean => !/[1-9]/.test(decimal);

/**
 * Whether a price by percentage can be rated only when the quantity of each event is known: what
 * they come to does not say which are free, or below a minimum.
 */
export function isRatedByEvent(price: EventTerms): boolean {
  if (price.free_events > 0) return true;
  if (price.event_minimum !== null || price.event_maximum !== null) return true;
  const isAllPaid = isNone(price.free_amount) && isNone(price.included_units);
  return !isNone(price.fixed_amount) && !isAllPaid;
}

/** Whether it matters in how many events a quantity came; `isRatedByEvent` asks for more. */
export const countsEvents = (price: EventTerms): boolean =>
  isRatedByEvent(price) || !isNone(price.fixed_amount);

/** What each model shows beside its id, model and meter. */
const USAGE = ['included_units', 'minimum_amount', 'maximum_amount', 'discount_percent'] as const;
const EVENTS = [
  'fixed_amount',
  'free_events',
  'free_amount',
  'event_minimum',
  'event_maximum',
  'quantity_in',
] as const;
const SHOWN: Record<Price['model'], readonly (keyof PriceValues)[]> = {
  flat: ['amount', 'billed'],
  per_unit: [...USAGE, 'unit_amount'],
  graduated: [...USAGE, 'tiers', 'zero_usage_flat'],
  volume: [...USAGE, 'tiers', 'zero_usage_flat'],
  package: [...USAGE, 'package_size', 'package_amount', 'package_rounding'],
  graduated_package: [...USAGE, 'package_rounding', 'tiers', 'zero_usage_flat'],
  percentage: [...USAGE, ...EVENTS, 'rate'],
  graduated_percentage: [...USAGE, ...EVENTS, 'tiers', 'zero_usage_flat'],
};

const withoutNulls = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** A stored price as the API shows it: what its model has, and nothing of another. */
export function shownPrice(row: PriceRow): Price {
  const tiers = row.tiers.map(({ up_to, ...tier }) => ({ up_to, ...withoutNulls(tier) }));
  const shown = SHOWN[row.model].map((name) => [name, name === 'tiers' ? tiers : row[name]]);
  const { id, model, meter_id } = row;
  // The table's checks are those of the schema, so the row has what its model asks for.
  return { id, model, meter_id, ...Object.fromEntries(shown) } as Price;
}
