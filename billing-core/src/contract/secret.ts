import { z } from 'zod';
import { id, time } from './field.ts';

/** Texts that only upstreams may see: written, replaced and deleted, never read back. */

export const SECRETS_MAX = 500;
const SECRET_CHARS_MAX = 16_000;

export const secretName = () =>
  z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, 'is not lower-case letters, digits, - and _');

const secretValue = () =>
  z
    .string()
    .min(1)
    .max(SECRET_CHARS_MAX)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'cannot be stored');

export const secret = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Names of the routes, deleted ones left out, whose current version uses it. */
    used_by: z.array(z.string()),
    created_at: time(),
    updated_at: time(),
  })
  .meta({ id: 'Secret' });
export type Secret = z.infer<typeof secret>;

export const newSecret = z.strictObject({ name: secretName(), value: secretValue() });
export type NewSecret = z.infer<typeof newSecret>;

export const secretPatch = z.strictObject({ value: secretValue() });

export const secretId = z.object({ id: id('sec') });
