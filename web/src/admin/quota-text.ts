import type { QuotaOverride } from '@tollgate/billing-core/contract/quota-override.ts';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { t } from '../kit/text.ts';

/** @returns which quota it is: 'Requests per day', 'Requests per day of each key'. */
export function quotaText({
  meter,
  window,
  scope,
}: Pick<QuotaOverride, 'window' | 'scope'> & { meter: { name: string } }): string {
  const values = { meter: meter.name, window: WINDOW_NAMES[window] };
  return scope === 'key'
    ? t('{meter} per {window} of each key', values)
    : t('{meter} per {window}', values);
}

/** @returns a number as people write it, without what groups its digits. */
export const plain = (text: string): string => text.replaceAll(/[\s,]/g, '');
