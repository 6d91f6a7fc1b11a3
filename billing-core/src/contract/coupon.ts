import { z } from 'zod';
import { currency } from './customer.ts';
import { id, text, time } from './field.ts';

const INVOICES_MAX = 1_000;
const REDEMPTIONS_MAX = 1_000_000_000;

export const TERMS_STATES = ['active', 'archived'] as const;

/** More than nothing and at most all of it, as a percentage. */
const percentOff = () =>
  z
    .string()
    .regex(/^(100(\.0{1,12})?|[1-9]?\d(\.\d{1,12})?)$/, 'is not a percentage from 0 to 100')
    .refine((value) => /[1-9]/.test(value), 'is not positive');
/** Minor units. */
const amountOff = () =>
  z.string().regex(/^[1-9]\d{0,17}$/, 'is not a positive whole number of at most 18 digits');

export const coupon = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    /** Of what an invoice comes to before tax; null where it is an amount. */
    percent_off: z.string().nullable(),
    /** Minor units of `currency`. */
    amount_off: z.string().nullable(),
    currency: z.string().nullable(),
    /** How many invoices of a customer it is taken off; null: all of them. */
    invoices: z.number().int().nullable(),
    redeem_by: time().nullable(),
    redemptions_max: z.number().int().nullable(),
    redemptions: z.number().int(),
    state: z.enum(TERMS_STATES),
    created_at: time(),
  })
  .meta({ id: 'Coupon' });
export type Coupon = z.infer<typeof coupon>;

export const newCoupon = z
  .strictObject({
    slug: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'is not lower-case letters, digits, -_'),
    name: text(),
    percent_off: percentOff().nullable().default(null),
    amount_off: amountOff().nullable().default(null),
    currency: currency().nullable().default(null),
    invoices: z.number().int().min(1).max(INVOICES_MAX).nullable().default(null),
    redeem_by: time().nullable().default(null),
    redemptions_max: z.number().int().min(1).max(REDEMPTIONS_MAX).nullable().default(null),
  })
  .refine(({ percent_off, amount_off }) => (percent_off === null) !== (amount_off === null), {
    path: ['percent_off'],
    message: 'or amount_off: one of them is given, and not both',
  })
  .refine(({ amount_off, currency: of }) => amount_off === null || of !== null, {
    path: ['currency'],
    message: 'is missing for an amount',
  })
  .refine(({ percent_off, currency: of }) => percent_off === null || of === null, {
    path: ['currency'],
    message: 'is nothing of a percentage',
  });
export type NewCoupon = z.infer<typeof newCoupon>;

export const couponPatch = z.strictObject({ name: text() });

/** A coupon that a customer has. */
export const customerCoupon = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    coupon,
    starts_at: time(),
    ended_at: time().nullable(),
  })
  .meta({ id: 'CustomerCoupon' });
export type CustomerCoupon = z.infer<typeof customerCoupon>;

export const newCustomerCoupon = z.strictObject({ coupon_id: id('cpn') });
