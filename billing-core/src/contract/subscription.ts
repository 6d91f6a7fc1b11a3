import { z } from 'zod';
import { timeZone } from './customer.ts';
import { id, text, time } from './field.ts';

export const SUBSCRIPTION_STATES = ['trialing', 'active', 'canceled'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export const subscription = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    plan_version_id: z.string(),
    state: z.enum(SUBSCRIPTION_STATES),
    started_at: time(),
    trial_ends_at: time().nullable(),
    canceled_at: time().nullable(),
    /** The customer's billing zone when it began: its periods keep to it. */
    time_zone: z.string(),
    /** The period that holds now; of a canceled subscription, the one it ended in. */
    current_period: z.object({ start: time(), end: time() }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof subscription>;

export const newSubscription = z.strictObject({
  customer_id: id('cus'),
  plan_version_id: id('plv'),
  starts_at: time().optional(),
});
export type NewSubscription = z.infer<typeof newSubscription>;

export const subscriptionChange = z.strictObject({ plan_version_id: id('plv') });

/** What a signed-in person says to become a customer. */
export const newOwnCustomer = z.strictObject({
  name: text(),
  billing_zone: timeZone().default('UTC'),
});
export type NewOwnCustomer = z.infer<typeof newOwnCustomer>;
