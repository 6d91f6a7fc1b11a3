import { z } from 'zod';
import { time } from './field.ts';

/** What is kept for a time, and the least time that is taken for it. */
export const RETENTION_DAYS_MIN = {
  ledger: 100,
  audit: 365,
  stripe_events: 60,
  letters: 30,
} as const;
export type RetentionKind = keyof typeof RETENTION_DAYS_MIN;
export const RETENTION_KINDS = Object.keys(RETENTION_DAYS_MIN) as RetentionKind[];

/** What holds a day of the ledger back. */
export const HELD_BY = [
  'open_period',
  'unpaid_invoice',
  'open_dispute',
  'reconciliation',
  'not_rolled',
] as const;

const DAYS_MAX = 36_500;
const days = (least: number) => z.number().int().min(least).max(DAYS_MAX).nullable();

/** In days; null: for good. */
export const retentionSettings = z
  .strictObject({
    ledger: days(RETENTION_DAYS_MIN.ledger),
    audit: days(RETENTION_DAYS_MIN.audit),
    stripe_events: days(RETENTION_DAYS_MIN.stripe_events),
    letters: days(RETENTION_DAYS_MIN.letters),
  })
  .meta({ id: 'RetentionSettings' });
export type RetentionSettings = z.infer<typeof retentionSettings>;

export const retention = z
  .object({
    settings: retentionSettings,
    /** What went so far, by kind: rows, or days of the ledger; null: no round yet. */
    rounds: z.array(
      z.object({
        kind: z.enum(RETENTION_KINDS),
        ran_at: time(),
        gone: z.number().int(),
        /** The first day of the ledger that is old enough and needed still. */
        held_day: z.string().nullable(),
        held_by: z.enum(HELD_BY).nullable(),
      }),
    ),
    /** Days of the ledger that there are. */
    ledger: z.object({
      oldest_day: z.string().nullable(),
      bytes: z.number().int(),
      /** Days behind today that are made already. */
      days_ahead: z.number().int(),
    }),
    /** Of the log of single requests: REQUEST_LOG_HOURS. */
    request_log_hours: z.number().int(),
  })
  .meta({ id: 'Retention' });
export type Retention = z.infer<typeof retention>;
