import { z } from 'zod';
import { id, time } from './field.ts';

/** Days are UTC, by the time of admission. */
const day = () => z.iso.date();

export const usageCountsQuery = z.object({
  /** The first and the last day; without them the last seven days. */
  from: day().optional(),
  to: day().optional(),
  customer_id: id('cus').optional(),
});
export type UsageCountsQuery = z.infer<typeof usageCountsQuery>;

const figures = z.object({
  requests: z.string(),
  quantity: z.string(),
  billable_quantity: z.string(),
});

const counted = z.object({ counted: figures, ledger: figures });

export const countsDifference = counted
  .extend({
    customer_id: z.string(),
    meter_id: z.string(),
    day: day(),
    /** The boots whose own count is not what the ledger has of them. */
    boots: z.array(counted.extend({ gateway: z.string(), boot: z.string() })),
  })
  .meta({ id: 'CountsDifference' });
export type CountsDifference = z.infer<typeof countsDifference>;

export const usageCounts = z
  .object({
    from: day(),
    to: day(),
    as_of: time(),
    /** How many customers' meters and days were compared, and of how many the books differ. */
    compared: z.number().int(),
    differing: z.number().int(),
    /** The first hundred of them, newest day first. */
    differences: z.array(countsDifference),
  })
  .meta({ id: 'UsageCounts' });
export type UsageCounts = z.infer<typeof usageCounts>;
