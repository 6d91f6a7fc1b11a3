import { z } from 'zod';
import { PASSWORD_CHARS_MAX } from './user.ts';

/** Whether the caller signs in with a second factor. */
export const twoFactor = z
  .object({
    state: z.enum(['off', 'on']),
    /** Recovery codes that were not used; null while it is off. */
    recovery_codes_left: z.number().int().nullable(),
  })
  .meta({ id: 'TwoFactor' });
export type TwoFactor = z.infer<typeof twoFactor>;

/** Who is signed in shows that they are who signed in. */
export const passwordAgain = z.strictObject({
  password: z.string().min(1).max(PASSWORD_CHARS_MAX),
});

/** Shown once. */
const recoveryCodesList = z.array(z.string());
export const recoveryCodes = z
  .object({ recovery_codes: recoveryCodesList })
  .meta({ id: 'RecoveryCodes' });
export type RecoveryCodes = z.infer<typeof recoveryCodes>;

/** What an authenticator app is given. Nothing asks for a code before one was confirmed. */
export const twoFactorBegun = z
  .object({ totp_uri: z.string(), recovery_codes: recoveryCodesList })
  .meta({ id: 'TwoFactorBegun' });
export type TwoFactorBegun = z.infer<typeof twoFactorBegun>;

/** Six digits, however they are grouped. */
export const appCode = () =>
  z
    .string()
    .max(20)
    .transform((text) => text.replaceAll(/\s/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'is not a code of six digits'));
export const appCodeGiven = z.strictObject({ code: appCode() });

const RECOVERY_CODE = /^[0-9A-Za-z]{5}-[0-9A-Za-z]{5}$/;
/** A code of the app, or a recovery code. */
export const secondFactor = z.strictObject({
  code: z
    .string()
    .max(20)
    .transform((text) => text.replaceAll(/\s/g, ''))
    .refine(
      (text) => /^\d{6}$/.test(text) || RECOVERY_CODE.test(text),
      'is neither six digits nor a recovery code',
    ),
});
