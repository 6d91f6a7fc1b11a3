import { z } from 'zod';
import { id, optionalText } from './field.ts';
import { planVersion } from './plan.ts';
import { subscription, subscriptionPreview } from './subscription.ts';

/** What customers do with their own subscription. */
export const OWN_STEPS = ['change', 'cancel', 'pause', 'resume'] as const;
export type OwnStepKind = (typeof OWN_STEPS)[number];

export const CANCEL_REASONS = [
  'too_expensive',
  'missing_features',
  'switched_service',
  'unused',
  'customer_service',
  'too_complex',
  'low_quality',
  'other',
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

const amount = () => z.string().regex(/^-?(0|[1-9]\d{0,17})$/, 'is not whole minor units');

const ownStepFields = z.strictObject({
  step: z.enum(OWN_STEPS),
  /** Of a change: where to. */
  plan_version_id: id('plv').optional(),
  /** Of a cancel: why, for the operator of the API. */
  reason: z.enum(CANCEL_REASONS).optional(),
  comment: optionalText(1_000).optional(),
  /**
   * What the preview said is due now, minor units: the step is refused where it has become more.
   * Previews need none.
   */
  expected_due: amount().optional(),
});

function* faults(asked: z.output<typeof ownStepFields>): Generator<[string, string]> {
  const { step, plan_version_id, reason, comment } = asked;
  const strange = `is nothing of a ${step}`;
  if (step === 'change' && plan_version_id === undefined) yield ['plan_version_id', 'is missing'];
  if (step !== 'change' && plan_version_id !== undefined) yield ['plan_version_id', strange];
  if (step !== 'cancel' && reason !== undefined) yield ['reason', strange];
  if (step !== 'cancel' && comment !== undefined) yield ['comment', strange];
}

export const ownStep = ownStepFields.superRefine((asked, context) => {
  for (const [path, message] of faults(asked)) {
    context.addIssue({ code: 'custom', path: [path], message });
  }
});
export type OwnStep = z.output<typeof ownStep>;

/** Where a change leads, beside what is now: what it costs less begins when the period ends. */
export const CHANGE_KINDS = ['upgrade', 'downgrade'] as const;

export const ownPreview = subscriptionPreview
  .extend({
    /** Of a change; null for another step. */
    kind: z.enum(CHANGE_KINDS).nullable(),
    /** Whether the step would be taken now; else it is set for the time that `at` says. */
    begins: z.enum(['now', 'later']),
  })
  .meta({ id: 'OwnPreview' });
export type OwnPreview = z.infer<typeof ownPreview>;

/** A customer's subscription as its members see it, and what they may do with it. */
export const ownSubscription = z
  .object({
    subscription: subscription.nullable(),
    plan: z.object({ id: z.string(), name: z.string(), description: z.string() }).nullable(),
    version: planVersion.nullable(),
    /** The plan that a pending change leads to. */
    next_plan: z.object({ id: z.string(), name: z.string() }).nullable(),
    /** By the plan and the state; who may is a matter of roles. */
    steps: z.array(z.enum(OWN_STEPS)),
    /** What prices and entitlements of all plans on offer are of. */
    meters: z.array(
      z.object({ id: z.string(), slug: z.string(), name: z.string(), unit: z.string() }),
    ),
  })
  .meta({ id: 'OwnSubscription' });
export type OwnSubscription = z.infer<typeof ownSubscription>;
