import { z } from 'zod';
import { id, time } from './field.ts';
import { pageQuery } from './page.ts';

/** `local`: a Stripe that runs beside Tollgate. Only `live` moves money. */
export const STRIPE_MODES = ['live', 'test', 'local'] as const;

/** How Stripe is told and tells. */
export const stripeState = z
  .object({
    /** Null: somebody writes down what comes, and all that follows is empty. */
    mode: z.enum(STRIPE_MODES).nullable(),
    /** Of the pinned client; webhook endpoints should have the same. */
    api_version: z.string().nullable(),
    /** Another Stripe than the real one. */
    api_base: z.string().nullable(),
    /** From then on Stripe is told of invoices. */
    began_at: time().nullable(),
    webhook: z.object({
      /** Where Stripe should deliver. */
      url: z.string(),
      /** 0: nothing is delivered, Stripe is asked. 2: one is being rolled. */
      secrets: z.number().int(),
      last_received_at: time().nullable(),
      /** When a delivery was last refused: another secret, or too old. */
      last_refused_at: time().nullable(),
    }),
    catch_up: z.object({
      /** When Stripe was last asked for its events. */
      last_at: time().nullable(),
      /** All of its events until then are here. */
      until: time().nullable(),
    }),
    /** Stripe does not take the key; null while it does. */
    key_refused: z
      .object({
        /** 401: it does not know the key. 403: the key may not do that. */
        status: z.union([z.literal(401), z.literal(403)]),
        since: time(),
        tries: z.number().int(),
        operation: z.string(),
      })
      .nullable(),
    queue: z.object({
      waiting: z.number().int(),
      stuck: z.number().int(),
      oldest_since: time().nullable(),
    }),
    events: z.object({ waiting: z.number().int(), failed: z.number().int() }),
  })
  .meta({ id: 'StripeState' });
export type StripeState = z.infer<typeof stripeState>;

/** `unknown`: nothing follows its type. `failed`: it was tried in vain, and waits for somebody. */
export const STRIPE_EVENT_STATES = ['taken', 'waiting', 'failed', 'unknown'] as const;
export type StripeEventState = (typeof STRIPE_EVENT_STATES)[number];

const EVENT_ID = /^evt_\w{1,100}$/;
export const eventId = () => z.string().regex(EVENT_ID, 'is not an id that starts with evt_');

const TYPE_CHARS_MAX = 100;

export const stripeEvent = z
  .object({
    id: z.string(),
    type: z.string(),
    object_id: z.string().nullable(),
    state: z.enum(STRIPE_EVENT_STATES),
    /** Delivered, or found when Stripe was asked. */
    source: z.enum(['webhook', 'list']),
    /** Stripe’s time. */
    created_at: time(),
    received_at: time(),
    taken_at: time().nullable(),
    tries: z.number().int(),
    /** Why the last try failed; empty: it did not. */
    said: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }).nullable(),
    invoice: z.object({ id: z.string(), number: z.string() }).nullable(),
  })
  .meta({ id: 'StripeEvent' });
export type StripeEvent = z.infer<typeof stripeEvent>;

export const stripeEventsQuery = pageQuery.extend({
  state: z.enum(STRIPE_EVENT_STATES).optional(),
  type: z
    .string()
    .regex(/^[a-z0-9_.]+$/, 'is not a type of events')
    .max(TYPE_CHARS_MAX)
    .optional(),
});

/** `stuck`: no later try mends it; it waits for somebody. */
export const STRIPE_QUEUE_STATES = ['waiting', 'telling', 'retrying', 'stuck'] as const;

/** A customer of whom Stripe is to be told something. */
export const stripeQueued = z
  .object({
    customer: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(STRIPE_QUEUE_STATES),
    since: time(),
    tries: z.number().int(),
    /** When it is tried again by itself. */
    next_at: time().nullable(),
    said: z.string(),
    /** What Stripe is to be told of: invoices, their ends, what lowers them. */
    invoices: z.array(z.object({ id: z.string(), number: z.string() })),
    /** How many refunds are to be ordered. */
    refunds: z.number().int(),
  })
  .meta({ id: 'StripeQueued' });
export type StripeQueued = z.infer<typeof stripeQueued>;

export const stripeQueueQuery = pageQuery.extend({ customer_id: id('cus').optional() });
