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
  /** What is still to be paid, of one that is open on both sides. */
  'remaining',
  /** More came than the invoice says. */
  'overpaid',
  /** Money is at Stripe for an invoice that is void here. */
  'paid_though_void',
  'state',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** What an admin can have done about a difference; nothing is done by itself. */
export const REPAIRS = [
  'tell_again',
  'read_again',
  'void_double',
  /** What was paid too much goes back through Stripe. */
  'refund_over',
  /** Or becomes the customer's credit. */
  'credit_over',
  /** What Stripe took for a void invoice goes back. */
  'refund_void',
  /** It is void at Stripe, and a part came another way: the rest is credited. */
  'credit_rest',
] as const;
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
        /** The same by currency; empty where it is no money. Currencies are never added up. */
        sums: z.array(z.object({ currency: z.string(), here: z.string(), there: z.string() })),
      }),
    ),
    /** When admins were told of it; null: it found nothing that they were not told before. */
    told_at: time().nullable(),
    /** When its totals and differences went; null: they are there. */
    pruned_at: time().nullable(),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof reconciliation>;

export const difference = z
  .object({
    position: z.number().int(),
    stage: z.enum(STAGES),
    kind: z.enum(DIFFERENCE_KINDS),
    customer: z.object({ id: z.string(), name: z.string() }).nullable(),
    /** A month in UTC, `2026-11`; null where it is in none. */
    period: z.string().nullable(),
    subject_id: z.string(),
    here: z.string(),
    there: z.string(),
    detail: z.record(z.string(), z.string()),
    /** The first of `repairs`; null: somebody has to look. */
    repair: z.enum(REPAIRS).nullable(),
    /** All that can be done about it. */
    repairs: z.array(z.enum(REPAIRS)),
    /** When a repair did away with it. */
    repaired_at: time().nullable(),
    /** One was confirmed, and is under way. */
    repairing: z.boolean(),
    /** Why the last repair that was confirmed did not do away with it; empty where none failed. */
    repair_said: z.string(),
  })
  .meta({ id: 'Difference' });
export type ShownDifference = z.infer<typeof difference>;

/** What each book has of a customer and a month, each beside the one before it. */
export const customerTotals = z
  .object({
    customer: z.object({ id: z.string(), name: z.string() }),
    /**
     * A month in UTC, `2026-11`. An invoice is in the month in which what it bills ends, or else
     * in that in which it became final.
     */
    period: z.string(),
    currency: z.string(),
    /** How many differences were found in it. */
    differing: z.number().int(),
    /** `ledger` in requests, all others in minor units. */
    stages: z.array(z.object({ stage: z.enum(STAGES), here: z.string(), there: z.string() })),
  })
  .meta({ id: 'CustomerTotals' });
export type CustomerTotals = z.infer<typeof customerTotals>;

export const BEHIND_KINDS = [
  'boot',
  'line',
  'payment',
  'credit_note',
  'invoice',
  'stripe_invoice',
] as const;

/** The rows behind a difference, as they are now. */
export const rowsBehind = z
  .object({
    data: z.array(
      z.object({
        kind: z.enum(BEHIND_KINDS),
        id: z.string(),
        facts: z.record(z.string(), z.string()),
      }),
    ),
  })
  .meta({ id: 'RowsBehindDifference' });
export type RowsBehind = z.infer<typeof rowsBehind>;

export const reconciliationsQuery = pageQuery;
export const differencesQuery = pageQuery.extend({ customer_id: id('cus').optional() });
export const totalsQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  only: z.enum(['differing']).optional(),
});

const POSITION_MAX = 1_000_000;
export const repairWanted = z.strictObject({
  /** Of the difference. */
  position: z.number().int().min(0).max(POSITION_MAX),
  /** One of its `repairs`; left out: the first. */
  repair: z.enum(REPAIRS).optional(),
});
