import { z } from 'zod';
import { time } from './field.ts';

export const auditEntry = z
  .object({
    id: z.string(),
    at: time(),
    actor_kind: z.enum(['token', 'user', 'system']),
    actor_id: z.string(),
    action: z.string(),
    subject_id: z.string(),
    request_id: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;
