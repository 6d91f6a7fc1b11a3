import { formatNumber } from './format.ts';
import { t } from './text.ts';

/** @returns how long a billing period is: 'A month', 'A year', '18 months'. */
export function intervalInWords(months: number): string {
  if (months === 1) return t('A month');
  if (months === 12) return t('A year');
  if (months % 12 === 0) return t('{years} years', { years: formatNumber(String(months / 12)) });
  return t('{months} months', { months: formatNumber(String(months)) });
}
