import { isDecimal } from '../kit/decimal.ts';
import { t } from '../kit/text.ts';

/** @returns the body without the fields that were left empty, so that defaults apply. */
export function withoutBlanks(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
}

/** Each of these answers a sentence when a field's text can't be what it should be. */
export function currencyFault(value: string): string | undefined {
  return /^[a-z]{3}$/i.test(value) ? undefined : t('Use three letters, such as USD');
}

export function amountFault(value: string): string | undefined {
  return isDecimal(value) && !value.startsWith('-') ? undefined : t('Use a number such as 29.00');
}

export function positiveFault(value: string): string | undefined {
  return amountFault(value) ?? (/[1-9]/.test(value) ? undefined : t('Use a number above 0'));
}

export function percentFault(value: string): string | undefined {
  return amountFault(value) === undefined ? undefined : t('Use a number such as 2.9');
}

export function countFault(value: string): string | undefined {
  return /^\d{1,15}$/.test(value) ? undefined : t('Use a whole number');
}

export function slugFault(value: string): string | undefined {
  return /^[a-z][a-z0-9-]{0,62}$/.test(value)
    ? undefined
    : t('Begin with a small letter; then letters, digits and -');
}

export function headerFault(value: string): string | undefined {
  return /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,100}$/.test(value.trim())
    ? undefined
    : t('This is not the name of a header');
}

export function pointerFault(value: string): string | undefined {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(value)
    ? undefined
    : t('Begin with /, such as /usage/total_tokens');
}
