import { z } from 'zod';
import { readAddress } from './address.ts';
import { OUTCOMES, QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { id, text } from './field.ts';
import { shownMeteringRules } from './metering-rule.ts';

const TARGET_CHARS_MAX = 8 * 1024;

/** A request as one might send it: what would a gateway do with it? */
export const routeTrialRequest = z.strictObject({
  /** As the field Host has it. */
  host: z.string().max(300).default(''),
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/, 'is not a method such as GET')
    .default('GET'),
  /** Path and query, as they stand in the request line. */
  path: z.string().min(1).max(TARGET_CHARS_MAX),
  /** Sent with it; left out: what every key would meet. */
  key_id: id('key').nullable().default(null),
  /** Of the client. */
  address: z
    .string()
    .max(50)
    .refine((value) => readAddress(value) !== undefined, 'is not an address')
    .nullable()
    .default(null),
});
export type RouteTrialRequest = z.infer<typeof routeTrialRequest>;

const limit = z.object({
  meter: z.string(),
  unit: z.string(),
  /** In units of the meter. */
  limit: z.string(),
  window: z.enum(WINDOW_KINDS),
  scope: z.enum(QUOTA_SCOPES),
  enforcement: z.enum(['hard', 'soft']),
});

export const routeTrial = z
  .object({
    /** Why it would be refused before it is forwarded; limits that are used up are not asked. */
    refusal: z.object({ status: z.number().int(), code: z.string(), detail: text(500) }).nullable(),
    /** Methods the path takes, where the method is what is wrong. */
    allow: z.array(z.string()),
    /** The route that takes it, or refuses it. */
    route: z
      .object({ id: z.string(), version: z.number().int(), name: z.string(), public: z.boolean() })
      .nullable(),
    /** Disabled routes that would match as well. */
    disabled: z.array(z.object({ id: z.string(), name: z.string() })),
    /** What is asked of one of these, by weight. */
    forwarded: z.array(z.object({ url: z.string(), weight: z.number().int() })),
    /** What the answer to it depends on, and was not named. */
    open: z.array(z.enum(['key', 'address', 'scopes', 'features'])),
    required_scopes: z.array(z.string()),
    required_features: z.array(z.string()),
    metering: shownMeteringRules(),
    billable_outcomes: z.array(z.enum(OUTCOMES)),
    /** Of the key: what would limit it. */
    rate_limit: z.object({ rate_per_second: z.number(), burst: z.number().int() }).nullable(),
    quotas: z.array(limit),
  })
  .meta({ id: 'RouteTrial' });
export type RouteTrial = z.infer<typeof routeTrial>;
