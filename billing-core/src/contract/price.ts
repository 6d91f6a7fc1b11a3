import { z } from 'zod';
import { decimal, units } from './field.ts';

/**
 * What a price can be. Amounts are minor units of the plan version's currency; docs/pricing.md has
 * an example of each kind and of each field.
 */
export const PRICE_MODELS = [
  'flat',
  'per_unit',
  'graduated',
  'volume',
  'package',
  'graduated_package',
  'percentage',
  'graduated_percentage',
] as const;
export type PriceModel = (typeof PRICE_MODELS)[number];

export const TIERS_MAX = 50;
export const FREE_EVENTS_MAX = 1_000_000_000;
export const BILLED = ['in_advance', 'in_arrears'] as const;
export const PACKAGE_ROUNDINGS = ['up', 'down'] as const;
export const ZERO_USAGE_FLATS = ['due', 'waived'] as const;
export const QUANTITIES_IN = ['major', 'minor'] as const;

const positive = () => decimal().refine((text) => /[1-9]/.test(text), 'is not positive');

/** Hundredths of an amount: '2.9' is 2.9 %. */
export const rate = () =>
  z
    .string()
    .regex(
      /^(0|[1-9]\d{0,3})(\.\d{1,12})?$/,
      'is not a percentage below 10000, of 12 places at most',
    );
const discount = () =>
  z
    .string()
    .regex(/^(100(\.0{1,12})?|[1-9]?\d(\.\d{1,12})?)$/, 'is not a percentage from 0 to 100');

/** The last unit of a tier, which belongs to it; null in the last tier, which has no end. */
export const up_to = decimal().nullable();
export const flat_amount = decimal();

export const flatTerms = {
  amount: units(),
  billed: z.enum(BILLED),
};
export const usageTerms = {
  meter_id: z.string(),
  /** Units of the meter a period that cost nothing; they come before the first tier. */
  included_units: decimal(),
  minimum_amount: units().nullable(),
  maximum_amount: units().nullable(),
  discount_percent: discount(),
};
export const eventTerms = {
  /** Due for each event that is not free. */
  fixed_amount: decimal(),
  free_events: z.number().int().min(0).max(FREE_EVENTS_MAX),
  /** Units of the meter that are free; with free_events, until the first of both is used up. */
  free_amount: decimal(),
  event_minimum: decimal().nullable(),
  event_maximum: decimal().nullable(),
  /** Whether the meter counts major units (dollars) or minor ones (cents) of the currency. */
  quantity_in: z.enum(QUANTITIES_IN),
};
export const packageTerms = { package_size: positive(), package_amount: decimal() };
export const package_rounding = z.enum(PACKAGE_ROUNDINGS);
/** Whether the first tier's flat amount is due when no unit is left to be paid for. */
export const zero_usage_flat = z.enum(ZERO_USAGE_FLATS);

const unitTier = z.object({ up_to, unit_amount: decimal(), flat_amount });
const packageTier = z.object({ up_to, ...packageTerms, flat_amount });
const rateTier = z.object({ up_to, rate: rate(), flat_amount });
export type UnitTier = z.infer<typeof unitTier>;
export type PackageTier = z.infer<typeof packageTier>;
export type RateTier = z.infer<typeof rateTier>;

const priceId = { id: z.string() };
const unitTiers = { tiers: z.array(unitTier), zero_usage_flat };

export const price = z
  .discriminatedUnion('model', [
    z.object({ ...priceId, model: z.literal('flat'), meter_id: z.null(), ...flatTerms }),
    z.object({
      ...priceId,
      model: z.literal('per_unit'),
      ...usageTerms,
      unit_amount: decimal(),
    }),
    z.object({ ...priceId, model: z.literal('graduated'), ...usageTerms, ...unitTiers }),
    z.object({ ...priceId, model: z.literal('volume'), ...usageTerms, ...unitTiers }),
    z.object({
      ...priceId,
      model: z.literal('package'),
      ...usageTerms,
      ...packageTerms,
      package_rounding,
    }),
    z.object({
      ...priceId,
      model: z.literal('graduated_package'),
      ...usageTerms,
      package_rounding,
      tiers: z.array(packageTier),
      zero_usage_flat,
    }),
    z.object({
      ...priceId,
      model: z.literal('percentage'),
      ...usageTerms,
      ...eventTerms,
      rate: rate(),
    }),
    z.object({
      ...priceId,
      model: z.literal('graduated_percentage'),
      ...usageTerms,
      ...eventTerms,
      tiers: z.array(rateTier),
      zero_usage_flat,
    }),
  ])
  .meta({ id: 'Price' });
export type Price = z.infer<typeof price>;

/** Distributes over the kinds; a plain Omit would merge them. */
type WithoutId<Union> = Union extends unknown ? Omit<Union, 'id'> : never;
/** What a price says, wherever it is kept. */
export type PriceTerms = WithoutId<Price>;
