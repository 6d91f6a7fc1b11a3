import { z } from 'zod';
import { QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { decimal, id, text, time } from './field.ts';
import { meterShown } from './usage.ts';

export const OVERRIDE_STATES = ['active', 'ended'] as const;

/** How far a quota is raised, and until when. */
export const quotaRaise = z.strictObject({
  /** Units of the meter a window; more than the plan and add-ons come to. */
  limit: decimal(),
  /** Null: until somebody ends it. */
  ends_at: time().nullable().default(null),
});
export type QuotaRaise = z.infer<typeof quotaRaise>;

export const newQuotaOverride = quotaRaise.extend({
  customer_id: id('cus'),
  meter_id: id('mtr'),
  window: z.enum(WINDOW_KINDS),
  scope: z.enum(QUOTA_SCOPES).default('customer'),
  /** For admins; customers are not shown it. */
  reason: text(500),
  /** The override of this quota that it takes the place of. */
  replaces: id('qov').nullable().default(null),
});
export type NewQuotaOverride = z.infer<typeof newQuotaOverride>;

export const quotaOverride = z
  .object({
    id: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }),
    meter: meterShown,
    window: z.enum(WINDOW_KINDS),
    scope: z.enum(QUOTA_SCOPES),
    /** The quota is at least so large while it holds. */
    limit: z.string(),
    /** What the plan and add-ons come to now; null: the customer has no such limit. */
    plan_limit: z.string().nullable(),
    reason: z.string(),
    /** The request that it answered. */
    request_id: z.string().nullable(),
    state: z.enum(OVERRIDE_STATES),
    starts_at: time(),
    ends_at: time().nullable(),
    /** When it did end: at its time, by hand, or by another one. */
    ended_at: time().nullable(),
  })
  .meta({ id: 'QuotaOverride' });
export type QuotaOverride = z.infer<typeof quotaOverride>;
