import { z } from 'zod';
import { time } from './field.ts';

export const recoveryState = z
  .object({
    /** 0: the database never went back to an earlier state. */
    number: z.string(),
    reason: z.enum(['first', 'other_server', 'lost_sync', 'declared']),
    began_at: time(),
    /** Hard quotas are lent again: every boot of before is over. */
    open: z.boolean(),
    /** The boots it waits for, those silent for longest first; at most a hundred. */
    awaited: z.array(z.object({ gateway: z.string(), boot: z.string(), last_seen_at: time() })),
  })
  .meta({ id: 'RecoveryState' });
export type RecoveryState = z.infer<typeof recoveryState>;
