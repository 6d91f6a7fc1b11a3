import type { Letter } from '../kit/mail.ts';

/** The letter with a link that sets a new password. */
export const resetLetter = (to: string, link: string): Letter => ({
  to,
  subject: 'Set a new password',
  text: `Someone, we hope you, asked to set a new password for ${to}.

Set it here within an hour:
${link}

If it was not you, do nothing: your password stays as it is.
`,
});

/** The letter to someone whose address was used to sign up again. */
export const alreadyHere = (to: string, publicUrl: string): Letter => ({
  to,
  subject: 'You have an account already',
  text: `Someone, we hope you, tried to sign up with ${to}, which has an account already.

Sign in: ${publicUrl}/sign-in
Forgot the password: ${publicUrl}/forgot-password
`,
});
