import { formatNumber, formatPercent } from '../format.ts';
import { t } from '../text.ts';

/** What the URL's `compare` has where usage is set beside that of the time before. */
export const BEFORE = 'before';

/** @returns whether the URL asks for the time before. */
export const comparesOf = (value: string | undefined): boolean => value === BEFORE;

/** @returns what the time before is called, by the range that is shown. */
export function beforeName(range: string | undefined): string {
  switch (range) {
    case '1h':
      return t('The hour before');
    case '7d':
      return t('The 7 days before');
    case '30d':
      return t('The 30 days before');
    case 'custom':
      return t('The time before');
    default:
      return t('The 24 hours before');
  }
}

/** @returns how much more or less it is than before, and what it was: '+12% on 1,000 before'. */
export function againstBefore(count: number, before: number): string {
  if (before === 0) return t('none before');
  const change = (count - before) / before;
  const values = { share: formatPercent(Math.abs(change)), before: formatNumber(before) };
  return change < 0
    ? t('−{share} on {before} before', values)
    : t('+{share} on {before} before', values);
}
