import { t } from '../kit/text.ts';

const PASSWORD_CHARACTERS_MIN = 10;

/** @returns what is wrong with a new password, or undefined. The server has the last word. */
export function passwordFault(password: string): string | undefined {
  if (password.length >= PASSWORD_CHARACTERS_MIN) return undefined;
  return t('Use at least {n} characters', { n: PASSWORD_CHARACTERS_MIN });
}
