import { z } from 'zod';
import { time } from './field.ts';

export const auditEntry = z
  .object({
    id: z.string(),
    /** The time of day. */
    at: time(),
    /**
     * What the clock said by which it was done: a test clock is ahead of the time of day. Null for
     * what was done before this was kept.
     */
    clock_at: time().nullable(),
    actor_kind: z.enum(['token', 'user', 'system']),
    actor_id: z.string(),
    action: z.string(),
    subject_id: z.string(),
    request_id: z.string().nullable(),
    /** From where it came; null for what no request did. */
    address: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    /** What the request changed: of each row the fields that differ, without secrets. */
    changes: z.array(
      z.object({
        table: z.string(),
        row_id: z.string(),
        /** Null for a row that is new. */
        before: z.record(z.string(), z.unknown()).nullable(),
        /** Null for a row that is gone. */
        after: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;
