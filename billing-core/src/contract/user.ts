import { z } from 'zod';
import { text, time } from './field.ts';

export const USER_ROLES = ['admin', 'user'] as const;
export const PASSWORD_CHARS_MIN = 10;
export const PASSWORD_CHARS_MAX = 128;
const EMAIL_CHARS_MAX = 254;

/** An address in lower case: one person, one account, however it is typed. */
export const email = () =>
  z.string().trim().toLowerCase().max(EMAIL_CHARS_MAX).pipe(z.email('is not an email address'));

export const password = () =>
  z
    .string()
    .min(PASSWORD_CHARS_MIN)
    .max(PASSWORD_CHARS_MAX)
    .refine((value) => value.isWellFormed(), 'has characters that cannot be stored');

export const user = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.enum(USER_ROLES),
    created_at: time(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

/** Without a password the person sets one by "Forgot password". */
export const newUser = z.strictObject({
  email: email(),
  name: text(),
  role: z.enum(USER_ROLES).default('user'),
  password: password().optional(),
});
export type NewUser = z.infer<typeof newUser>;

export const userPatch = z
  .strictObject({ name: text().optional(), role: z.enum(USER_ROLES).optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'changes nothing');
export type UserPatch = z.infer<typeof userPatch>;
