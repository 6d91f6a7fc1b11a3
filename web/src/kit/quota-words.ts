import type { QuotaState } from '@tollgate/billing-core/contract/usage.ts';
import { t } from './text.ts';

/** What a quota's windows are called, wherever they are. */
export const WINDOW_NAMES = {
  minute: t('minute'),
  hour: t('hour'),
  day: t('day'),
  month: t('month'),
  billing_period: t('billing period'),
} as const;

type Named = Pick<QuotaState, 'meter' | 'window' | 'key'>;

/** @returns what is counted: 'Requests per day', and whose where a key has its own. */
export function quotaName({ meter, window, key }: Named): string {
  const values = { meter: meter.name, window: WINDOW_NAMES[window] };
  if (key === null) return t('{meter} per {window}', values);
  return t('{meter} per {window}, key {key}', { ...values, key: `${key.name} …${key.last4}` });
}

/** @returns true where a date says more than a countdown. */
export const hasDate = ({ window }: Pick<QuotaState, 'window'>): boolean =>
  window !== 'minute' && window !== 'hour';
