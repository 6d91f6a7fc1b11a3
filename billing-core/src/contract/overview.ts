import { z } from 'zod';
import { portalCustomer } from './customer.ts';
import { time } from './field.ts';
import { CHARGED, entitlement } from './plan.ts';
import { price } from './price.ts';
import { subscription } from './subscription.ts';
import { quotaState } from './usage.ts';

/** A route that customers may call. */
export const endpoint = z.object({
  route_id: z.string(),
  name: z.string(),
  methods: z.array(z.string()),
  /** The gateway's address with the route's path pattern. */
  url: z.string(),
  /** Features that it requires and the customer's plan and add-ons lack; requests are refused. */
  missing_features: z.array(z.string()),
});
export type Endpoint = z.infer<typeof endpoint>;

/** So many of an add-on, bought beside the plan. */
const heldAddOn = z.object({
  name: z.string(),
  quantity: z.number().int(),
  charged: z.enum(CHARGED),
  prices: z.array(price),
  entitlements: z.array(entitlement),
  starts_at: time(),
  ends_at: time().nullable(),
});

/** What a customer sees first. */
export const overview = z
  .object({
    customer: portalCustomer,
    subscription: subscription.nullable(),
    plan: z
      .object({
        id: z.string(),
        name: z.string(),
        version_number: z.number().int(),
        currency: z.string(),
        prices: z.array(price),
        entitlements: z.array(entitlement),
      })
      .nullable(),
    add_ons: z.array(heldAddOn),
    /** What prices and entitlements of both are of. */
    meters: z.array(
      z.object({ id: z.string(), slug: z.string(), name: z.string(), unit: z.string() }),
    ),
    /** Of the plan and of add-ons, each once, by name. */
    features: z.array(z.string()),
    period: z.object({ start: time(), end: time() }).nullable(),
    quotas: z.array(quotaState),
    rate_limit: z.object({ rate_per_second: z.string(), burst: z.number().int() }).nullable(),
    last_24h: z.object({
      requests: z.number().int(),
      errors: z.number().int(),
      refused: z.number().int(),
      billable_quantity: z.string(),
    }),
    endpoints: z.array(endpoint),
    as_of: time(),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof overview>;
