import { z } from 'zod';
import { time } from './field.ts';

/** Values that a route's metering did not find, or could not believe; the fallback was charged. */
export const valueFaults = z
  .object({
    data: z.array(
      z.object({
        meter: z.string(),
        /** Why: missing, cut_off, unreadable, too_large, ambiguous, not_a_number, and so on. */
        fault: z.string(),
        /** Billed requests. */
        requests: z.number().int(),
        customers: z.number().int(),
        /** The first and the last hour in which it happened. */
        first_hour: time(),
        last_hour: time(),
      }),
    ),
    since: time(),
  })
  .meta({ id: 'ValueFaults' });
export type ValueFaults = z.infer<typeof valueFaults>;

export const VALUE_FAULT_DAYS_MAX = 90;
export const VALUE_FAULT_DAYS = 7;
