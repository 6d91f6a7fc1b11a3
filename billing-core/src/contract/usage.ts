import { z } from 'zod';
import { timeZone } from './customer.ts';
import { id, time, units } from './field.ts';
import { OUTCOMES, QUOTA_SCOPES, WINDOW_KINDS } from './facts.ts';
import { meterSlug } from './meter.ts';
import { pageQuery } from './page.ts';

export const USAGE_INTERVALS = ['minute', 'hour', 'day'] as const;
export const USAGE_GROUPS = ['none', 'outcome', 'route', 'key', 'meter'] as const;

/** A key, or a customer: all tokens that name it are one key. */
const keyId = () => z.union([id('key'), id('cus')]);

export const usageQuery = z.object({
  from: time().optional(),
  to: time().optional(),
  interval: z.enum(USAGE_INTERVALS).default('hour'),
  /** In whose calendar days begin and end. */
  zone: timeZone().default('UTC'),
  group_by: z.enum(USAGE_GROUPS).default('none'),
  meter: meterSlug().default('requests'),
  key_id: keyId().optional(),
  route_id: id('rte').optional(),
});
export type UsageQuery = z.infer<typeof usageQuery>;

/** Rows of the ledger, of batches that are rolled; with `roll`, those that made up that total. */
export const usageEntriesQuery = pageQuery.extend({
  from: time().optional(),
  to: time().optional(),
  meter: meterSlug().optional(),
  key_id: keyId().optional(),
  route_id: id('rte').optional(),
  outcome: z.enum(OUTCOMES).optional(),
  roll: units().optional(),
});
export type UsageEntriesQuery = z.infer<typeof usageEntriesQuery>;

export const meterShown = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  unit: z.string(),
});

const figures = {
  requests: z.number().int(),
  quantity: z.string(),
  billable_quantity: z.string(),
};

export const usageSeries = z
  .object({
    data: z.array(
      z.object({
        start: time(),
        group: z.object({ id: z.string(), label: z.string() }).nullable(),
        ...figures,
      }),
    ),
    totals: z.object(figures),
    meter: meterShown,
    interval: z.enum(USAGE_INTERVALS),
    zone: z.string(),
    from: time(),
    to: time(),
    as_of: time(),
    /** Totals are those of all batches with a roll number up to this one. */
    roll: z.string(),
  })
  .meta({ id: 'UsageSeries' });
export type UsageSeries = z.infer<typeof usageSeries>;

export const usageEntry = z
  .object({
    received_at: time(),
    minute: time(),
    customer_id: z.string(),
    key_id: z.string(),
    route_id: z.string(),
    route_version: z.number().int(),
    meter: z.string(),
    outcome: z.enum(OUTCOMES),
    billable: z.boolean(),
    /** Why it is not billed though its outcome is: another one with its key is, or may be. */
    unbilled: z.enum(['repeated', 'too_late']).nullable(),
    /** Of a request that is billed once: its id, and the hash of method, target and its key. */
    request_id: z.string().nullable(),
    key_hash: z.string().nullable(),
    requests: z.number().int(),
    quantity: z.string(),
    gateway: z.string(),
    boot: z.string(),
    sequence: z.number().int(),
    roll: z.string().nullable(),
  })
  .meta({ id: 'UsageEntry' });
export type UsageEntry = z.infer<typeof usageEntry>;

export const quotaState = z
  .object({
    meter: meterShown,
    window: z.enum(WINDOW_KINDS),
    scope: z.enum(QUOTA_SCOPES),
    /** The key it is of, where each key has its own. */
    key: z.object({ id: z.string(), name: z.string(), last4: z.string() }).nullable(),
    enforcement: z.enum(['hard', 'soft', 'unlimited']),
    /** Null where it is unlimited. */
    limit: z.string().nullable(),
    used: z.string(),
    /** The zone in whose calendar the window begins and ends. */
    zone: z.string(),
    start: time(),
    resets_at: time(),
  })
  .meta({ id: 'QuotaState' });
export type QuotaState = z.infer<typeof quotaState>;

/** One event of the live view. */
export const usageLive = z
  .object({
    as_of: time(),
    roll: z.string(),
    /** The day of the customer's billing zone that holds `as_of`: from `start` up to `end`. */
    today: z.object({
      start: time(),
      end: time(),
      requests: z.number().int(),
      billable_quantity: z.string(),
    }),
    minutes: z.array(
      z.object({
        start: time(),
        requests: z.number().int(),
        ok: z.number().int(),
        errors: z.number().int(),
        refused: z.number().int(),
      }),
    ),
    quotas: z.array(quotaState),
  })
  .meta({ id: 'UsageLive' });
export type UsageLive = z.infer<typeof usageLive>;
