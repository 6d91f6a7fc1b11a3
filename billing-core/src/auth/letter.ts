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

const CHANGES = {
  password: ['A new password was set', 'has a new password. Everybody who was signed in is out.'],
  two_factor_on: ['Your second factor is on', 'signs in with a code of an app from now on.'],
  two_factor_off: ['Your second factor is off', 'signs in with the password alone from now on.'],
  two_factor_reset: [
    'Your second factor was taken off',
    'signs in with the password alone from now on: an administrator took the second factor off.',
  ],
  recovery_codes: [
    'You have new recovery codes',
    'has new recovery codes. Those of before are taken no more.',
  ],
} as const;

/** What of an account was changed. */
export type AccountChange = keyof typeof CHANGES;

/** The letter to whose account was changed, for the case that it was not they. */
export function changeLetter(to: string, change: AccountChange, publicUrl: string): Letter {
  const [subject, what] = CHANGES[change];
  return {
    to,
    subject,
    text: `${to} ${what}

If it was you, there is nothing to do. If not, somebody else can sign in as you. Set another
password, which signs everybody out:
${publicUrl}/forgot-password
`,
  };
}
