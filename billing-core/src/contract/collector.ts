import { z } from 'zod';
import { id } from './field.ts';

export const COLLECTORS = ['manual', 'stripe'] as const;

/** Who collects what invoices say, and from what. */
export const collector = z
  .object({
    /** manual: somebody writes down what came. */
    kind: z.enum(COLLECTORS),
    /** No money moves: a test key, or the local Stripe. */
    is_test: z.boolean(),
    /** A Stripe that runs beside Tollgate, for development. */
    is_simulated: z.boolean(),
    /** The card that is charged. */
    card: z
      .object({
        brand: z.string(),
        last4: z.string(),
        exp_month: z.number().int(),
        exp_year: z.number().int(),
      })
      .nullable(),
  })
  .meta({ id: 'Collector' });
export type CollectorState = z.infer<typeof collector>;

/** What came of collecting one invoice so far. */
export const collection = z
  .object({
    /** Why the last try failed, in the collector's words; null: none did. */
    failure: z.string().nullable(),
  })
  .meta({ id: 'Collection' });
export type Collection = z.infer<typeof collection>;

export const paymentPageWanted = z.discriminatedUnion('page', [
  /** Where a card is given. */
  z.strictObject({ page: z.literal('card') }),
  /** Where cards are seen to, and what the collector has of the customer. */
  z.strictObject({ page: z.literal('account') }),
  /** Where one invoice is paid. */
  z.strictObject({ page: z.literal('invoice'), invoice_id: id('inv') }),
]);
export type PaymentPageWanted = z.infer<typeof paymentPageWanted>;

/** A page of the collector's own, for a short time. */
export const paymentPage = z.object({ url: z.url() }).meta({ id: 'PaymentPage' });
