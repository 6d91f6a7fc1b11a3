import { z } from 'zod';
import { text, time } from './field.ts';

export const SCOPES = ['admin', 'read', 'sync'] as const;
/** admin: all of /v1; read: its GETs; sync: what a gateway does, and nothing else. */
export type Scope = (typeof SCOPES)[number];

export const adminToken = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    last4: z.string(),
    state: z.enum(['active', 'revoked', 'expired']),
    created_by: z.string(),
    created_at: time(),
    expires_at: time().nullable(),
    revoked_at: time().nullable(),
    last_used_at: time().nullable(),
  })
  .meta({ id: 'AdminToken' });
export type AdminToken = z.infer<typeof adminToken>;

export const newAdminToken = z.strictObject({
  name: text(),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice'),
  expires_at: time().optional(),
});
export type NewAdminToken = z.infer<typeof newAdminToken>;

/** The token itself is in this answer and nowhere else, ever. */
export const mintedAdminToken = adminToken
  .extend({ token: z.string() })
  .meta({ id: 'MintedAdminToken' });
