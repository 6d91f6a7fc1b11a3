import { z } from 'zod';
import { TIMED_STEPS } from './dunning.ts';
import { time } from './field.ts';

/** What a customer owes past its time, and what that does to its requests. */
export const debt = z
  .object({
    currency: z.string(),
    /** Minor units, of all these invoices. */
    due: z.string(),
    owed_since: time().nullable(),
    /** What the plan's choice does now: nothing (yet), a lower rate, or refuse (402). */
    effect: z.enum(['none', 'limit', 'block']),
    invoices: z.array(
      z.object({
        id: z.string(),
        number: z.string(),
        state: z.enum(['open', 'uncollectible']),
        due: z.string(),
        due_at: time(),
        is_paused: z.boolean(),
        next: z.object({ kind: z.enum(TIMED_STEPS), at: time() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'Debt' });
export type Debt = z.infer<typeof debt>;
