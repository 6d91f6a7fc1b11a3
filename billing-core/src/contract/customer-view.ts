import { z } from 'zod';
import { id, text, time } from './field.ts';

/** How long an admin looks at a customer's side, unless it is ended before. */
export const VIEW_MINUTES = 30;

export const newCustomerView = z.strictObject({
  customer_id: id('cus'),
  /** Why: it stands in the audit log and in the customer's history. */
  reason: text(500),
});
export type NewCustomerView = z.infer<typeof newCustomerView>;

export const customerView = z
  .object({
    id: z.string(),
    customer: z.object({ id: z.string(), name: z.string() }),
    began_at: time(),
    ends_at: time(),
  })
  .meta({ id: 'CustomerView' });
export type CustomerView = z.infer<typeof customerView>;
