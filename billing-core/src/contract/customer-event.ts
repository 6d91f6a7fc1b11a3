import { z } from 'zod';
import { time } from './field.ts';
import { pageQuery } from './page.ts';

/** What can happen to a customer, by what it is about. */
export const EVENT_TOPICS = ['plan', 'money', 'access', 'notice', 'admin'] as const;

const EVENT_KINDS = [
  'customer.created',
  'subscription.phase',
  'subscription.ended',
  'add_on.began',
  'add_on.ended',
  'coupon.given',
  'coupon.ended',
  'invoice.finalized',
  'invoice.paid',
  'invoice.ended',
  'credit_note.created',
  'payment.payment',
  'payment.refund',
  'dunning.step',
  'key.created',
  'key.revoked',
  'member.joined',
  'notice.told',
  'admin.deed',
] as const;

export const customerEvent = z
  .object({
    id: z.string(),
    at: time(),
    topic: z.enum(EVENT_TOPICS),
    kind: z.enum(EVENT_KINDS),
    /** The thing that it is about: an invoice, a key, a subscription. */
    subject_id: z.string(),
    /** What that is called: an invoice's number, a key's name, a plan. */
    name: z.string(),
    amount: z.string().nullable(),
    currency: z.string().nullable(),
    /** The rest in short: a state, a reason, an action. */
    note: z.string(),
  })
  .meta({ id: 'CustomerEvent' });
export type CustomerEvent = z.infer<typeof customerEvent>;

export const customerEventsQuery = pageQuery.extend({ topic: z.enum(EVENT_TOPICS).optional() });
