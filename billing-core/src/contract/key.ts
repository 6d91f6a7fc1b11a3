import { z } from 'zod';
import { id, text, time } from './field.ts';
import { pageQuery } from './page.ts';
import { scopes, subnets } from './route-access.ts';

export const KEY_MODES = ['live', 'test'] as const;
export const KEY_STATES = ['active', 'disabled', 'revoked', 'expired'] as const;

export const KEY_ROUTES_MAX = 100;

const routeIds = () =>
  z
    .array(id('rte'))
    .max(KEY_ROUTES_MAX)
    .refine((list) => new Set(list).size === list.length, 'names a route twice');

export const key = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: z.enum(KEY_MODES),
    /** Mode and customer reference: tells keys apart, opens nothing. */
    prefix: z.string(),
    last4: z.string(),
    state: z.enum(KEY_STATES),
    /** Of those the customer's keys may be given. */
    scopes: z.array(z.string()),
    /** Addresses and CIDR ranges; without any it may be used from everywhere. */
    ip_allow: z.array(z.string()),
    ip_deny: z.array(z.string()),
    /** Routes that it may be used for; without any it may be used for all, later ones too. */
    route_ids: z.array(z.string()),
    created_at: time(),
    expires_at: time().nullable(),
    /** Off since then, until it is enabled again; null: it is not. */
    disabled_at: time().nullable(),
    revoked_at: time().nullable(),
    last_used_at: time().nullable(),
    created_by: z.string(),
  })
  .meta({ id: 'Key' });
export type Key = z.infer<typeof key>;
export type KeyState = Key['state'];

export const keyQuery = pageQuery.extend({
  state: z.enum(KEY_STATES).optional(),
  /** Those that can be used, or can be again: neither revoked nor expired. */
  live: z.literal('true').optional(),
});

/** The one answer that holds the secret; it cannot be asked for again. */
export const createdKey = key.extend({ secret: z.string() }).meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof createdKey>;

export const newKey = z.strictObject({
  name: text(),
  mode: z.enum(KEY_MODES).default('live'),
  expires_at: time().nullable().default(null),
  scopes: scopes().default([]),
  ip_allow: subnets().default([]),
  ip_deny: subnets().default([]),
  route_ids: routeIds().default([]),
});
export type NewKey = z.infer<typeof newKey>;

export const keyPatch = z
  .strictObject({
    name: text().optional(),
    expires_at: time().nullable().optional(),
    scopes: scopes().optional(),
    ip_allow: subnets().optional(),
    ip_deny: subnets().optional(),
    route_ids: routeIds().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change');
export type KeyPatch = z.infer<typeof keyPatch>;

export const ROTATION_GRACE_S_MAX = 30 * 86_400;

export const keyRotation = z.strictObject({
  /** So long the key of before goes on beside the new one; with 0 it is revoked at once. */
  grace_s: z.number().int().min(0).max(ROTATION_GRACE_S_MAX).default(86_400),
});
export type KeyRotation = z.infer<typeof keyRotation>;
