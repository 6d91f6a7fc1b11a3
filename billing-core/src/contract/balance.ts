import { z } from 'zod';
import { time } from './field.ts';
import { pageOf } from './page.ts';

/**
 * A negative invoice gave it, an invoice used it, a credit note or a void gave it back, or more was
 * paid than an invoice says.
 */
export const BALANCE_KINDS = ['grant', 'use', 'credit_note', 'void', 'overpaid'] as const;

export const balanceEntry = z
  .object({
    id: z.string(),
    kind: z.enum(BALANCE_KINDS),
    invoice_id: z.string(),
    credit_note_id: z.string().nullable(),
    currency: z.string(),
    /** Minor units; below zero what an invoice took. */
    amount: z.string(),
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
