import { z } from 'zod';
import { id, time } from './field.ts';
import { pageQuery } from './page.ts';
import { RECONCILIATION_STATES } from './reconciliation.ts';

/** What an admin watches. docs/figures.md defines each of these figures. */

/** Minor units of the currency beside it; below zero what was given back. */
const amount = z.string();
const named = z.object({ id: z.string(), name: z.string() });

const recurring = z.object({ amount, subscriptions: z.number().int() });

const moneyFigures = z.object({
  currency: z.string(),
  /** Flat fees of subscriptions that are paid for now, as a month of them. */
  recurring,
  /** Usage on invoices of the last thirty days, and of the thirty before. */
  usage: z.object({ amount, before: amount }),
  past_due: z.object({ amount, invoices: z.number().int() }),
});

const traffic = z.object({
  from: time(),
  to: time(),
  /** Requests that were admitted; as many as the three below and those that went well. */
  requests: z.number().int(),
  /** The upstream answered with a 5xx, late, or not at all. */
  failed: z.number().int(),
  /** The upstream answered with a 4xx. */
  client_errors: z.number().int(),
  /** The client left. */
  aborted: z.number().int(),
  /** Requests of known customers that were not admitted. */
  refused: z.number().int(),
});

const ingest = z.object({
  /** How far behind the live boot is that is furthest behind; null: none is live. */
  lag_ms: z.number().int().nullable(),
  /** Which that is. */
  furthest: z.object({ gateway: z.string(), boot: z.string() }).nullable(),
  live_boots: z.number().int(),
  /** Batches that came and are in no total yet. */
  unrolled_batches: z.number().int(),
  dead_letters: z.number().int(),
  gaps: z.number().int(),
});

const books = z.object({
  id: z.string(),
  state: z.enum(RECONCILIATION_STATES),
  differing: z.number().int(),
  ended_at: time(),
});

export const figures = z
  .object({
    as_of: time(),
    /** By currency, those that there is any money in. */
    money: z.array(moneyFigures),
    /** Whether there ever was a customer. */
    has_customers: z.boolean(),
    traffic,
    ingest,
    /** The last comparison that ended; null: there was none. */
    books: books.nullable(),
  })
  .meta({ id: 'Figures' });
export type Figures = z.infer<typeof figures>;

const recurringPlan = recurring.extend({ currency: z.string(), plan: named });
export const recurringPlansList = z.object({ data: z.array(recurringPlan) });

export const recurringFigures = z
  .object({
    as_of: time(),
    totals: z.array(recurring.extend({ currency: z.string() })),
    /** By plan, the largest first. */
    plans: z.array(recurringPlan),
  })
  .meta({ id: 'RecurringFigures' });
export type RecurringFigures = z.infer<typeof recurringFigures>;

export const recurringSubscription = z
  .object({
    subscription_id: z.string(),
    customer: named,
    plan: named,
    currency: z.string(),
    /** Minor units a month, rounded once. */
    amount,
    /** What of it add-ons are. */
    add_ons: amount,
    interval_months: z.number().int(),
  })
  .meta({ id: 'RecurringSubscription' });
export type RecurringSubscription = z.infer<typeof recurringSubscription>;

const currency = () =>
  z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency')
    .optional();

export const recurringQuery = pageQuery.extend({
  plan_id: id('pln').optional(),
  currency: currency(),
});

const unbilled = z.object({ currency: z.string(), usage: amount, fees: amount, amount });

const unbilledCustomer = unbilled.extend({ customer: named });
/** All of them, the largest amounts of each currency first. */
export const unbilledCustomers = z.object({ data: z.array(unbilledCustomer) });

export const currencyQuery = z.object({ currency: currency() });

export const unbilledFigures = z
  .object({
    as_of: time(),
    /** Usage is that of batches rolled up to this one. */
    roll: z.string(),
    totals: z.array(unbilled.extend({ customers: z.number().int() })),
    /** The hundred with the largest amounts of each currency. */
    customers: z.array(unbilledCustomer),
  })
  .meta({ id: 'UnbilledFigures' });
export type UnbilledFigures = z.infer<typeof unbilledFigures>;

export const REVENUE_GROUPS = ['kind', 'meter', 'plan', 'route', 'customer'] as const;
export const REVENUE_INTERVALS = ['day', 'month'] as const;
export const REVENUE_DAYS_MAX = 1_098;

export const revenueQuery = z.object({
  /** Days, UTC: the first one and the one behind the last. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  interval: z.enum(REVENUE_INTERVALS).default('day'),
  group_by: z.enum(REVENUE_GROUPS).default('kind'),
  currency: currency(),
});
export type RevenueQuery = z.infer<typeof revenueQuery>;

const revenueRow = z.object({
  /** The beginning of the step, UTC. */
  start: z.iso.date(),
  currency: z.string(),
  group: named,
  /** Of invoices, without tax and discounts. */
  invoiced: amount,
  /** Of credit notes, without tax. */
  credited: amount,
  /** What is left of the one by the other. */
  net: amount,
});
export type RevenueRow = z.infer<typeof revenueRow>;

export const revenueFigures = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    interval: z.enum(REVENUE_INTERVALS),
    group_by: z.enum(REVENUE_GROUPS),
    as_of: time(),
    totals: z.array(revenueRow.omit({ start: true, group: true })),
    groups: z.array(revenueRow.omit({ start: true })),
    rows: z.array(revenueRow),
  })
  .meta({ id: 'RevenueFigures' });
export type RevenueFigures = z.infer<typeof revenueFigures>;
