import { z } from 'zod';
import { id, optionalText, text, time } from './field.ts';
import { pageOf } from './page.ts';

/** Of no invoice: money that went to the customer, or came back because it did not get there. */
export const PAYOUT_KINDS = ['payout', 'payout_return'] as const;
export type PayoutKind = (typeof PAYOUT_KINDS)[number];
/**
 * A negative invoice gave it, an invoice used it when it became final, a credit note or a void
 * gave it back, or more was paid than an invoice says; it was set off against an invoice that was
 * final; or it was paid out.
 */
export const BALANCE_KINDS = [
  ...(['grant', 'use', 'credit_note', 'void', 'overpaid', 'set_off'] as const),
  ...PAYOUT_KINDS,
] as const;
export type BalanceKind = (typeof BALANCE_KINDS)[number];

export const balanceEntry = z
  .object({
    id: z.string(),
    kind: z.enum(BALANCE_KINDS),
    /** Null for a payout. */
    invoice_id: z.string().nullable(),
    credit_note_id: z.string().nullable(),
    currency: z.string(),
    /** Minor units; below zero what was taken from it. */
    amount: z.string(),
    /** How a payout went, and what it is known by; else null. */
    method: z.string().nullable(),
    reference: z.string().nullable(),
    created_at: time(),
  })
  .meta({ id: 'BalanceEntry' });
export type BalanceEntry = z.infer<typeof balanceEntry>;

/** What a customer has to its credit, and how it came about. */
export const balance = pageOf(balanceEntry)
  .extend({
    currency: z.string(),
    /** The sum of all entries in that currency: the next invoices take from it. */
    amount: z.string(),
  })
  .meta({ id: 'Balance' });
export type Balance = z.infer<typeof balance>;

export const newPayout = z
  .strictObject({
    /** `payout_return`: one by hand came back, and is to the customer’s credit again. */
    kind: z.enum(PAYOUT_KINDS).default('payout'),
    /** All that can be paid out (or came back) unless given. */
    amount: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'is not a positive whole number of at most 15 digits')
      .optional(),
    /** Goes out as a refund of this paid invoice; else by hand, of none. */
    invoice_id: id('inv').optional(),
    method: text(60).default('manual'),
    reference: optionalText(200).default(''),
  })
  .refine(({ kind, invoice_id: of }) => kind === 'payout' || of === undefined, {
    path: ['invoice_id'],
    message: 'is of a payout: a refund that came back is taken back by itself',
  });
export type NewPayout = z.infer<typeof newPayout>;
