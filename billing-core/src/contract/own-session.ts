import { z } from 'zod';
import { time } from './field.ts';

/** One browser in which the caller is signed in. */
export const ownSession = z
  .object({
    id: z.string(),
    /** The one that asks. */
    current: z.boolean(),
    /** From where it was begun; null where nobody knows. */
    address: z.string().nullable(),
    /** What the browser calls itself. */
    user_agent: z.string().nullable(),
    created_at: time(),
    /** To the day: a session in use is renewed once a day. */
    seen_at: time(),
    expires_at: time(),
  })
  .meta({ id: 'OwnSession' });
export type OwnSession = z.infer<typeof ownSession>;

export const ownSessions = z.object({ data: z.array(ownSession) });
export const sessionsEnded = z.object({ ended: z.number().int() });
