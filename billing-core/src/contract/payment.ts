import { z } from 'zod';
import { optionalText, text, time } from './field.ts';
import { pageQuery } from './page.ts';

export const PAYMENT_KINDS = ['payment', 'refund'] as const;

export const payment = z
  .object({
    id: z.string(),
    invoice_id: z.string(),
    kind: z.enum(PAYMENT_KINDS),
    currency: z.string(),
    /** Minor units. */
    amount: z.string(),
    method: z.string(),
    reference: z.string(),
    received_at: time(),
    created_at: time(),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof payment>;

/** The same in the list of all of a customer's. */
export const portalPayment = payment
  .extend({ invoice_number: z.string() })
  .meta({ id: 'PortalPayment' });
export type PortalPayment = z.infer<typeof portalPayment>;

export const portalPaymentsQuery = pageQuery.extend({ kind: z.enum(PAYMENT_KINDS).optional() });

export const newPayment = z.strictObject({
  kind: z.enum(PAYMENT_KINDS).default('payment'),
  /** All that is due (of a refund: all that was paid too much) unless given. */
  amount: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'is not a positive whole number of at most 15 digits')
    .optional(),
  method: text(60).default('manual'),
  reference: optionalText(200).default(''),
  received_at: time().optional(),
});
export type NewPayment = z.infer<typeof newPayment>;
