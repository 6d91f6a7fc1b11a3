import { z } from 'zod';
import { time } from './field.ts';
import { WINDOW_KINDS } from './facts.ts';

/** What one boot holds of a quota window, in units of the meter. */
export const leaseState = z
  .object({
    gateway: z.string(),
    boot: z.string(),
    boot_state: z.enum(['live', 'sealed', 'forfeited', 'written_off']),
    last_seen_at: time(),
    granted: z.string(),
    returned: z.string(),
    settled: z.string(),
    /** Granted, neither returned nor settled: with its till, or in requests under way. */
    held: z.string(),
  })
  .meta({ id: 'LeaseState' });

export const quotaWindowState = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    customer_name: z.string(),
    meter_id: z.string(),
    /** The key whose own quota it is; null for one of the whole customer. */
    key_id: z.string().nullable(),
    window: z.enum(WINDOW_KINDS),
    start: time(),
    resets_at: time(),
    limit: z.string().nullable(),
    /** Lent in all, spent units included. */
    lent: z.string(),
    /** Used beside that; with it `lent` never passes the limit by a grant. */
    outside: z
      .string()
      .describe(
        'Used without a lease: admitted while billing-core was away, beyond what was set aside, ' +
          'or billed at a time at which the plan did not limit it hard',
      ),
    /** Of both, spent by requests of which another one with their key is billed: free again. */
    repeated: z.string(),
    /** Held by boots that have ended without a seal: used until the window ends. */
    stranded: z.string(),
    leases: z.array(leaseState),
  })
  .meta({ id: 'QuotaWindowState' });
export type QuotaWindowState = z.infer<typeof quotaWindowState>;
