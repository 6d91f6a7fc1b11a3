import { z } from 'zod';
import { text, time } from './field.ts';
import { invitationToken } from './invitation.ts';
import { email, password, PASSWORD_CHARS_MAX, USER_ROLES } from './user.ts';

const TOKEN_CHARS_MAX = 200;
const URL_CHARS_MAX = 2_000;

export const signUp = z.strictObject({
  name: text(),
  email: email(),
  password: password(),
  /** From the letter to this address: lets in where sign-up is closed. */
  invitation: invitationToken().optional(),
});

// No minimum here: a rule that came later must not lock out who signed up before it.
export const signIn = z.strictObject({
  email: email(),
  password: z.string().min(1).max(PASSWORD_CHARS_MAX),
  rememberMe: z.boolean().optional(),
});

export const resetRequest = z.strictObject({
  email: email(),
  redirectTo: z.string().max(URL_CHARS_MAX).optional(),
});

export const passwordReset = z.strictObject({
  newPassword: password(),
  token: z.string().min(1).max(TOKEN_CHARS_MAX),
});

export const sessionUser = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(USER_ROLES),
  })
  .meta({ id: 'SessionUser' });
export type SessionUser = z.infer<typeof sessionUser>;

export const signedIn = z.object({ user: sessionUser });
/** The password was right, and nobody is signed in before a code is. */
export const secondFactorAsked = z.object({ second_factor: z.literal('required') });
export const done = z.object({ status: z.literal(true) });
export const session = z
  .object({ user: sessionUser, session: z.object({ expires_at: time() }) })
  .nullable();
