import { z } from 'zod';
import { QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { decimal, id, optionalText, text, time } from './field.ts';
import { quotaRaise } from './quota-override.ts';
import { meterShown } from './usage.ts';

export const QUOTA_REQUEST_STATES = ['open', 'granted', 'declined', 'withdrawn'] as const;
export type QuotaRequestState = (typeof QUOTA_REQUEST_STATES)[number];

/** Which quota of its plan a customer wants to be how large, and why. */
export const newQuotaRequest = z.strictObject({
  meter_id: id('mtr'),
  window: z.enum(WINDOW_KINDS),
  scope: z.enum(QUOTA_SCOPES).default('customer'),
  /** Units of the meter a window; more than the limit that holds now. */
  limit: decimal(),
  reason: text(500),
});
export type NewQuotaRequest = z.infer<typeof newQuotaRequest>;

export const quotaRequest = z
  .object({
    id: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }),
    /** Null where that user is no more. */
    asked_by: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    meter: meterShown,
    window: z.enum(WINDOW_KINDS),
    scope: z.enum(QUOTA_SCOPES),
    /** The limit when it was asked. */
    limit_then: z.string(),
    limit: z.string(),
    reason: z.string(),
    state: z.enum(QUOTA_REQUEST_STATES),
    /** What the customer was told; empty while it is open. */
    answer: z.string(),
    /** What it was answered with; null: nothing was raised by it. */
    raise: z
      .object({ override_id: z.string(), limit: z.string(), ends_at: time().nullable() })
      .nullable(),
    answered_at: time().nullable(),
    created_at: time(),
  })
  .meta({ id: 'QuotaRequest' });
export type QuotaRequest = z.infer<typeof quotaRequest>;

export const quotaAnswer = z.strictObject({
  decision: z.enum(['granted', 'declined']),
  /** What the customer is told. */
  answer: optionalText(1_000).default(''),
  /** Of a grant: the quota is raised with the answer. Left out: nothing is raised by it. */
  raise: quotaRaise.optional(),
});
export type QuotaAnswer = z.infer<typeof quotaAnswer>;
