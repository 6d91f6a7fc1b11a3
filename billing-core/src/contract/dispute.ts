import { z } from 'zod';
import { id, time } from './field.ts';
import { pageQuery } from './page.ts';

/** `open`: the bank has not decided. `prevented` and the like are Stripe's and count as closed. */
export const DISPUTE_STATES = ['open', 'won', 'lost', 'closed'] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

/** A payment that a customer's bank asks back. */
export const dispute = z
  .object({
    /** Stripe’s. */
    id: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }),
    invoice: z.object({ id: z.string(), number: z.string() }),
    currency: z.string(),
    amount: z.string(),
    /** Stripe’s word: `fraudulent`, `duplicate`, … */
    reason: z.string(),
    state: z.enum(DISPUTE_STATES),
    /** Stripe’s word: `needs_response`, `under_review`, … */
    status: z.string(),
    /** Until then Stripe takes evidence; null once it does not. */
    evidence_due_by: time().nullable(),
    has_evidence: z.boolean(),
    opened_at: time(),
    closed_at: time().nullable(),
    /** The payment entry by which lost money was taken out of the books; null: none was. */
    payment_id: z.string().nullable(),
    /** Where it is answered; null where that Stripe has no such page. */
    url: z.string().nullable(),
  })
  .meta({ id: 'Dispute' });
export type Dispute = z.infer<typeof dispute>;

export const disputesQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  state: z.enum(DISPUTE_STATES).optional(),
});

/** `pending`: on its way, or Stripe was not told of it yet. `failed`: the bank sent it back. */
export const REFUND_STATES = ['pending', 'succeeded', 'failed'] as const;

/** What of an invoice is at Stripe. */
export const collection = z
  .object({
    stripe: z
      .object({
        id: z.string(),
        /** Stripe’s word, as it was seen last. */
        status: z.string(),
        /** Why it was not paid, in Stripe’s words; empty: nothing went wrong. */
        failure: z.string(),
        /** Where the customer pays it. */
        hosted_url: z.string().nullable(),
        /** Where an owner of the account sees it; null where there is no such page. */
        url: z.string().nullable(),
      })
      .nullable(),
    /** What can be given back through Stripe, in minor units. */
    refundable: z.string(),
    /** Those that go through Stripe. */
    refunds: z.array(
      z.object({
        payment_id: z.string(),
        state: z.enum(REFUND_STATES),
        /** Null until Stripe has made it. */
        stripe_id: z.string().nullable(),
      }),
    ),
    disputes: z.array(dispute),
    /** Why Stripe could not be told of the customer, the last time; empty: it was. */
    trouble: z.string(),
  })
  .meta({ id: 'Collection' });
export type Collection = z.infer<typeof collection>;
