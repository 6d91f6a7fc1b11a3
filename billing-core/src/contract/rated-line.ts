import { z } from 'zod';

export const SLICE_KINDS = [
  'flat',
  'included',
  'free',
  'units',
  'packages',
  'percentage',
  'tier_flat',
  'event_fee',
  'event_minimum',
  'event_maximum',
  'discount',
  'minimum',
  'maximum',
  'already_billed',
] as const;

/** A part of a line: its amount is what it adds to the line, below zero what it takes off. */
export const slice = z
  .object({
    kind: z.enum(SLICE_KINDS),
    /** Counted from 1; null where no tier is meant. */
    tier: z.number().int().nullable(),
    /** Units of the meter, packages or events, as the kind says. */
    quantity: z.string().nullable(),
    /** Minor units for one of them. */
    unit_amount: z.string().nullable(),
    /** Percent of them. */
    rate: z.string().nullable(),
    /** Minor units, to the last digit. */
    exact_amount: z.string(),
    description: z.string(),
  })
  .meta({ id: 'RatedSlice' });
export type Slice = z.infer<typeof slice>;

export const ratedLine = z
  .object({
    /** Units of the meter so far in the period; null for a flat price. */
    quantity: z.string().nullable(),
    /** Minor units, to the last digit: the sum of the slices. */
    exact_amount: z.string(),
    /** Whole minor units, rounded half away from zero. */
    rounded_amount: z.string(),
    /** How the amount comes about, in words and figures. */
    description: z.string(),
    slices: z.array(slice),
  })
  .meta({ id: 'RatedLine' });
export type RatedLine = z.infer<typeof ratedLine>;
