import { z } from 'zod';

export const ALERTS_MAX = 5;
/** Unless a customer says otherwise. */
export const ALERTS_USUAL = [80, 100];

/** Shares of each quota at which a customer is told, in percent; none: never. */
export const quotaAlerts = z
  .strictObject({
    percents: z
      .array(z.number().int().min(1).max(100))
      .max(ALERTS_MAX)
      .refine((list) => new Set(list).size === list.length, 'has one twice'),
  })
  .meta({ id: 'QuotaAlerts' });
export type QuotaAlerts = z.infer<typeof quotaAlerts>;
