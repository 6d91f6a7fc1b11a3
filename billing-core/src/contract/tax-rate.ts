import { z } from 'zod';
import { TERMS_STATES } from './coupon.ts';
import { id, text, time } from './field.ts';

/** Of one customer: more than these no invoice has. */
export const TAX_RATES_MAX = 10;

const percent = () =>
  z
    .string()
    .regex(/^(100(\.0{1,12})?|[1-9]?\d(\.\d{1,12})?)$/, 'is not a percentage from 0 to 100');

export const taxRate = z
  .object({
    id: z.string(),
    name: z.string(),
    percent: z.string(),
    /** Whether prices have it in them already; otherwise it comes on top. */
    inclusive: z.boolean(),
    state: z.enum(TERMS_STATES),
    created_at: time(),
  })
  .meta({ id: 'TaxRate' });
export type TaxRate = z.infer<typeof taxRate>;

export const newTaxRate = z.strictObject({
  name: text(),
  percent: percent(),
  inclusive: z.boolean().default(false),
});
export type NewTaxRate = z.infer<typeof newTaxRate>;

export const taxRatePatch = z.strictObject({ name: text() });

/** All that a customer is taxed by, in this order. */
export const customerTaxRates = z.strictObject({
  tax_rate_ids: z
    .array(id('txr'))
    .max(TAX_RATES_MAX)
    .refine((ids) => new Set(ids).size === ids.length, 'has one twice'),
});
