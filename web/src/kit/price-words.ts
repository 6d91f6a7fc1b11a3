import type { Entitlement, Price } from './api-types.ts';
import { formatMoney, formatNumber } from './format.ts';
import { t } from './text.ts';

interface Named {
  id: string;
  name: string;
  unit: string;
}

type PriceTerms = Omit<Price, 'id'>;
type EntitlementTerms = Omit<Entitlement, 'id'>;

/** @returns a price as people say it: '$0.002 USD per request after 1,000 included'. */
export function priceInWords(
  price: PriceTerms,
  currency: string,
  meters: readonly Named[],
): string {
  if (price.model === 'flat') {
    return t('{amount} per period', { amount: formatMoney(price.amount ?? '0', currency) });
  }
  const meter = meters.find((one) => one.id === price.meter_id);
  const unit = meter?.unit ?? t('unit of {meter}', { meter: price.meter_id ?? '?' });
  const amount = formatMoney(price.unit_amount ?? '0', currency);
  const included = price.included_units ?? '0';
  if (/^0+(\.0+)?$/.test(included)) return t('{amount} per {unit}', { amount, unit });
  return t('{amount} per {unit} after {included} included', {
    amount,
    unit,
    included: formatNumber(included),
  });
}

const WINDOWS = {
  minute: t('minute'),
  hour: t('hour'),
  day: t('day'),
  month: t('month'),
} as const;

/** @returns an entitlement as people say it: '10,000 requests a month, then refused'. */
export function entitlementInWords(
  entitlement: EntitlementTerms,
  meters: readonly Named[],
): string {
  if (entitlement.kind === 'feature') {
    return t('Feature {feature}', { feature: entitlement.feature ?? '' });
  }
  if (entitlement.kind === 'rate_limit') {
    return t('{rate} requests a second, bursts of {burst}', {
      rate: formatNumber(entitlement.rate_per_second ?? '0'),
      burst: formatNumber(entitlement.burst ?? 0),
    });
  }
  const meter = meters.find((one) => one.id === entitlement.meter_id);
  const values = {
    limit: formatNumber(entitlement.limit ?? '0'),
    meter: meter?.name.toLowerCase() ?? entitlement.meter_id ?? '?',
    window: WINDOWS[entitlement.window ?? 'month'],
  };
  return entitlement.enforcement === 'soft'
    ? t('{limit} {meter} per {window}, soft limit', values)
    : t('{limit} {meter} per {window}, then refused', values);
}
