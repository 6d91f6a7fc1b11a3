import { z } from 'zod';
import { currency } from './customer.ts';
import { UNPAID_ACTIONS } from './dunning.ts';
import { ON_UNREACHABLE, QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { decimal, id, optionalText, text, time } from './field.ts';
import { priceInput } from './price-input.ts';
import { price } from './price.ts';
import { featureName } from './route-access.ts';

export const VERSION_STATES = ['draft', 'published', 'archived'] as const;
/** At the limit: refuse; go on and bill; or there is none, and use is only shown. */
export const ENFORCEMENTS = ['hard', 'soft', 'unlimited'] as const;
/** How parts of a period count: time by time, or whole calendar days of the customer. */
export const PRORATIONS = ['second', 'day'] as const;
export const PRICES_MAX = 50;
export const ENTITLEMENTS_MAX = 50;
export const TRIAL_DAYS_MAX = 730;
/** Three years. */
export const INTERVAL_MONTHS_MAX = 36;
const RATE_PER_SECOND_MAX = 1_000_000;
const BURST_MAX = 10_000_000;

const quota = z.object({
  id: z.string(),
  kind: z.literal('quota'),
  meter_id: z.string(),
  /** Units of the meter a window; null where it is unlimited. */
  limit: decimal().nullable(),
  window: z.enum(WINDOW_KINDS),
  /** `key`: each key of the customer has the limit for itself. */
  scope: z.enum(QUOTA_SCOPES),
  enforcement: z.enum(ENFORCEMENTS),
  on_unreachable: z.enum(ON_UNREACHABLE),
});
const rateLimit = z.object({
  id: z.string(),
  kind: z.literal('rate_limit'),
  rate_per_second: z.string(),
  burst: z.number().int(),
  on_unreachable: z.enum(ON_UNREACHABLE),
});
const feature = z.object({ id: z.string(), kind: z.literal('feature'), feature: z.string() });
const includedUnits = z.object({
  id: z.string(),
  kind: z.literal('included_units'),
  meter_id: z.string(),
  /** Units of the meter that each one of the add-on puts on top, for a whole period. */
  units: z.string(),
});
export const entitlement = z
  .discriminatedUnion('kind', [quota, rateLimit, feature, includedUnits])
  .meta({ id: 'Entitlement' });
export type Entitlement = z.infer<typeof entitlement>;

/** A field of another kind: what was read can be sent back, with its nulls. */
const nothing = z.null().optional();

const ratePerSecond = () =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,6})(\.\d{1,6})?$/, 'is not a decimal of at most 6 places')
    .refine((value) => Number(value) > 0, 'is not positive')
    .refine((value) => Number(value) <= RATE_PER_SECOND_MAX, 'is over 1000000');

const quotaInput = z
  .strictObject({
    kind: z.literal('quota'),
    meter_id: id('mtr'),
    limit: decimal().nullable().default(null),
    window: z.enum(WINDOW_KINDS),
    scope: z.enum(QUOTA_SCOPES).default('customer'),
    enforcement: z.enum(ENFORCEMENTS).default('hard'),
    /** What gateways do past their lease while billing-core cannot be asked. */
    on_unreachable: z.enum(ON_UNREACHABLE).default('refuse'),
    rate_per_second: nothing,
    burst: nothing,
    feature: nothing,
    units: nothing,
  })
  .refine(({ enforcement, limit }) => enforcement === 'unlimited' || limit !== null, {
    path: ['limit'],
    message: 'is missing',
  })
  .refine(({ enforcement, limit }) => enforcement !== 'unlimited' || limit === null, {
    path: ['limit'],
    message: 'is set where enforcement is unlimited',
  });

const entitlementInput = z.discriminatedUnion('kind', [
  quotaInput,
  z.strictObject({
    kind: z.literal('rate_limit'),
    rate_per_second: ratePerSecond(),
    burst: z.number().int().min(1).max(BURST_MAX),
    /** What a gateway does without its share of the rate while billing-core cannot be asked. */
    on_unreachable: z.enum(ON_UNREACHABLE).default('admit'),
    meter_id: nothing,
    limit: nothing,
    window: nothing,
    scope: nothing,
    enforcement: nothing,
    feature: nothing,
    units: nothing,
  }),
  z.strictObject({
    kind: z.literal('feature'),
    feature: featureName(),
    meter_id: nothing,
    limit: nothing,
    window: nothing,
    scope: nothing,
    enforcement: nothing,
    on_unreachable: nothing,
    rate_per_second: nothing,
    burst: nothing,
    units: nothing,
  }),
  z.strictObject({
    kind: z.literal('included_units'),
    meter_id: id('mtr'),
    units: decimal().refine((text) => /[1-9]/.test(text), 'is not positive'),
    limit: nothing,
    window: nothing,
    scope: nothing,
    enforcement: nothing,
    on_unreachable: nothing,
    rate_per_second: nothing,
    burst: nothing,
    feature: nothing,
  }),
]);
export type EntitlementInput = z.infer<typeof entitlementInput>;

export const PLAN_KINDS = ['plan', 'add_on'] as const;
export const CHARGED = ['recurring', 'once'] as const;

/** The content of a version; PUT replaces all of it. */
export const newPlanVersion = z.strictObject({
  currency: currency(),
  trial_days: z.number().int().min(0).max(TRIAL_DAYS_MAX).default(0),
  /** Months that a billing period has: 12 is a year. */
  interval_months: z.number().int().min(1).max(INTERVAL_MONTHS_MAX).default(1),
  proration: z.enum(PRORATIONS).default('second'),
  /** Minor units of usage that is not billed yet, from which on it is before the period's end. */
  threshold_amount: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'is not a positive whole number of at most 15 digits')
    .nullable()
    .default(null),
  /** Of an add-on: due for each period, or once. */
  charged: z.enum(CHARGED).default('recurring'),
  /** Whose own terms these are: nobody else can be put on them. Null: they are for all. */
  customer_id: id('cus').nullable().default(null),
  prices: z.array(priceInput).max(PRICES_MAX),
  entitlements: z.array(entitlementInput).max(ENTITLEMENTS_MAX),
});
export type NewPlanVersion = z.infer<typeof newPlanVersion>;

export const planVersion = z
  .object({
    id: z.string(),
    plan_id: z.string(),
    number: z.number().int(),
    state: z.enum(VERSION_STATES),
    currency: z.string(),
    trial_days: z.number().int(),
    interval_months: z.number().int(),
    proration: z.enum(PRORATIONS),
    threshold_amount: z.string().nullable(),
    kind: z.enum(PLAN_KINDS),
    charged: z.enum(CHARGED),
    /** Whose own terms these are. */
    customer_id: z.string().nullable(),
    published_at: time().nullable(),
    prices: z.array(price),
    entitlements: z.array(entitlement),
  })
  .meta({ id: 'PlanVersion' });
export type PlanVersion = z.infer<typeof planVersion>;

export const plan = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    /** An add-on is bought beside a plan. */
    kind: z.enum(PLAN_KINDS),
    /** Customers see its newest published version in the portal. */
    self_serve: z.boolean(),
    /** New customers who sign up themselves start on its newest published version. */
    self_serve_default: z.boolean(),
    /** What it does with who does not pay, once the grace time is over. */
    unpaid_action: z.enum(UNPAID_ACTIONS),
    /** Of a limit: requests a second that are left. */
    unpaid_rate_per_second: z.string().nullable(),
    /** Customers may pause their own subscriptions; admins may always. */
    pausable: z.boolean(),
    versions: z.array(planVersion),
    created_at: time(),
  })
  .meta({ id: 'Plan' });
export type Plan = z.infer<typeof plan>;

type Unpaid = {
  unpaid_action?: (typeof UNPAID_ACTIONS)[number] | undefined;
  unpaid_rate_per_second?: string | null | undefined;
};
/** A limit and its rate are said together. */
const fitsUnpaid = ({ unpaid_action: action, unpaid_rate_per_second: rate }: Unpaid): boolean =>
  (action === 'limit') === (typeof rate === 'string');
const misfit = () => ({
  path: ['unpaid_rate_per_second'],
  message: 'is given for a limit, and only for that',
});

export const newPlan = z
  .strictObject({
    slug: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not lower-case letters, digits and -'),
    name: text(),
    description: optionalText().default(''),
    kind: z.enum(PLAN_KINDS).default('plan'),
    self_serve: z.boolean().default(false),
    unpaid_action: z.enum(UNPAID_ACTIONS).default('keep'),
    unpaid_rate_per_second: ratePerSecond().nullable().default(null),
    pausable: z.boolean().default(false),
  })
  .refine(fitsUnpaid, misfit())
  .refine(({ kind, self_serve }) => kind === 'plan' || !self_serve, {
    path: ['self_serve'],
    message: 'is nothing of an add-on',
  });
export type NewPlan = z.infer<typeof newPlan>;

export const planPatch = z
  .strictObject({
    name: text(),
    description: optionalText(),
    self_serve: z.boolean(),
    self_serve_default: z.boolean(),
    unpaid_action: z.enum(UNPAID_ACTIONS),
    unpaid_rate_per_second: ratePerSecond().nullable(),
    pausable: z.boolean(),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change')
  .refine((patch) => !(patch.self_serve_default === true && patch.self_serve === false), {
    path: ['self_serve'],
    message: 'is false for what shall be the self-serve default',
  })
  .refine(fitsUnpaid, misfit());
export type PlanPatch = z.infer<typeof planPatch>;

/** A plan as customers see it: its newest published version. */
export const offeredPlan = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    version: planVersion,
  })
  .meta({ id: 'OfferedPlan' });
export type OfferedPlan = z.infer<typeof offeredPlan>;
