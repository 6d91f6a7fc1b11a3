import { z } from 'zod';
import { id, time } from './field.ts';

/** Why a customer cannot be erased yet, each with the way out. */
export const ERASURE_OBJECTIONS = [
  'not_archived',
  'open_invoices',
  'draft_invoices',
  'credit_left',
  'usage_not_closed',
  'open_disputes',
  'stripe_not_told',
  'money_owed_back',
] as const;

const counts = z.record(z.string(), z.number().int());

/** What erasing a customer does, or did. */
export const erasurePreview = z
  .object({
    customer: z.object({ id: z.string(), name: z.string() }),
    /** When it was erased; null: it was not. */
    erased_at: time().nullable(),
    /** Why it cannot be erased yet; empty: it can. */
    objections: z.array(z.object({ reason: z.enum(ERASURE_OBJECTIONS), detail: z.string() })),
    /** What goes, or loses what names somebody, by kind. */
    erased: counts,
    /** What stays: books, without names. `named_invoices` keep theirs for as long as is set. */
    kept: counts,
  })
  .meta({ id: 'ErasurePreview' });
export type ErasurePreview = z.infer<typeof erasurePreview>;

export const newErasure = z
  .strictObject({
    /** The name that the customer has, as a person typed it. */
    name: z.string().max(200),
  })
  .meta({ id: 'NewErasure' });

/** An erasure, without anything of who it was: the list is kept beside backups. */
export const erasure = z
  .object({
    id: id('ers'),
    customer_id: id('cus'),
    erased_at: time(),
    counts,
    /** When the last document lost its name; null: some are kept as is set. */
    whole_at: time().nullable(),
  })
  .meta({ id: 'Erasure' });
export type Erasure = z.infer<typeof erasure>;

export const erasureSettings = z
  .strictObject({
    /** How long documents keep to whom they were sent, in days from when they became final. */
    keep_documents_days: z.number().int().min(0).max(7_300),
  })
  .meta({ id: 'ErasureSettings' });
export type ErasureSettings = z.infer<typeof erasureSettings>;
