import { z } from 'zod';
import { time } from './field.ts';
import { RECONCILIATION_STATES } from './reconciliation.ts';

/** What waits for an admin. */
export const attention = z
  .object({
    /** The last comparison of the books that ended; null: there was none yet. */
    books: z
      .object({
        id: z.string(),
        state: z.enum(RECONCILIATION_STATES),
        /** Over all stages. */
        differing: z.number().int(),
        ended_at: time(),
      })
      .nullable(),
    /** Null where Stripe does not collect. */
    stripe: z
      .object({
        /** Stripe does not take the key, since then. */
        key_refused_since: time().nullable(),
        /** Customers of whom it could not be told, and events that could not be followed. */
        stuck: z.number().int(),
        /** Disputes that wait for evidence. */
        disputes: z.number().int(),
        /** Open invoices that Stripe cannot take: they are to be paid another way. */
        not_collected: z.number().int(),
      })
      .nullable(),
    /** Days of the ledger that are made ahead, where they are too few; null: they are enough. */
    ledger_days_ahead: z.number().int().nullable(),
    /** Requests for larger quotas that nobody has answered. */
    quota_requests: z.number().int(),
  })
  .meta({ id: 'Attention' });
export type Attention = z.infer<typeof attention>;
