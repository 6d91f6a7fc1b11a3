import { z } from 'zod';
import { id, time } from './field.ts';
import { pageQuery } from './page.ts';

/** Books that are compared, each with the one before it. */
export const STAGES = ['ledger', 'rated', 'invoiced', 'stripe'] as const;
export type Stage = (typeof STAGES)[number];

export const DIFFERENCE_KINDS = [
  /** Gateways counted something else than the ledger has. */
  'counts',
  /** A line bills another quantity than its range of the ledger comes to. */
  'quantity',
  /** A line is not what its slices come to, rounded. */
  'rounding',
  /** An invoice is not what its lines come to. */
  'sum',
  'missing_there',
  'unknown_here',
  'twice_there',
  'total',
  'paid',
  'refunded',
  'credited',
  'state',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** What an admin can have done about a difference; nothing is done by itself. */
export const REPAIRS = ['tell_again', 'read_again', 'void_double'] as const;
export type Repair = (typeof REPAIRS)[number];

export const RECONCILIATION_STATES = ['running', 'clean', 'different', 'failed'] as const;

export const reconciliation = z
  .object({
    id: z.string(),
    state: z.enum(RECONCILIATION_STATES),
    requested_by: z.string(),
    /** What it looked at: from then on. */
    since: time(),
    began_at: time(),
    ended_at: time().nullable(),
    /** Why it failed; empty where it did not. */
    said: z.string(),
    stages: z.array(
      z.object({
        stage: z.enum(STAGES),
        /** How many customers, meters and days, lines or invoices were compared. */
        compared: z.number().int(),
        differing: z.number().int(),
        /** What both sides come to: requests, or minor units by currency. */
        here: z.string(),
        there: z.string(),
      }),
    ),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof reconciliation>;

export const difference = z
  .object({
    position: z.number().int(),
    stage: z.enum(STAGES),
    kind: z.enum(DIFFERENCE_KINDS),
    customer: z.object({ id: z.string(), name: z.string() }).nullable(),
    subject_id: z.string(),
    here: z.string(),
    there: z.string(),
    detail: z.record(z.string(), z.string()),
    /** What can be done about it; null: somebody has to look. */
    repair: z.enum(REPAIRS).nullable(),
    repaired_at: time().nullable(),
  })
  .meta({ id: 'Difference' });
export type ShownDifference = z.infer<typeof difference>;

export const reconciliationsQuery = pageQuery;
export const differencesQuery = pageQuery.extend({ customer_id: id('cus').optional() });

const POSITION_MAX = 1_000_000;
export const repairWanted = z.strictObject({
  /** Of the difference. */
  position: z.number().int().min(0).max(POSITION_MAX),
});
