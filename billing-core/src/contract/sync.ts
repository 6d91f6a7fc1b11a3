import { z } from 'zod';

/**
 * The one conversation between gateway and billing-core. A request's body is one line of JSON
 * (the envelope), a newline, then the batch's stored bytes, if one is sent.
 */

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().regex(/^[\w|.:-]{1,150}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const SYNC_TYPE = 'application/vnd.tollgate.sync';
export const LEASES_MAX = 2_000;
export const RATES_MAX = 2_000;
export const GAPS_MAX = 100;
export const REFUSALS_MAX = 5_000;

export const batchHeader = z.strictObject({
  sequence: count.min(1),
  first_frame: count,
  last_frame: count,
  entries: count,
  /** Core time in ms: every request admitted before it is in this batch or an earlier one. */
  watermark: count,
  sha256,
});
export type BatchHeader = z.infer<typeof batchHeader>;

/**
 * Running totals of one lease: core merges by maximum, so repeats and reorders are harmless. A
 * till that forgot a lease of which it held nothing any more starts the next generation at zero.
 */
export const leaseTotals = z.strictObject({
  window: name,
  generation: count,
  wanted: count,
  returned: count,
});
export type LeaseTotals = z.infer<typeof leaseTotals>;

const rate = z.number().min(0).max(1e9);

/**
 * A till's part of one customer's rate limit: what it holds now (it lowers itself before it says
 * so), how much is asked of it, and how many tokens it needs where core holds the bucket.
 */
export const rateReport = z.strictObject({
  customer: name,
  /** Requests a second that were offered lately. */
  demand: rate,
  rate,
  burst: rate,
  take: count,
});
export type RateReport = z.infer<typeof rateReport>;

export const rateShare = z.object({
  customer: z.string(),
  rate,
  burst: rate,
  /** Tokens to add now; a raised share brings none of its own. */
  tokens: rate,
  /** The limit is too small to divide: core holds the bucket, and tills ask for tokens. */
  central: z.boolean(),
  /** With no token given: when there may be one. */
  retry_in_ms: count,
});
export type RateShare = z.infer<typeof rateShare>;

/** Usage that is known to be lost or unreadable; core keeps a row, nobody skips it in silence. */
export const usageGap = z.strictObject({
  reason: z.string().min(1).max(100),
  first_frame: count.nullable(),
  last_frame: count.nullable(),
});
export type UsageGap = z.infer<typeof usageGap>;

/**
 * How a boot ends: sealed (unspent leases come back) or forfeited (they do not). `last`: number of
 * its last batch. A core that has not all of them does not end it, and asks for what it lacks.
 */
export const bootEnd = z.strictObject({
  kind: z.enum(['seal', 'forfeit']),
  in_doubt: count,
  last: count.optional(),
});
export type BootEnd = z.infer<typeof bootEnd>;

export const syncEnvelope = z.strictObject({
  v: z.literal(1),
  gateway: name,
  boot: name,
  /** The boot of the process that speaks: another one than `boot` ships what that one left. */
  by: name,
  fingerprint: name,
  version: z.string().max(50),
  batch: batchHeader.nullable(),
  /** Used when no batch is sent: an idle gateway still moves its watermark. */
  watermark: count.nullable(),
  leases: z.array(leaseTotals).max(LEASES_MAX),
  /** Number of this message in its boot: what an older one says of rates is of the past. */
  message: count,
  rates: z.array(rateReport).max(RATES_MAX),
  /**
   * Number of the newest message of this boot that core answered: a core that never heard it has
   * gone back to an earlier state of its database.
   */
  heard: count.optional(),
  /** The recovery this boot began under; null before core's first answer. */
  recovery: count.nullable().optional(),
  /** The desk that has now been told of every share this boot holds. */
  desk: count.nullable().optional(),
  gaps: z.array(usageGap).max(GAPS_MAX),
  /** Batches that core asks for and the spool no longer has: core notes the gap and goes on. */
  skip: z.strictObject({ first: count.min(1), last: count.min(1) }).nullable(),
  refusals: z
    .array(z.strictObject({ customer: name, minute: count, reason: name, requests: count }))
    .max(REFUSALS_MAX),
  end: bootEnd.nullable(),
});
export type SyncEnvelope = z.infer<typeof syncEnvelope>;

export const BATCH_STATUSES = ['applied', 'repeated', 'gap', 'conflict', 'dead_letter'] as const;

export const leaseGrant = z.object({
  window: z.string(),
  generation: count,
  /** G: units granted to this boot in all, in this generation. */
  granted: count,
  limit: count,
  /** Units of the window that no till holds; what is left, together with the till's own. */
  unlent: count,
  /** Nothing more until a change after `as_of`. */
  exhausted: z.boolean(),
  /** Others hold units and were asked for them: try again then. Null: no need to wait. */
  retry_in_ms: count.nullable(),
});
export type LeaseGrant = z.infer<typeof leaseGrant>;

export const syncAnswer = z.object({
  /** Core time in ms. */
  now: count,
  boot_state: z.enum(['live', 'sealed', 'forfeited', 'written_off']),
  next_sequence: count,
  /** The last frame of this boot that is in the ledger, or in a dead letter. */
  applied_frame: count.optional(),
  batch: z.object({ status: z.enum(BATCH_STATUSES), written: count }).nullable(),
  grants: z.array(leaseGrant),
  shares: z.array(rateShare),
  /**
   * The newest recovery: core's database went back to an earlier state. A boot that began before it
   * is to be ended, for core may not know all that it was lent; the process goes on in another one.
   * While it is not open, nothing is lent to anybody.
   */
  recovery: z.object({ number: count, open: z.boolean() }).optional(),
  /** Who divides rate limits: another number means one that knows of no shares yet. */
  desk: count.optional(),
  /** Number of the newest change that the grants take into account. */
  as_of: z.string(),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;
