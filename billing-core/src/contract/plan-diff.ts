import { z } from 'zod';
import { id } from './field.ts';
import { entitlement } from './plan.ts';
import { price } from './price.ts';

/** What a version says beside its lines. */
export const TERMS = [
  'currency',
  'trial_days',
  'interval_months',
  'proration',
  'charged',
  'threshold_amount',
] as const;

const changeOf = <Line extends z.ZodType>(line: Line) =>
  z.object({
    change: z.enum(['added', 'removed', 'changed']),
    before: line.nullable(),
    after: line.nullable(),
    /** Of one that changed: which of its fields. */
    fields: z.array(z.string()),
  });

export const planVersionDiff = z
  .object({
    /** Null for the first version of a plan: all that it says is new. */
    from: z.object({ id: z.string(), number: z.number().int() }).nullable(),
    to: z.object({ id: z.string(), number: z.number().int() }),
    terms: z.array(
      z.object({
        field: z.enum(TERMS),
        before: z.string().nullable(),
        after: z.string().nullable(),
      }),
    ),
    prices: z.array(changeOf(price)),
    entitlements: z.array(changeOf(entitlement)),
  })
  .meta({ id: 'PlanVersionDiff' });
export type PlanVersionDiff = z.infer<typeof planVersionDiff>;

/** The version to compare with: the one before it in the plan unless said. */
export const planVersionDiffQuery = z.object({ from: id('plv').optional() });
