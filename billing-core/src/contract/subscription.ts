import { z } from 'zod';
import { timeZone } from './customer.ts';
import { QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { id, text, time } from './field.ts';
import { ENFORCEMENTS, TRIAL_DAYS_MAX } from './plan.ts';

export const SUBSCRIPTION_STATES = [
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export const PENDING_KINDS = ['change', 'cancel', 'pause', 'resume'] as const;
export type PendingKind = (typeof PENDING_KINDS)[number];

/** What is to happen by itself: at most one thing. */
const pendingChange = z.object({
  kind: z.enum(PENDING_KINDS),
  at: time(),
  /** Of a change: the version that it moves to. */
  plan_version_id: z.string().nullable(),
});

export const subscription = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    plan_version_id: z.string(),
    state: z.enum(SUBSCRIPTION_STATES),
    started_at: time(),
    trial_ends_at: time().nullable(),
    paused_at: time().nullable(),
    /** Since when an invoice of it is unpaid past its time. */
    past_due_since: time().nullable(),
    canceled_at: time().nullable(),
    pending_change: pendingChange.nullable(),
    /** The customer's billing zone when it began: its periods keep to it. */
    time_zone: z.string(),
    /** Months that a period has. */
    interval_months: z.number().int(),
    /** The period that holds now; of a canceled subscription, the one it ended in. */
    current_period: z.object({ start: time(), end: time() }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof subscription>;

/** In a list of those of several customers. */
export const listedSubscription = subscription
  .extend({ customer_name: z.string() })
  .meta({ id: 'ListedSubscription' });
export type ListedSubscription = z.infer<typeof listedSubscription>;

export const newSubscription = z.strictObject({
  customer_id: id('cus'),
  plan_version_id: id('plv'),
  starts_at: time().optional(),
  /** Instead of what the plan version says. */
  trial_days: z.number().int().min(0).max(TRIAL_DAYS_MAX).optional(),
});
export type NewSubscription = z.infer<typeof newSubscription>;

/** Now, when the period (or the trial, while one goes on) ends, or then. */
export const when = () => z.union([z.enum(['now', 'period_end']), time()]).default('now');
export type When = z.output<ReturnType<typeof when>>;

export const subscriptionChange = z.strictObject({ plan_version_id: id('plv'), at: when() });

export const STEPS = ['change', 'cancel', 'pause', 'resume', 'add_on'] as const;
export const ADD_ON_QUANTITY_MAX = 1_000_000;
const stepFields = z.strictObject({
  step: z.enum(STEPS),
  at: when(),
  /** Of a change: where to. Of an add-on: which. */
  plan_version_id: id('plv').optional(),
  /** Of an add-on: how many there are from then on; 0 removes it. */
  quantity: z.number().int().min(0).max(ADD_ON_QUANTITY_MAX).optional(),
  /** Of a cancel: whether what was paid ahead for the rest of the period is given back. */
  credit_unused: z.boolean().default(false),
  /** Of a pause that begins now: when it ends by itself. */
  resumes_at: time().optional(),
});

function* stepFaults(asked: z.output<typeof stepFields>): Generator<[string, string]> {
  const { step, plan_version_id, quantity, credit_unused, resumes_at, at } = asked;
  const strange = `is nothing of a ${step}`;
  const names = step === 'change' || step === 'add_on';
  if (names && plan_version_id === undefined) yield ['plan_version_id', 'is missing'];
  if (!names && plan_version_id !== undefined) yield ['plan_version_id', strange];
  if (step === 'add_on' && quantity === undefined) yield ['quantity', 'is missing'];
  if (step !== 'add_on' && quantity !== undefined) yield ['quantity', strange];
  if (step === 'add_on' && at !== 'now' && at !== 'period_end') {
    yield ['at', 'is now or period_end for an add-on'];
  }
  if (step !== 'cancel' && credit_unused) yield ['credit_unused', strange];
  if (step !== 'pause' && resumes_at !== undefined) yield ['resumes_at', strange];
  if (at !== 'now' && resumes_at !== undefined) {
    yield ['resumes_at', 'is given for a pause that begins later'];
  }
}

/** What is done to a subscription, and when. */
export const subscriptionStep = stepFields.superRefine((asked, context) => {
  for (const [path, message] of stepFaults(asked)) {
    context.addIssue({ code: 'custom', path: [path], message });
  }
});
export type SubscriptionStep = z.output<typeof subscriptionStep>;

export const FEE_KINDS = ['advance', 'credit', 'arrears'] as const;

export const fee = z
  .object({
    kind: z.enum(FEE_KINDS),
    plan_version_id: z.string(),
    price_id: z.string(),
    /** The time that it is for. */
    start: time(),
    end: time(),
    /** Minor units; what is given back is below zero. */
    amount: z.string(),
    exact_amount: z.string(),
    description: z.string(),
  })
  .meta({ id: 'Fee' });
export type Fee = z.infer<typeof fee>;

/** Usage so far, with what it falls short of a minimum, as if nothing more were used. */
const previewedUsage = z.object({
  plan_version_id: z.string(),
  price_id: z.string(),
  meter_id: z.string(),
  start: time(),
  end: time(),
  /** That is on no invoice yet, in units of the meter. */
  quantity: z.string(),
  amount: z.string(),
  exact_amount: z.string(),
  description: z.string(),
});

/** An invoice to come; amounts are those that it would have if nothing more were used. */
const previewedInvoice = z.object({
  at: time(),
  fees: z.array(fee),
  usage: z.array(previewedUsage),
  /** Minor units, as all amounts: the sum of the fees and of the usage. */
  subtotal: z.string(),
  discounts: z.array(z.object({ name: z.string(), amount: z.string() })),
  taxes: z.array(
    z.object({
      name: z.string(),
      percent: z.string(),
      inclusive: z.boolean(),
      amount: z.string(),
    }),
  ),
  total: z.string(),
  /** Taken from what the customer has to its credit; below zero what goes there. */
  from_balance: z.string(),
  /** What is left to be paid. */
  due: z.string(),
  /** Why whoever collects could not take it, and it is to be paid another way; null: it can. */
  not_collected: z.string().nullable(),
});

const allowances = z.object({
  quotas: z.array(
    z.object({
      meter_id: z.string(),
      window: z.enum(WINDOW_KINDS),
      scope: z.enum(QUOTA_SCOPES),
      enforcement: z.enum(ENFORCEMENTS),
      limit: z.string().nullable(),
    }),
  ),
  /** Of prices, for a whole period. */
  included_units: z.array(z.object({ meter_id: z.string(), units: z.string() })),
  features: z.array(z.string()),
});

/** The invoice that comes next by itself; null when there is none to come. */
export const nextInvoice = z
  .object({ currency: z.string(), invoice: previewedInvoice.nullable() })
  .meta({ id: 'NextInvoice' });
export type NextInvoice = z.infer<typeof nextInvoice>;

export const subscriptionPreview = z
  .object({
    currency: z.string(),
    /** When it would happen. */
    at: time(),
    /** Usage is in it where a period ends with the step; else it is on the next invoice. */
    due_now: previewedInvoice,
    /** Null when there is none to come. */
    next_invoice: previewedInvoice.nullable(),
    /** What it would have then, with add-ons; empty once it is canceled. */
    allowances,
    /** As it would be. */
    subscription,
  })
  .meta({ id: 'SubscriptionPreview' });
export type SubscriptionPreview = z.infer<typeof subscriptionPreview>;

export const CHARGE_CAUSES = [
  'start',
  'trial_end',
  'change',
  'pause',
  'resume',
  'cancel',
  'add_on',
] as const;
export type ChargeCause = (typeof CHARGE_CAUSES)[number];

/** What happened to a subscription, and what it came to. */
export const timelineEntry = z
  .object({
    at: time(),
    /** The phase that began; null where none did. */
    phase: z
      .object({
        plan_id: z.string(),
        plan_version_id: z.string(),
        paused: z.boolean(),
      })
      .nullable(),
    ended: z.boolean(),
    causes: z.array(z.enum(CHARGE_CAUSES)),
    fees: z.array(fee),
    total: z.string(),
  })
  .meta({ id: 'TimelineEntry' });
export const timeline = z
  .object({ currency: z.string(), entries: z.array(timelineEntry) })
  .meta({ id: 'Timeline' });
export type Timeline = z.infer<typeof timeline>;

/** What a signed-in person says to become a customer. */
export const newOwnCustomer = z.strictObject({
  name: text(),
  billing_zone: timeZone().default('UTC'),
});
export type NewOwnCustomer = z.infer<typeof newOwnCustomer>;

/** An add-on that a subscription has, or had. */
export const subscriptionAddOn = z
  .object({
    plan_version_id: z.string(),
    quantity: z.number().int(),
    state: z.enum(['coming', 'active', 'over']),
    starts_at: time(),
    ends_at: time().nullable(),
  })
  .meta({ id: 'SubscriptionAddOn' });
export type SubscriptionAddOn = z.infer<typeof subscriptionAddOn>;
