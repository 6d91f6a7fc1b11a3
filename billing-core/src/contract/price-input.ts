import { z } from 'zod';
import { compareDecimals, decimal, id } from './field.ts';
import {
  eventTerms,
  flat_amount,
  flatTerms,
  package_rounding,
  packageTerms,
  rate,
  TIERS_MAX,
  up_to,
  usageTerms,
  zero_usage_flat,
} from './price.ts';

/** A field of another kind: what was read can be sent back, with its nulls. */
const nothing = z.null().optional();
const otherKinds = {
  amount: nothing,
  billed: nothing,
  meter_id: nothing,
  included_units: nothing,
  minimum_amount: nothing,
  maximum_amount: nothing,
  discount_percent: nothing,
  unit_amount: nothing,
  tiers: nothing,
  zero_usage_flat: nothing,
  package_size: nothing,
  package_amount: nothing,
  package_rounding: nothing,
  rate: nothing,
  fixed_amount: nothing,
  free_events: nothing,
  free_amount: nothing,
  event_minimum: nothing,
  event_maximum: nothing,
  quantity_in: nothing,
};

const usageInput = {
  meter_id: id('mtr'),
  included_units: usageTerms.included_units.default('0'),
  minimum_amount: usageTerms.minimum_amount.default(null),
  maximum_amount: usageTerms.maximum_amount.default(null),
  discount_percent: usageTerms.discount_percent.default('0'),
};
const eventInput = {
  fixed_amount: eventTerms.fixed_amount.default('0'),
  free_events: eventTerms.free_events.default(0),
  free_amount: eventTerms.free_amount.default('0'),
  event_minimum: eventTerms.event_minimum.default(null),
  event_maximum: eventTerms.event_maximum.default(null),
  quantity_in: eventTerms.quantity_in.default('major'),
};
const noFlat = flat_amount.default('0');
// A tier that names no amount would be free, and nobody means that: one that is free says '0'.
const NO_AMOUNT = 'is missing, and so is flat_amount';
const maybeFlat = flat_amount.optional();
const unitTierInput = z
  .strictObject({ up_to, unit_amount: decimal().optional(), flat_amount: maybeFlat })
  .refine((tier) => (tier.unit_amount ?? tier.flat_amount) !== undefined, {
    path: ['unit_amount'],
    message: NO_AMOUNT,
  })
  .transform(({ unit_amount = '0', flat_amount: flat = '0', up_to: end }) => ({
    up_to: end,
    unit_amount,
    flat_amount: flat,
  }));
const packageTierInput = z.strictObject({ up_to, ...packageTerms, flat_amount: noFlat });
const rateTierInput = z
  .strictObject({ up_to, rate: rate().optional(), flat_amount: maybeFlat })
  .refine((tier) => (tier.rate ?? tier.flat_amount) !== undefined, {
    path: ['rate'],
    message: NO_AMOUNT,
  })
  .transform(({ rate: percent = '0', flat_amount: flat = '0', up_to: end }) => ({
    up_to: end,
    rate: percent,
    flat_amount: flat,
  }));

type Issue = { path: (string | number)[]; message: string };
type Refinement<Value> = (value: Value, context: z.RefinementCtx) => void;

const reporting =
  <Value>(issues: (value: Value) => Issue[]): Refinement<Value> =>
  (value, context) => {
    for (const issue of issues(value)) context.addIssue({ code: 'custom', ...issue });
  };

/** Each tier ends above the one before it, and only the last has no end. */
function tierIssues(tiers: readonly { up_to: string | null }[]): Issue[] {
  return tiers.flatMap((tier, i) => {
    const issue = (message: string): Issue[] => [{ path: ['tiers', i, 'up_to'], message }];
    const isLast = i === tiers.length - 1;
    if (tier.up_to === null) return isLast ? [] : issue('is empty before the last tier');
    if (isLast) return issue('is set in the last tier, which has no end');
    const before = tiers[i - 1]?.up_to ?? '0';
    return compareDecimals(tier.up_to, before) > 0 ? [] : issue('is not above the tier before');
  });
}

const above = (low: string | null | undefined, high: string | null | undefined): boolean =>
  typeof low === 'string' && typeof high === 'string' && compareDecimals(low, high) > 0;

const boundIssues = (value: object): Issue[] => {
  const bounds = value as Record<string, string | null | undefined>;
  const message = 'is above the maximum';
  return (['minimum_amount', 'event_minimum'] as const)
    .filter((low) => above(bounds[low], bounds[low.replace('minimum', 'maximum')]))
    .map((low) => ({ path: [low], message }));
};

const checked = reporting((value: object) => [
  ...boundIssues(value),
  ...('tiers' in value && Array.isArray(value.tiers) ? tierIssues(value.tiers) : []),
]);

const tiersOf = <Tier extends z.ZodType>(tier: Tier) => z.array(tier).min(1).max(TIERS_MAX);

/** A price as it is written, with the default of every field that may be left out. */
export const priceInput = z.discriminatedUnion('model', [
  z.strictObject({
    ...otherKinds,
    model: z.literal('flat'),
    amount: flatTerms.amount,
    billed: flatTerms.billed.default('in_advance'),
  }),
  z
    .strictObject({
      ...otherKinds,
      model: z.literal('per_unit'),
      ...usageInput,
      unit_amount: decimal(),
    })
    .superRefine(checked),
  z
    .strictObject({
      ...otherKinds,
      model: z.enum(['graduated', 'volume']),
      ...usageInput,
      tiers: tiersOf(unitTierInput),
      zero_usage_flat: zero_usage_flat.default('due'),
    })
    .superRefine(checked),
  z
    .strictObject({
      ...otherKinds,
      model: z.literal('package'),
      ...usageInput,
      ...packageTerms,
      package_rounding: package_rounding.default('up'),
    })
    .superRefine(checked),
  z
    .strictObject({
      ...otherKinds,
      model: z.literal('graduated_package'),
      ...usageInput,
      package_rounding: package_rounding.default('up'),
      tiers: tiersOf(packageTierInput),
      zero_usage_flat: zero_usage_flat.default('due'),
    })
    .superRefine(checked),
  z
    .strictObject({
      ...otherKinds,
      model: z.literal('percentage'),
      ...usageInput,
      ...eventInput,
      rate: rate(),
    })
    .superRefine(checked),
  z
    .strictObject({
      ...otherKinds,
      model: z.literal('graduated_percentage'),
      ...usageInput,
      ...eventInput,
      tiers: tiersOf(rateTierInput),
      zero_usage_flat: zero_usage_flat.default('due'),
    })
    .superRefine(checked),
]);
export type PriceInput = z.infer<typeof priceInput>;
