import { z } from 'zod';
import { customerView } from './customer-view.ts';
import { MEMBER_ROLES } from './customer.ts';
import { sessionUser } from './session.ts';

const SIGN_UP = z.enum(['open', 'closed']);

export const settings = z
  .object({
    product_name: z.string(),
    /** Of the branding; null: the portal's own, and nobody to turn to. */
    accent: z.string().nullable(),
    support: z.string().nullable(),
    /** Where it is under this API; null: the product's own. */
    logo: z.string().nullable(),
    sign_up: SIGN_UP,
    gateway_url: z.string(),
  })
  .meta({ id: 'Settings' });

export type Settings = z.infer<typeof settings>;

export const me = z
  .object({
    user: sessionUser,
    memberships: z.array(
      z.object({
        id: z.string(),
        role: z.enum(MEMBER_ROLES),
        customer: z.object({
          id: z.string(),
          name: z.string(),
          state: z.enum(['active', 'archived']),
        }),
      }),
    ),
    /** What an admin looks at as a customer: this session changes nothing meanwhile. */
    viewing: customerView.omit({ began_at: true }).nullable(),
    sign_up: SIGN_UP,
    gateway_url: z.string(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof me>;
