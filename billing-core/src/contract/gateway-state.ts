import { z } from 'zod';
import { time } from './field.ts';

/** What a boot's disk holds of usage that billing-core does not have. */
export const spoolState = z
  .object({
    bytes: z.number().int(),
    /** Past so many nothing more is recorded. */
    bytes_max: z.number().int(),
    /** Records that are not acknowledged, and the age of the oldest, when it was told. */
    records: z.number().int(),
    oldest_ms: z.number().int(),
    told_at: time(),
  })
  .meta({ id: 'SpoolState' });
export type SpoolState = z.infer<typeof spoolState>;

export const bootState = z
  .object({
    boot: z.string(),
    state: z.enum(['live', 'sealed', 'forfeited', 'written_off']),
    version: z.string(),
    next_sequence: z.number().int(),
    /** Every request admitted before it is recorded; null before the first, and at the end. */
    watermark: time().nullable(),
    /** Null once nothing more can come. */
    lag_ms: z
      .number()
      .int()
      .nullable()
      .meta({
        description:
          'Age of the watermark, or of the boot before its first. Below zero the boot has ' +
          'vouched for time that is still to come: the clock of billing-core was set back.',
      }),
    /** Requests admitted before a crash whose outcome nobody knows. */
    in_doubt: z.number().int(),
    /** Null: it has ended, or has not told: nobody knows then. */
    spool: spoolState.nullable(),
    started_at: time(),
    last_seen_at: time(),
    ended_at: time().nullable(),
  })
  .meta({ id: 'BootState' });
export type BootState = z.infer<typeof bootState>;

export const gatewayState = z
  .object({ id: z.string(), created_at: time(), boots: z.array(bootState) })
  .meta({ id: 'GatewayState' });
export type GatewayState = z.infer<typeof gatewayState>;

/** A batch that could not be read: kept whole, acknowledged, never retried for ever. */
export const deadLetter = z
  .object({
    gateway: z.string(),
    boot: z.string(),
    sequence: z.number().int(),
    reason: z.string(),
    sha256: z.string(),
    bytes: z.number().int(),
    created_at: time(),
    resolved_at: time().nullable(),
    /** Recorded after all, or given up, with the reason. */
    resolution: z.enum(['recorded', 'discarded']).nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetter>;

export const deadLetterResolution = z
  .object({
    gateway: z.string(),
    boot: z.string(),
    sequence: z.number().int(),
    resolution: z.enum(['recorded', 'discarded']),
  })
  .meta({ id: 'DeadLetterResolution' });

/** Usage of a boot that is known to be lost or unreadable. */
export const usageGapState = z
  .object({
    gateway: z.string(),
    boot: z.string(),
    reason: z.string(),
    /** Range of the boot's requests, where it is known. */
    first_frame: z.number().int().nullable(),
    last_frame: z.number().int().nullable(),
    created_at: time(),
  })
  .meta({ id: 'UsageGap' });
export type UsageGapState = z.infer<typeof usageGapState>;
