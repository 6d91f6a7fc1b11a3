import { z } from 'zod';
import { time } from './field.ts';

/** A kind of work that is done apart from requests. */
export const jobKind = z
  .object({
    name: z.string(),
    /** When it starts by itself: a cron expression, in UTC. */
    cron: z.string().nullable(),
    waiting: z.number().int(),
    running: z.number().int(),
    /** Runs that failed after all their tries and wait for somebody to decide. */
    failed: z.number().int(),
    last_completed_at: time().nullable(),
  })
  .meta({ id: 'JobKind' });
export type JobKind = z.infer<typeof jobKind>;

/** A run that failed after all its tries; it stays until it is retried or discarded. */
export const failedJob = z
  .object({
    id: z.string(),
    name: z.string(),
    /** What it was about: names and ids. */
    data: z.record(z.string(), z.string()),
    reason: z.string(),
    tries: z.number().int(),
    failed_at: time(),
  })
  .meta({ id: 'FailedJob' });
export type FailedJob = z.infer<typeof failedJob>;

export const failedJobDecision = z
  .object({ id: z.string(), name: z.string(), decision: z.enum(['retried', 'discarded']) })
  .meta({ id: 'FailedJobDecision' });
